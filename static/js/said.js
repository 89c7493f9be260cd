// One sentence at the foot of the page: what was refused, or that the desk did not answer.
const SHOWN = 6000; // milliseconds
const place = document.querySelector("#said");
let due = null;

export function say(html) {
  place.innerHTML = html;
  place.hidden = false;
  clearTimeout(due);
  due = setTimeout(() => { place.hidden = true; }, SHOWN);
}

export function sayUnreachable() {
  const text = document.createElement("span");
  text.textContent = place.dataset.unreachable;
  say(text.outerHTML);
}
