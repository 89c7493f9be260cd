// Menus close on a click elsewhere, on Escape and once something was chosen; buttons open dialogs.
const close = (menu) => menu.removeAttribute("open");

document.addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(target) || target.closest(".menu-items button:not(.switch button)")) close(menu);
  }
  target.closest("[popover].menu-items button")?.closest("[popover]").hidePopover();
  const opener = target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  close(menu);
  menu.querySelector("summary").focus();
  event.stopPropagation();
}, true);
