// What a post answers goes to its place the way a live change does: by id, in order, never twice.
import { placeRow } from "./live/list.js";
import { placeBubbles } from "./live/thread.js";
import { parse } from "./live/parts.js";
import { mark } from "./selection.js";
import { say, sayUnreachable } from "./said.js";

const PLACE = {
  list({ children: [row] }) {
    placeRow({ id: Number(row.dataset.id), version: Number(row.dataset.version), row: row.outerHTML });
  },
  stream({ dataset, children }) {
    const bubbles = [...children].map((bubble) => bubble.outerHTML);
    placeBubbles({ id: Number(dataset.conversation), version: Number(dataset.version), bubbles });
  },
};

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (!Object.hasOwn(PLACE, target.id)) return;
  event.preventDefault();
  PLACE[target.id](fragment);
});

// The agent may have moved on: what surrounds a conversation is only put where it is still open.
export function present(html) {
  const answer = document.createElement("template");
  answer.content.append(parse(html));
  for (const part of answer.content.querySelectorAll('[hx-swap-oob="true"]')) document.getElementById(part.id) ?? part.remove();
  return answer.innerHTML;
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.requestConfig.verb === "post") detail.serverResponse = present(detail.serverResponse);
});

// What was not done is said, and the mark goes back to the conversation that is open. What nobody asked for fails in silence.
const isAskedFor = ({ target }) => target !== document.body;
document.addEventListener("htmx:responseError", (event) => {
  const { status, responseText } = event.detail.xhr;
  if (status === 403) location.reload(); // signed in anew elsewhere: this page's CSRF token is of before
  else if (status === 409 || status === 422) say(responseText);
  else if (isAskedFor(event)) sayUnreachable();
  mark();
});
document.addEventListener("htmx:sendError", (event) => {
  if (isAskedFor(event)) sayUnreachable();
  mark();
});

// A button that answers a click may have made way for another: the second click of two is not meant for it.
document.addEventListener("click", (event) => {
  if (event.detail < 2 || !event.target.closest(".thread [hx-post]")) return;
  event.preventDefault();
  event.stopPropagation();
}, true);

// Nothing is stored when a window closes, so nobody tells: ask how the conversation stands.
document.addEventListener("desk:window-closed", () => {
  const stream = document.querySelector("#stream");
  if (stream) htmx.ajax("GET", stream.dataset.href, { target: "#said", swap: "none" });
});
