// The open thread: bubbles by their id, in the order of their time.
import { fragment, insert, parse, swapIn } from "./parts.js";

const stream = () => document.querySelector("#stream");
const opened = () => Number(stream()?.dataset.conversation ?? 0);

function place(fresh) {
  const old = document.getElementById(fresh.id);
  if (old) {
    fresh.classList.toggle("joined", old.classList.contains("joined"));
    if (old.outerHTML !== fresh.outerHTML) swapIn(old, fresh);
    return;
  }
  const timed = [...stream().querySelectorAll(":scope > [data-at]")];
  // Further up than what is loaded: it comes with the messages there.
  if (stream().querySelector(".older") && fresh.dataset.at < timed[0]?.dataset.at) return;
  insert(stream(), fresh, timed.find((other) => other.dataset.at > fresh.dataset.at));
}

// What comes while the agent looks is read at once; what comes meanwhile stands below a line, unread until they are back.
let unseen = 0; // the conversation it is in
const isLooking = () => !document.hidden && document.hasFocus();

function arrived([first]) {
  if (!first) return;
  if (!isLooking() && unseen !== opened()) {
    stream().querySelector("#new")?.remove();
    document.getElementById(first.id)?.before(document.querySelector("#words").content.firstElementChild.cloneNode(true));
  }
  unseen = opened();
  look();
}

export function look() {
  if (!unseen || unseen !== opened() || !isLooking()) return;
  unseen = 0;
  htmx.ajax("POST", stream().dataset.read, { source: "#stream", swap: "none" });
}

function placeAll(bubbles) {
  const news = bubbles.filter((bubble) => bubble.matches(".in") && !document.getElementById(bubble.id));
  bubbles.forEach(place);
  arrived(news);
}

// Returns whether the server has to be asked: for what surrounds the messages, and for what was missed.
export function placeBubbles(hint) {
  // What was fetched since is newer than a hint that took its time.
  if (opened() !== hint.id || hint.version <= Number(stream().dataset.version)) return false;
  placeAll(hint.bubbles.flatMap((html) => [...parse(html).children]));
  return true;
}

export function streamIsBehind(versions) {
  return versions.some(([id, version]) => id === opened() && version > Number(stream().dataset.version));
}

export function setTyping({ id, typing }) {
  const line = document.querySelector("#typing");
  if (line && opened() === id) line.hidden = !typing;
}

export async function fetchStream() {
  const id = opened();
  if (!id) return;
  const fresh = parse(await fragment(stream().dataset.href));
  if (opened() !== id) return;
  const { version } = fresh.querySelector("#stream").dataset;
  const bubbles = [...fresh.querySelectorAll("#stream > [data-at]")];
  if (bubbles.some((bubble) => document.getElementById(bubble.id))) placeAll(bubbles);
  else {
    // More was missed than one stretch holds: begin anew, so that no gap is left.
    stream().replaceChildren(...fresh.querySelector("#stream").children, ...stream().querySelectorAll("[data-pending]"));
    htmx.process(stream());
  }
  stream().dataset.version = Math.max(Number(version), Number(stream().dataset.version));
  for (const part of fresh.querySelectorAll("[hx-swap-oob]")) {
    const old = document.getElementById(part.id);
    part.removeAttribute("hx-swap-oob");
    if (old && old.outerHTML !== part.outerHTML) swapIn(old, part);
  }
}
