// Keep the page as the database is: hints from the socket, versions to check them by, polling without it.
import { fetchStream, look, placeBubbles, setTyping, streamIsBehind } from "./live/thread.js";
import { fetchList, placeRow, rowsAreBehind, showTyping } from "./live/list.js";

const POLL_EVERY = 5000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15000;
const SIGNED_OUT = 4401;

const banner = document.querySelector("#connection");
let pause = FIRST_PAUSE;
let polling = null;
let due = null;
let dueStream = null;

// What cannot be fetched now is asked for again by the next version check, or by polling.
const quietly = (fetching) => fetching.catch((error) => console.info(error.message));

function refreshStream() {
  clearTimeout(dueStream);
  dueStream = setTimeout(() => quietly(fetchStream()), 200);
}

function refresh() {
  clearTimeout(due);
  due = setTimeout(() => quietly(Promise.all([fetchList(), fetchStream()])), 150);
}

const HINTS = {
  welcome: refresh,
  changed(hint) {
    placeRow(hint);
    if (placeBubbles(hint)) refreshStream();
    document.dispatchEvent(new CustomEvent("desk:changed", { detail: hint }));
  },
  typing(hint) {
    setTyping(hint);
    showTyping(hint);
  },
  versions({ versions }) {
    if (rowsAreBehind(versions) || streamIsBehind(versions)) refresh();
  },
};

function connected() {
  pause = FIRST_PAUSE;
  clearInterval(polling);
  polling = null;
  if (banner) banner.hidden = true;
  document.documentElement.dataset.live = "on";
}

function lost({ code }) {
  document.documentElement.dataset.live = "off";
  if (code === SIGNED_OUT) {
    location.reload();
    return;
  }
  if (banner) banner.hidden = false;
  polling ??= setInterval(refresh, POLL_EVERY);
  setTimeout(connect, pause * (0.5 + Math.random()));
  pause = Math.min(pause * 2, LONGEST_PAUSE);
}

function connect() {
  const address = new URL(document.body.dataset.socket, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address);
  socket.onopen = connected;
  socket.onclose = lost;
  socket.onmessage = ({ data }) => {
    const hint = JSON.parse(data);
    HINTS[hint.name]?.(hint);
  };
}

if (document.body.dataset.socket) connect();
addEventListener("online", refresh);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
for (const event of ["visibilitychange", "focus"]) addEventListener(event, look);
