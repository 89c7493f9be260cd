// What was typed is never lost: kept per conversation until the server has it, with the token it will go under.
import { grow } from "./composer.js";

const key = (box) => `draft:${box.dataset.draft}`;
const boxOf = (form) => form.querySelector("textarea[data-draft]");

function keep(box, token) {
  if (box.value) localStorage.setItem(key(box), JSON.stringify({ text: box.value, token }));
  else localStorage.removeItem(key(box));
}

function changed(box) {
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function restore() {
  for (const box of document.querySelectorAll("textarea[data-draft]:not([data-restored])")) {
    box.dataset.restored = "";
    const kept = JSON.parse(localStorage.getItem(key(box)) ?? "null");
    if (!kept || box.value) continue;
    box.value = kept.text;
    box.form.elements.token.value = kept.token;
    grow(box);
  }
}

document.addEventListener("input", ({ target, isTrusted }) => {
  if (!target.matches?.("textarea[data-draft]") || !isTrusted) return;
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

document.addEventListener("desk:sent", ({ target }) => {
  const box = boxOf(target);
  if (box) keep(box, target.elements.token.value);
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
