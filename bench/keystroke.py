"""Ratio 12: from the Enter key to the bubble on the screen, in a real browser on loopback."""

import shutil

from playwright.sync_api import Error, Page, sync_playwright

from . import processes
from .ratios import Result, percentile
from .stage import Stage

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
]
WARM_UP = 3  # replies
# Milliseconds from the key to the first frame that shows the reply: as typed, and as the server stored it.
WATCH = """text => new Promise((resolve, reject) => {
  const seen = {};
  let pressed;
  addEventListener("keydown", (event) => { pressed = event.timeStamp; }, { capture: true, once: true });
  const show = (name) => requestAnimationFrame(() => setTimeout(() => {
    seen[name] = performance.now() - pressed;
    if (seen.shown && seen.stored) resolve(seen);
  }));
  const noted = new Set();
  const look = () => {
    for (const article of document.querySelectorAll("#stream article")) {
      if (!article.textContent.includes(text)) continue;
      const name = article.id.startsWith("message-") ? "stored" : "shown";
      if (!noted.has(name)) { noted.add(name); show(name); }
    }
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  setTimeout(() => reject(new Error(`never shown: ${JSON.stringify(seen)}`)), 15000);
})"""


def measure(stage: Stage) -> list[Result]:
    database = stage.desks.copy(stage.sizes[0])
    environment = stage.desks.environment(database)
    pk = processes.inside("writable", environment=environment)
    with stage.serving(database) as (web,):
        try:
            seen = _type(f"http://{web.address}", pk, stage.cookie(database), stage.effort.keystrokes)
        except Error as error:
            raise RuntimeError(f"the browser: {error.message}") from error
    stored, shown = ([each[name] for each in seen] for name in ("stored", "shown"))
    figures = {
        "stored p50": percentile(stored, 0.5),
        "as typed p50": percentile(shown, 0.5),
        "as typed p95": percentile(shown, 0.95),
    }
    note = f"until the bubble as the server stored it is painted; {len(seen)} replies"
    return [Result(12, percentile(stored, 0.95), (), figures, note)]


def _type(url: str, pk: int, cookie: str, count: int) -> list[dict[str, float]]:
    name, _, value = cookie.partition("=")
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": name, "value": value, "url": url}])
        page = context.new_page()
        page.goto(f"{url}/inbox/{pk}/")
        page.wait_for_selector("html[data-live=on]")
        seen = [_reply(page, f"Answer {number} of many.") for number in range(WARM_UP + count)]
        browser.close()
    return seen[WARM_UP:]


def _reply(page: Page, text: str) -> dict[str, float]:
    page.locator("form.reply textarea").fill(text)
    page.evaluate(f"text => {{ window.measured = ({WATCH})(text); }}", text)
    page.locator("form.reply textarea").press("Enter")
    seen: dict[str, float] = page.evaluate("() => window.measured")
    page.wait_for_timeout(100)
    return seen
