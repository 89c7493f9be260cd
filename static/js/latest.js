// "Latest" shows while the reader is away from the end, with how many came meanwhile. The stream scrolls reversed.
const AWAY = 200;
const box = () => document.querySelector(".scroller");
const button = () => document.querySelector("[data-latest]");

document.addEventListener("scroll", ({ target }) => {
  if (target === box()) button().hidden = target.scrollTop > -AWAY;
}, true);

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-latest]")) box().scrollTo({ top: 0, behavior: "smooth" });
});
