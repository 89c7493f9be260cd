// HTML from the server as elements, and elements put where their key says.

export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

export async function fragment(url) {
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  if (answer.redirected || answer.status === 403) location.reload();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.text();
}

export function swapIn(old, fresh) {
  old.replaceWith(fresh);
  htmx.process(fresh);
}

// Before the first sibling that sorts after it; `after(sibling)` says whether one does.
export function insert(parent, fresh, siblings, after) {
  const next = siblings.find(after);
  if (next) next.before(fresh);
  else parent.append(fresh);
  htmx.process(fresh);
}
