// Times that pass: every half minute "5 m" becomes "6 m", a wait turns red, a window closes.
const MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const words = document.querySelector("#words").dataset;
const say = (form, count) => form.replace("{}", count);

function span(seconds) {
  if (seconds < MINUTE) return words.now;
  if (seconds < HOUR) return say(words.minutes, Math.floor(seconds / MINUTE));
  if (seconds < DAY) return say(words.hours, Math.floor(seconds / HOUR));
  return say(words.days, Math.floor(seconds / DAY));
}

function remaining(seconds) {
  const minutes = Math.max(Math.floor(seconds / MINUTE), 0);
  const rest = say(words.minutes, minutes % 60);
  return minutes < 60 ? rest : `${say(words.hours, Math.floor(minutes / 60))} ${rest}`;
}

const WRITE = {
  // From one day on the server's date stands.
  ago: (time, passed) => { if (passed < DAY) time.textContent = span(passed); },
  since(time, passed) {
    time.textContent = span(passed);
    time.parentElement.classList.toggle("late", passed > Number(time.dataset.late));
  },
  until(time, passed) {
    time.textContent = span(-passed);
    time.parentElement.hidden = passed > 0 || -passed > Number(time.dataset.below);
  },
  remaining(time, passed) {
    time.textContent = remaining(-passed);
    time.parentElement.classList.toggle("soon", -passed < 4 * HOUR);
    if (passed > 0) document.dispatchEvent(new CustomEvent("desk:window-closed"));
  },
};

export function tell(root = document) {
  for (const time of root.querySelectorAll("time[data-time]")) {
    WRITE[time.dataset.time](time, (Date.now() - Date.parse(time.dateTime)) / 1000);
  }
}

setInterval(tell, 30_000);
document.addEventListener("visibilitychange", () => document.hidden || tell());
