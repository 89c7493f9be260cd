// How long the text is for this channel: near its limit, beyond it in messages, for SMS in the parts that are paid.
import { segments } from "./segments.js";

const NEAR = 0.7;
const LENGTH = {
  characters: (text) => [...text].length,
  utf16: (text) => text.length,
  bytes: (text) => new TextEncoder().encode(text).length,
  segments,
};

function words(text, limits, form) {
  const length = LENGTH[limits.unit](text);
  if (length > limits.text) return form.messages.replace("{}", Math.ceil(length / limits.text));
  if (limits.segments && text) {
    const parts = segments(text);
    return `${length} · ${parts === 1 ? form.segment : form.segments.replace("{}", parts)}`;
  }
  return length > limits.text * NEAR ? `${length} / ${limits.text}` : "";
}

document.addEventListener("input", ({ target }) => {
  const output = target.closest?.("form.reply")?.querySelector("[data-counter]");
  if (!output || target.name !== "text") return;
  const limits = JSON.parse(target.closest(".composer").dataset.limits);
  output.value = words(target.value.trim(), limits, output.dataset);
  output.classList.toggle("over", LENGTH[limits.unit](target.value) > limits.text);
});
