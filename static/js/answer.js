// Replying to one message: its first words stand above the box until it is sent or dropped.
function choose(form, id) {
  const strip = form.querySelector(".answering");
  const said = id && document.querySelector(`#message-${id} .bubble`);
  form.elements.reply_to.value = id;
  strip.hidden = !id;
  strip.querySelector("span").textContent = said ? said.innerText.replaceAll("\n", " ").slice(0, 160) : "";
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-answer]");
  const form = button && document.querySelector("form.reply");
  if (!form) return;
  choose(form, button.dataset.answer);
  const tab = document.querySelector("#mode-reply");
  if (!tab.checked) tab.click();
  form.elements.text.focus();
});

document.addEventListener("desk:sending", ({ target }) => target.matches("form.reply") && choose(target, ""));
document.addEventListener("desk:restore", ({ target, detail }) => target.matches("form.reply") && choose(target, detail.get("reply_to")));
