"""The whole story in a real browser: a phone writes, the inbox shows it, the agent answers, the ticks turn."""

import re

import pytest

from .browser import CHROMIUM, Desk, answer, open_row, phone, sign_in, unheard, write

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
]


def test_a_customer_writes_and_the_agent_answers(inbox, phones):
    question, reply = unheard("Onde está o pedido?"), unheard("Chega amanhã.")
    diego = phone(phones, "Diego Santos")

    write(diego, question)
    row = inbox.locator("#list li.row", has_text=question)
    row.wait_for()
    row.click()
    inbox.locator("#stream article.in", has_text=question).wait_for()
    bubble = answer(inbox, reply)

    bubble.wait_for()
    diego.get_by_text(reply).wait_for()
    bubble.locator(".tick.read, .tick.delivered").first.wait_for()
    assert inbox.complaints == []
    assert phones.complaints == []


@pytest.mark.parametrize("name", ["Анна Петрова", "+1 415 555 0132", "Ana Whitfield"])
def test_every_kind_carries_both_ways(inbox, phones, name):
    question, reply = unheard("Hello?"), unheard("Hello!")
    customer = phone(phones, name)

    write(customer, question)
    inbox.locator("#list li.row", has_text=question).click()
    bubble = answer(inbox, reply)

    customer.get_by_text(reply).wait_for()
    bubble.locator(".tick.accepted, .tick.delivered, .tick.read").first.wait_for()


def test_a_photo_arrives_as_a_picture(inbox, phones):
    diego = phone(phones, "Diego Santos")
    open_row(inbox, "Diego Santos")
    inbox.locator("#stream article").last.wait_for()
    before = inbox.locator("#stream article.in img").count()

    diego.locator('button[value="photo"]').first.click()

    inbox.wait_for_function(
        "before => document.querySelectorAll('#stream article.in img').length > before", arg=before
    )
    picture = inbox.locator("#stream article.in img").last
    inbox.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())


def test_two_agents_see_the_same_at_once(browser, desk, inbox, phones):
    other = sign_in(browser, desk, "lucas@example.com")
    other.goto(f"{desk.url}/inbox/?view=all")
    question, reply = unheard("Wo bleibt es?"), unheard("Unterwegs")
    write(phone(phones, "Mira Köhler"), question)
    for page in (inbox, other):
        page.locator("#list li.row", has_text=question).click()

    answer(inbox, reply)

    other.locator("#stream article.out", has_text=reply).wait_for()
    assert other.complaints == []
    other.context.close()


def test_after_stop_the_agent_sees_why_no_answer_may_go(inbox, phones):
    customer = phone(phones, "+1 415 555 0132")
    write(customer, unheard("hi"))
    open_row(inbox, "415")
    customer.locator('button[value="STOP"], button:has-text("STOP")').first.click()

    inbox.get_by_text("asked not to be written to").first.wait_for()
    inbox.locator("form.reply textarea").wait_for(state="hidden")
    customer.locator('button:has-text("START")').first.click()
    inbox.locator("form.reply textarea").wait_for(state="visible")


def test_a_refused_message_says_why_and_can_be_tried_again(inbox, phones):
    write(phone(phones, "Анна Петрова"), unheard("Ещё вопрос"))
    open_row(inbox, "Анна Петрова")
    switch(phones, "Harbour Bot", "refuse")
    text = unheard("Ответ")
    bubble = answer(inbox, text)
    bubble.locator(".outcome.bad").wait_for()

    switch(phones, "Harbour Bot", "normal")
    bubble.get_by_role("button", name=re.compile("Try again|Retry|Send again")).click()
    bubble.locator(".tick.accepted").wait_for()
    phone(phones, "Анна Петрова").get_by_text(text).wait_for()


def switch(phones, channel, answer):
    panel = phones.locator("details[name=trouble]", has_text=channel)
    if not panel.evaluate("panel => panel.open"):
        panel.locator("summary").click()
    select = panel.locator("select[name=answer]")
    with phones.expect_response(lambda response: "/switches/" in response.url):
        select.select_option(
            next(
                v
                for v in select.locator("option").evaluate_all(
                    "options => options.map(option => option.value)"
                )
                if v.startswith(answer)
            )
        )


def test_a_note_stays_with_the_team(inbox, phones):
    open_row(inbox, "Diego Santos")
    text = unheard("between us")
    inbox.locator("label[for=mode-note]").click()
    inbox.locator("form.note textarea").fill(text)
    inbox.locator("form.note textarea").press("Enter")

    inbox.locator("#stream article.note", has_text=text).wait_for()
    phones.wait_for_timeout(1500)
    assert phone(phones, "Diego Santos").get_by_text(text).count() == 0


def test_what_was_typed_and_what_was_missed_survive_an_outage(browser, tmp_path):
    desk = Desk(tmp_path)
    page = sign_in(browser, desk)
    page.goto(f"{desk.url}/inbox/?view=all")
    open_row(page, "Diego Santos")
    page.wait_for_selector("html[data-live=on]")
    page.locator("form.reply textarea").fill("half a sentence")
    desk.stop()
    page.locator("#connection").wait_for(state="visible")

    desk.start()
    page.wait_for_selector("html[data-live=on]")
    phones = sign_in(browser, desk, "mira@example.com")
    phones.goto(f"{desk.url}/simulator/")
    question = unheard("Ainda aí?")
    write(phone(phones, "Diego Santos"), question)
    page.locator("#stream article.in", has_text=question).wait_for()
    assert page.locator("form.reply textarea").input_value() == "half a sentence"
    assert page.locator("#connection").is_hidden()
    desk.stop()


def test_resolve_and_reopen(inbox):
    open_row(inbox, "Pablo Diego")
    inbox.get_by_role("button", name="Resolve").click()
    inbox.get_by_role("button", name="Reopen").click()
    inbox.get_by_role("button", name="Resolve").wait_for()


def test_on_a_small_screen_there_is_one_pane_and_a_way_back(browser, desk):
    page = sign_in(browser, desk)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{desk.url}/inbox/?view=all")
    open_row(page, "Diego Santos")
    page.locator("#stream").wait_for(state="visible")
    assert not page.locator("#list").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.get_by_role("link", name="Back").first.click()
    page.locator("#list").wait_for(state="visible")
    page.context.close()
