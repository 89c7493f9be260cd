// Single keys, by the letter typed; off while typing.
import { write } from "./composer.js";

const rows = () => [...document.querySelectorAll("#list .row")];
const here = () => document.activeElement?.closest?.("#list .row") ?? document.querySelector("#list .row[aria-current]");
const link = (row) => row?.querySelector("a");

function move(step) {
  const all = rows();
  const at = all.indexOf(here());
  const row = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  link(row)?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

function press(key) {
  [...document.querySelectorAll(`[data-key="${key}"]`)].find((button) => !button.closest("[hidden]"))?.click();
}

function resolveAndNext() {
  const button = document.querySelector('[data-key="e"]');
  if (!button) return;
  const all = rows();
  const open = all.indexOf(document.querySelector("#list .row[aria-current]"));
  const next = open < 0 ? null : all[open + 1] ?? all[open - 1];
  // Only once it is resolved: what is refused stays in sight.
  button.addEventListener("htmx:afterRequest", ({ detail }) => detail.successful && link(next)?.click(), { once: true });
  button.click();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  o: () => link(here())?.click(),
  u: () => document.querySelector("[data-back]")?.click(),
  r: () => write("reply"),
  n: () => write("note"),
  i: () => press("i"),
  e: resolveAndNext,
  "?": () => document.querySelector("#shortcuts").showModal(),
};

document.addEventListener("keydown", (event) => {
  const busy = event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing;
  if (busy || event.target.closest?.("input:not([type=radio]), textarea, select, dialog, [contenteditable]")) return;
  if (!Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  if (event.repeat && !"jk".includes(event.key)) return;
  KEYS[event.key]();
});
