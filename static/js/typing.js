// While the agent writes an answer, the customer sees it, where the channel can show it.
const EVERY = 8000; // providers show it for 5 to 25 seconds
let told = 0;

document.addEventListener("input", ({ target, isTrusted }) => {
  const form = target.form;
  if (!isTrusted || !form?.dataset.typing || Date.now() - told < EVERY) return;
  told = Date.now();
  fetch(form.dataset.typing, { method: "POST", headers: JSON.parse(document.body.getAttribute("hx-headers")) });
});
