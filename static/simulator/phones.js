// Ask what changed every second while the page is on screen, keep chats at their newest message,
// and empty a text field once its text was used.
const SECOND = 1000;

const newest = (log) => { log.scrollTop = log.scrollHeight; };
const nearNewest = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < 160;

document.querySelectorAll(".log").forEach(newest);

document.body.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  const { target, fragment } = detail;
  // The chip that is being pressed stays, as long as the chips are the same.
  if (target.matches(".under") && target.textContent === fragment.textContent) detail.shouldSwap = false;
  if (!target.matches(".log")) return;
  // A sound that plays must not be cut off; the next change shows what is new.
  const playing = [...target.querySelectorAll("audio, video")].some((media) => !media.paused);
  if (playing) detail.shouldSwap = false;
  const fresh = fragment.firstElementChild;
  if (fresh && !nearNewest(target)) fresh.dataset.stay = target.scrollTop;
});

document.body.addEventListener("htmx:oobAfterSwap", ({ detail }) => {
  const log = document.getElementById(detail.target.id);
  if (!log?.matches(".log")) return;
  if (log.dataset.stay) log.scrollTop = log.dataset.stay;
  else newest(log);
});

document.body.addEventListener("click", ({ target }) => {
  const voice = target.closest("[data-voice] button")?.parentElement;
  const sound = voice?.querySelector("audio");
  if (!sound) return;
  sound.onended = sound.onpause = () => voice.removeAttribute("data-playing");
  sound.onplaying = () => voice.setAttribute("data-playing", "");
  if (sound.paused) sound.play();
  else sound.pause();
});

document.body.addEventListener("simulator:used", ({ detail }) => {
  document.getElementById(detail.form)?.reset();
});

setInterval(() => {
  if (!document.hidden) window.htmx?.trigger(document.body, "simulator:tick");
}, SECOND);
