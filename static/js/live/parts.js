// HTML from the server as elements, and elements put where their key says.

export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

export async function fragment(url) {
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  const isSignedOut = answer.redirected || answer.status === 403 || answer.headers.has("HX-Redirect");
  if (isSignedOut) location.reload();
  if (isSignedOut || !answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.text();
}

// Whoever uses the keyboard stays where they were: on the same link, or the button of the same words.
export function swapIn(old, fresh) {
  const used = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(fresh);
  htmx.process(fresh);
  if (used) again(fresh, used)?.focus({ preventScroll: true });
}

function again(fresh, used) {
  const alike = [...fresh.querySelectorAll(used.tagName)];
  return used.matches("a") ? alike[0] : alike.find((other) => other.title === used.title);
}

// Before `next`, or at the end without one.
export function insert(parent, fresh, next) {
  if (next) next.before(fresh);
  else parent.append(fresh);
  htmx.process(fresh);
}
