// The row of the open conversation is marked, whoever rendered it.
export const openId = () => document.querySelector("#open")?.dataset.open ?? "";

export function mark() {
  for (const row of document.querySelectorAll("#list .row")) {
    if (row.dataset.id === openId()) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

new MutationObserver(mark).observe(document.querySelector("#list"), { childList: true });
document.addEventListener("htmx:afterSwap", mark);
// The list answers at once; the conversation follows.
document.addEventListener("click", ({ target }) => {
  const row = target.closest("#list .row");
  if (!row) return;
  document.querySelector("#list .row[aria-current]")?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
});
mark();
