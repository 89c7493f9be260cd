// Typing: Enter sends, Shift+Enter breaks the line, the box grows, Escape leaves; a tab puts the cursor into its box.
const visible = (element) => element.checkVisibility();

export function grow(box) {
  if (CSS.supports("field-sizing", "content")) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

export function write(mode) {
  const tab = document.querySelector(`#mode-${mode}`);
  if (!tab) return;
  if (!tab.checked) tab.click();
  [...document.querySelectorAll(".write textarea, .write input:not([type=hidden])")].find(visible)?.focus();
}

document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.(".write textarea");
  if (!box || event.isComposing) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    box.form.requestSubmit();
  } else if (event.key === "Escape") box.blur();
});

document.addEventListener("input", ({ target }) => target.matches(".write textarea") && grow(target));
document.addEventListener("desk:sending", ({ target }) => target.querySelector("textarea")?.focus());
document.addEventListener("change", ({ target }) => target.name === "mode" && target.value !== "template" && write(target.value));
