// The list: a changed row goes where it belongs, or leaves.
import { fragment, insert, parse, swapIn } from "./parts.js";

const seen = new Map();
const me = document.body.dataset.agent;
const list = () => document.querySelector("#list");
const rowOf = (id) => document.querySelector(`#row-${id}`);

const BELONGS = {
  mine: (row) => row.dataset.status === "open" && row.dataset.assignee === me,
  unassigned: (row) => row.dataset.status === "open" && row.dataset.assignee === "",
  all: (row) => row.dataset.status === "open",
  resolved: (row) => row.dataset.status === "resolved",
};

function keepMarks(old, fresh) {
  for (const name of ["aria-current", "tabindex"]) {
    if (old.hasAttribute(name)) fresh.setAttribute(name, old.getAttribute(name));
  }
}

export function placeRow(hint) {
  seen.set(hint.id, Math.max(hint.version, seen.get(hint.id) ?? 0));
  const old = rowOf(hint.id);
  const fresh = parse(hint.row).firstElementChild;
  if (!list() || !fresh || (old && Number(old.dataset.version) > hint.version)) return;
  const belongs = BELONGS[list().dataset.view]?.(fresh);
  if (old) keepMarks(old, fresh);
  if (!belongs) {
    // The open conversation stays in sight until the agent moves on.
    if (old?.getAttribute("aria-current") === "true") swapIn(old, fresh);
    else old?.remove();
  } else if (old && old.dataset.at === fresh.dataset.at) swapIn(old, fresh);
  else {
    const isUsed = old?.contains(document.activeElement);
    old?.remove();
    const rows = [...list().querySelectorAll("[id^=row-]")];
    const next = rows.find((row) => row.dataset.at < fresh.dataset.at) ?? list().querySelector(".more, .end");
    // Further down than what is loaded: it comes with the rows there.
    if (next?.matches(".more")) return;
    insert(list(), fresh, next);
    if (isUsed) fresh.querySelector("a").focus({ preventScroll: true });
  }
}

export function rowsAreBehind(versions) {
  let behind = false;
  for (const [id, version] of versions) {
    const known = seen.get(id) ?? Number(rowOf(id)?.dataset.version ?? 0);
    behind ||= known < version;
    seen.set(id, Math.max(known, version));
  }
  return behind;
}

export function showTyping({ id, typing }) {
  rowOf(id)?.classList.toggle("typing", typing);
}

export async function fetchList() {
  const shown = list();
  if (!shown) return;
  const html = await fragment(`${shown.dataset.href}?view=${shown.dataset.view}`);
  const current = document.querySelector('[id^=row-][aria-current="true"]')?.id;
  const focused = document.activeElement?.closest?.("[id^=row-]")?.id;
  const top = shown.scrollTop;
  shown.innerHTML = html;
  // Not the list itself: it would forget the request that is on its way.
  for (const row of shown.children) htmx.process(row);
  shown.scrollTop = top;
  document.getElementById(current)?.setAttribute("aria-current", "true");
  if (focused) document.querySelector(`#${focused} a`)?.focus({ preventScroll: true });
}
