// How many conversations each view holds: asked again after changes, at most every two seconds.
const EVERY = 2000;
let due = null;

async function refresh() {
  due = null;
  const tabs = document.querySelector("#counts");
  const view = document.querySelector("#list").dataset.view;
  const answer = await fetch(`${tabs.dataset.href}?view=${view}`, { headers: { "HX-Request": "true" } });
  if (answer.ok && !answer.headers.has("HX-Redirect")) tabs.outerHTML = await answer.text();
}

function soon() {
  due ??= setTimeout(() => refresh().catch((error) => console.info(error.message)), EVERY);
}

document.addEventListener("desk:changed", soon);
document.addEventListener("htmx:afterRequest", ({ detail }) => detail.requestConfig.verb === "post" && soon());
