// Sending: the bubble shows at once, the server's takes its place. One token names one message, however often it is posted.
import { present } from "./changes.js";
import { say } from "./said.js";

export const newToken = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
let queue = Promise.resolve();

function pending(form, values) {
  const article = form.closest(".composer").querySelector("[data-optimistic]").content.firstElementChild.cloneNode(true);
  const names = values.getAll("files").map((file) => file.name).filter(Boolean);
  article.classList.add(form.dataset.send === "note" ? "note" : "out", "pending");
  article.dataset.pending = values.get("token");
  article.querySelector(".text").textContent = [values.get("text"), ...names].filter(Boolean).join("\n");
  return article;
}

// Out of sight, what went wrong is said at the foot of the page; what was written is kept with its conversation.
function refuse(form, article, values, html) {
  article.remove();
  if (!form.isConnected) {
    say(html);
    return;
  }
  const reason = form.querySelector(".refused");
  reason.innerHTML = html;
  reason.hidden = false;
  form.dispatchEvent(new CustomEvent("desk:restore", { bubbles: true, detail: values }));
}

async function post(form, article, values) {
  article.classList.remove("lost");
  article.querySelector(".outcome").hidden = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: values, headers: { "HX-Request": "true" } });
    const html = await answer.text();
    if (answer.headers.has("HX-Redirect")) location.assign(answer.headers.get("HX-Redirect"));
    else if (answer.status === 403) location.reload(); // signed in anew elsewhere: this page's CSRF token is of before
    else if (answer.status === 409 || answer.status === 422) refuse(form, article, values, html);
    else if (!answer.ok) throw new Error(`status ${answer.status}`);
    else {
      htmx.swap(document.body, present(html), { swapStyle: "none" });
      article.remove();
      document.dispatchEvent(new CustomEvent("desk:sent", { detail: values }));
    }
  } catch (error) {
    // It may or may not have been saved: the same token makes trying again safe.
    console.info(error.message);
    article.classList.add("lost");
    const outcome = article.querySelector(".outcome");
    outcome.hidden = false;
    if (!article.isConnected) say(outcome.querySelector("span").outerHTML);
  }
}

function send(form, article, values) {
  queue = queue.then(() => post(form, article, values));
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-send]");
  if (!form) return;
  event.preventDefault();
  const values = new FormData(form);
  const hasFiles = values.getAll("files").some((file) => file.size);
  if (form.querySelector(".tiles .wrong") || (!values.get("text")?.trim() && !hasFiles)) return;
  const article = pending(form, values);
  article.querySelector("[data-again]").addEventListener("click", () => send(form, article, values));
  document.querySelector("#stream").append(article);
  document.querySelector(".scroller").scrollTop = 0;
  form.querySelector(".refused").hidden = true;
  form.elements.token.value = newToken();
  form.dispatchEvent(new CustomEvent("desk:sending", { bubbles: true, detail: values }));
  send(form, article, values);
});

addEventListener("online", () => document.querySelectorAll(".lost [data-again]").forEach((button) => button.click()));
