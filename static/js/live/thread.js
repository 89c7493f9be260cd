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
  insert(stream(), fresh, timed, (other) => other.dataset.at > fresh.dataset.at);
}

function read() {
  if (!document.hidden && document.hasFocus()) htmx.ajax("POST", stream().dataset.read, { swap: "none" });
}

// Returns whether the server has to be asked: for what surrounds the messages, and for what was missed.
export function placeBubbles(hint) {
  if (opened() !== hint.id) return false;
  const bubbles = hint.bubbles.flatMap((html) => [...parse(html).children]);
  bubbles.forEach(place);
  if (hint.incoming) read();
  return hint.version > Number(stream().dataset.version);
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
  [...fresh.querySelectorAll("#stream > [data-at]")].forEach(place);
  stream().dataset.version = Math.max(Number(version), Number(stream().dataset.version));
  for (const part of fresh.querySelectorAll("[hx-swap-oob]")) {
    const old = document.getElementById(part.id);
    part.removeAttribute("hx-swap-oob");
    const isUsed = old?.contains(document.activeElement);
    if (old && !isUsed && old.outerHTML !== part.outerHTML) swapIn(old, part);
  }
}
