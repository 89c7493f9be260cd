// What was typed is never lost: kept per conversation until the server has it, with the token it will go under.
import { grow } from "./composer.js";
import { newToken } from "./send.js";

const key = (box) => `draft:${box.dataset.draft}`;
const boxOf = (form) => form.querySelector("textarea[data-draft]");

function keep(box, token) {
  if (box.value) localStorage.setItem(key(box), JSON.stringify({ text: box.value, token }));
  else localStorage.removeItem(key(box));
}

const kept = (box) => JSON.parse(localStorage.getItem(key(box)) ?? "null");

function changed(box) {
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function restore() {
  for (const box of document.querySelectorAll("textarea[data-draft]:not([data-restored])")) {
    box.dataset.restored = "";
    const draft = kept(box);
    if (!draft || box.value) continue;
    box.value = draft.text;
    box.form.elements.token.value = draft.token;
    grow(box);
  }
}

// A token names one text: what was changed is another message than the one that may be on its way.
document.addEventListener("input", ({ target, isTrusted }) => {
  if (!target.matches?.("textarea[data-draft]") || !isTrusted) return;
  target.form.elements.token.value = newToken();
  keep(target, target.form.elements.token.value);
});

// The box is free for the next message, and what has left it is kept until it has arrived.
document.addEventListener("desk:sending", ({ target, detail }) => {
  const box = boxOf(target);
  if (!box) return;
  box.value = "";
  grow(box);
  changed(box);
  localStorage.setItem(key(box), JSON.stringify({ text: detail.get("text"), token: detail.get("token") }));
});

// The agent may have left and come back meanwhile: the box that shows it again is emptied too.
document.addEventListener("desk:sent", ({ detail }) => {
  const token = detail.get("token");
  for (const box of document.querySelectorAll("textarea[data-draft]")) {
    if (box.form.elements.token.value !== token) continue;
    box.value = "";
    box.form.elements.token.value = newToken();
    grow(box);
    changed(box);
  }
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith("draft:") && JSON.parse(localStorage.getItem(name)).token === token) localStorage.removeItem(name);
  }
});

document.addEventListener("desk:restore", ({ target, detail }) => {
  const box = boxOf(target);
  if (!box) return;
  box.value = [detail.get("text"), box.value].filter(Boolean).join("\n");
  target.elements.token.value = detail.get("token");
  grow(box);
  changed(box);
  keep(box, detail.get("token"));
});

document.addEventListener("htmx:afterSwap", restore);
restore();
