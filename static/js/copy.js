// A button copies the field it names; where the browser forbids that, the text is selected to be copied by hand.
const SHOWN = 2000; // milliseconds

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    return;
  }
  const label = button.querySelector("span");
  const before = label.textContent;
  if (before === button.dataset.done) return;
  label.textContent = button.dataset.done;
  setTimeout(() => { label.textContent = before; }, SHOWN);
});
