// The stream in order: one line per day, neighbours joined, drafts replaced by what the server made of them.
const JOINED_WITHIN = 5 * 60_000;
const words = document.querySelector("#words").dataset;
const isoDay = (date) => `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;

function dayName(day) {
  const now = new Date();
  if (day === isoDay(now)) return words.today;
  if (day === isoDay(new Date(now - 24 * 3600_000))) return words.yesterday;
  const form = { day: "numeric", month: "long", ...(day.slice(0, 4) !== String(now.getFullYear()) && { year: "numeric" }) };
  return new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang, form).format(new Date(`${day}T12:00`));
}

function separator(day) {
  const line = document.createElement("p");
  const text = document.createElement("span");
  line.className = "day";
  line.dataset.day = day;
  text.textContent = dayName(day);
  line.append(text);
  return line;
}

function days(stream) {
  let day = "";
  for (const child of [...stream.children]) {
    if (child.matches(".day")) {
      if (child.dataset.day === day) child.remove();
      day = child.dataset.day;
    } else if (child.dataset.day && child.dataset.day !== day) {
      day = child.dataset.day;
      child.before(separator(day));
    }
  }
}

function join(stream) {
  for (const message of stream.querySelectorAll(".message[data-at]")) {
    const next = message.nextElementSibling;
    const near = next?.dataset.by === message.dataset.by && Date.parse(next.dataset.at) - Date.parse(message.dataset.at) < JOINED_WITHIN;
    message.classList.toggle("joined", Boolean(near));
  }
}

function settle(stream) {
  for (const pending of stream.querySelectorAll("[data-pending]")) {
    if (stream.querySelector(`[data-token="${pending.dataset.pending}"]`)) pending.remove();
  }
}

function arrange(stream) {
  watcher.disconnect();
  settle(stream);
  days(stream);
  join(stream);
  watcher.observe(stream, { childList: true });
}

const watcher = new MutationObserver(([{ target }]) => arrange(target));
function watch() {
  const stream = document.querySelector("#stream");
  if (stream) arrange(stream);
}
document.addEventListener("htmx:afterSwap", watch);
watch();
