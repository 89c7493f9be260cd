// Light, dark or the system's choice: kept in a cookie, so that the server's page has it from the first paint.
const YEAR = 365 * 24 * 3600;

function show() {
  const chosen = document.documentElement.dataset.theme ?? "";
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", button.dataset.themeChoice === chosen);
  }
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-theme-choice]");
  if (!button) return;
  const theme = button.dataset.themeChoice;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  document.cookie = `theme=${theme}; path=/; max-age=${theme ? YEAR : 0}; samesite=lax`;
  show();
});
show();
