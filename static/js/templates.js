// A template's preview fills in as one types.
document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("[data-fills]")) return;
  const preview = target.closest(".template-choice").querySelector(".template-preview");
  for (const blank of preview.querySelectorAll(`[data-fill="${CSS.escape(target.name)}"]`)) {
    blank.dataset.blank ??= blank.textContent;
    blank.textContent = target.value || blank.dataset.blank;
  }
  target.form.elements.text.value = preview.textContent;
});
