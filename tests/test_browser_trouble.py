"""Haste, two tabs and a bad line, in a real browser: no reply is lost, doubled or put in the wrong place."""

import re

import pytest

from .browser import CHROMIUM, answer, open_row, phone, unheard, write

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
]
BOX = "form.reply textarea"


@pytest.fixture
def hold(inbox):
    """hold(path): requests to it wait until the function returned is called."""

    def hold(path):
        waiting = []
        inbox.route(re.compile(path), lambda route: waiting.append(route))
        return lambda: [route.continue_() for route in waiting]

    return hold


def opened(inbox):
    return inbox.locator("#open").get_attribute("data-open")


def test_the_conversation_clicked_last_is_the_one_that_opens(inbox, hold):
    first, second = inbox.locator("#list li.row").evaluate_all(
        "rows => rows.slice(0, 2).map(row => row.dataset.id)"
    )
    releases = [hold(rf"/inbox/{number}/(\?|$)") for number in (first, second)]
    inbox.click(f"#row-{first} a")
    inbox.click(f"#row-{second} a")

    for release in releases:
        inbox.wait_for_timeout(200)
        release()
    inbox.wait_for_selector(f'#open[data-open="{second}"]')
    assert inbox.locator("#list [aria-current]").get_attribute("data-id") == second
    assert inbox.locator("[id=open]").count() == 1


def test_a_reply_on_its_way_lands_in_its_own_conversation(inbox, hold):
    text = unheard("on its way")
    open_row(inbox, "Diego Santos")
    release = hold("/reply/")
    answer(inbox, text)
    open_row(inbox, "Mira Köhler")
    inbox.locator("#thread h2", has_text="Mira Köhler").wait_for()
    with inbox.expect_response(re.compile("/reply/")):
        release()

    inbox.locator("#list li.row", has_text=text).wait_for()
    assert inbox.locator("#stream article", has_text=text).count() == 0
    open_row(inbox, "Diego Santos")
    inbox.locator("#stream article.out[id]", has_text=text).wait_for()
    assert inbox.input_value(BOX) == ""
    assert inbox.complaints == []


def test_coming_back_before_the_reply_is_saved_does_not_leave_it_in_the_box(inbox, hold):
    text = unheard("back soon")
    open_row(inbox, "Diego Santos")
    release = hold("/reply/")
    answer(inbox, text)
    open_row(inbox, "Mira Köhler")
    inbox.locator("#thread h2", has_text="Mira Köhler").wait_for()
    open_row(inbox, "Diego Santos")
    inbox.locator("#thread h2", has_text="Diego Santos").wait_for()
    assert inbox.input_value(BOX) == text

    release()
    inbox.wait_for_function("box => document.querySelector(box).value === ''", arg=BOX)
    assert inbox.locator("#stream article.out[id]", has_text=text).count() == 1


def test_two_tabs_with_one_draft_send_it_once_and_a_changed_one_too(inbox, desk):
    text, changed = unheard("one draft"), unheard("changed")
    open_row(inbox, "Diego Santos")
    inbox.locator(BOX).fill(text)
    other = inbox.context.new_page()
    other.goto(inbox.url)
    assert other.input_value(BOX) == text

    inbox.locator(BOX).press("Enter")
    other.locator(BOX).press("Enter")
    inbox.locator("#stream article.out[id]", has_text=text).wait_for()
    answer(other, changed)
    for found in (text, changed):
        other.locator("#stream article.out[id]", has_text=found).wait_for()
        assert other.locator("#stream article.out", has_text=found).count() == 1


def test_a_double_click_resolves_once(inbox):
    open_row(inbox, "Pablo Diego")
    inbox.get_by_role("button", name="Resolve").dblclick(delay=40)

    inbox.get_by_role("button", name="Reopen").wait_for()
    inbox.wait_for_timeout(600)
    inbox.get_by_role("button", name="Reopen").click()
    inbox.get_by_role("button", name="Resolve").wait_for()


def test_offline_says_so_and_sends_once_back(inbox):
    text = unheard("from a train")
    open_row(inbox, "Diego Santos")
    here = opened(inbox)
    inbox.context.set_offline(True)
    answer(inbox, text)
    inbox.locator("article.lost", has_text=text).get_by_role("button", name="Try again").wait_for()
    inbox.locator("#list li.row", has_text="Mira Köhler").click()
    inbox.locator("#said").wait_for()
    assert (opened(inbox), inbox.locator("#list [aria-current]").get_attribute("data-id")) == (here, here)

    inbox.context.set_offline(False)
    inbox.locator("#stream article.out[id]", has_text=text).wait_for()
    assert inbox.locator("article.lost").count() == 0


def test_a_page_from_before_a_new_sign_in_keeps_what_was_written(inbox, desk):
    text = unheard("from an old page")
    open_row(inbox, "Diego Santos")
    inbox.route("**/typing/", lambda route: route.fulfill(status=204))
    inbox.context.add_cookies([{"name": "csrftoken", "value": "n" * 32, "url": desk.url}])

    answer(inbox, text)
    inbox.wait_for_function("text => document.querySelector('form.reply textarea')?.value === text", arg=text)
    inbox.locator(BOX).press("Enter")
    inbox.locator("#stream article.out[id]", has_text=text).wait_for()


def test_what_came_while_the_agent_was_away_is_unread_below_a_line(inbox, phones):
    open_row(inbox, "Diego Santos")
    row = inbox.locator(f"#row-{opened(inbox)}")
    row.locator(".count").wait_for(state="detached")
    inbox.evaluate("window.away = true; document.hasFocus = () => !window.away")
    text = unheard("while you were away")
    write(phone(phones, "Diego Santos"), text)

    row.locator(".count").wait_for()
    assert text in inbox.locator("#new + article").inner_text()
    inbox.evaluate("window.away = false; window.dispatchEvent(new Event('focus'))")
    row.locator(".count").wait_for(state="detached")


def test_the_focus_stays_on_a_row_that_moves(inbox, phones):
    row = inbox.locator("#list li.row", has_text="Mira Köhler")
    row.locator("a").focus()
    write(phone(phones, "Mira Köhler"), unheard("Noch etwas"))

    inbox.locator("#list li.row", has_text="Noch etwas").wait_for()
    assert row.evaluate("row => row.contains(document.activeElement)")


def test_right_to_left_names_stand_beside_the_avatar(inbox):
    row = inbox.locator("#list li.row", has_text="ليلى")
    gap = """row => {
      const words = document.createRange();
      words.selectNodeContents(row.querySelector(".row-name"));
      return words.getBoundingClientRect().left - row.querySelector(".avatar").getBoundingClientRect().right;
    }"""
    assert 0 < row.evaluate(gap) < 24
