// What a post answers goes to its place the way a live change does: by id, in order, never twice.
import { placeRow } from "./live/list.js";
import { placeBubbles } from "./live/thread.js";

const PLACE = {
  list({ children: [row] }) {
    placeRow({ id: Number(row.dataset.id), version: Number(row.dataset.version), row: row.outerHTML });
  },
  stream({ dataset, children }) {
    const bubbles = [...children].map((bubble) => bubble.outerHTML);
    placeBubbles({ id: Number(dataset.conversation), version: Number(dataset.version), bubbles, incoming: false });
  },
};

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (!Object.hasOwn(PLACE, target.id)) return;
  event.preventDefault();
  PLACE[target.id](fragment);
});

// What was refused is said where the button was.
document.addEventListener("htmx:responseError", ({ detail }) => {
  if (![409, 422].includes(detail.xhr.status)) return;
  const said = document.querySelector("#said");
  said.innerHTML = detail.xhr.responseText;
  said.hidden = false;
  setTimeout(() => { said.hidden = true; }, 6000);
});

// Nothing is stored when a window closes, so nobody tells: ask how the conversation stands.
document.addEventListener("desk:window-closed", () => {
  const stream = document.querySelector("#stream");
  if (stream) htmx.ajax("GET", stream.dataset.href, { target: "#said", swap: "none" });
});
