"""The customers' phones: what is pressed reaches the desk, what is shown is safe to show."""

from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.core.management import call_command
from django.urls import reverse

from channels_app.events import MessageDeleted, MessageEdited, ReactionChanged, Unsupported
from channels_app.models import Channel
from conversations.models import Message
from simulator import actions, customer, demo, network
from simulator.demo_script import AGENTS, PASSWORD
from simulator.models import Phone, PhoneMessage, Switches
from simulator.screen import Screen

from .factories import agent
from .simulated import KINDS, URL, Desk

pytestmark = pytest.mark.django_db
EVIL = "<script>alert(1)</script>"
SENDING = [(kind, chip.word) for kind, chips in actions.CHIPS.items() for chip in chips if chip.sends]


@pytest.fixture
def desk(monkeypatch, settings):
    return Desk(monkeypatch, settings)


@pytest.fixture
def agents_client(client):
    client.force_login(agent())
    return client


def act(client, phone, **fields):
    return client.post(reverse("simulator:act", args=[phone.pk]), fields)


@pytest.mark.parametrize(("kind", "word"), SENDING)
def test_every_kind_of_message_is_understood_by_the_desk(desk, kind, word):
    phone = desk.phone(kind)

    actions.perform(phone, word, "a caption")
    desk.run()

    assert not [event for event in desk.events() if isinstance(event, Unsupported)]
    assert Message.objects.get(direction="in").kind not in ("unsupported", "text")


@pytest.mark.parametrize("kind", ["whatsapp", "telegram"])
def test_an_edit_changes_the_message_at_the_desk(desk, kind):
    phone = desk.phone(kind)
    customer.write(phone, "tomorow")

    customer.edit(phone, "tomorrow")
    desk.run()

    assert [event.text for event in desk.events() if isinstance(event, MessageEdited)] == ["tomorrow"]
    assert Message.objects.get(direction="in").text == "tomorrow"


def test_a_deleted_message_is_deleted_at_the_desk(desk):
    phone = desk.phone("whatsapp")
    customer.write(phone, "oops")

    customer.delete(phone)
    desk.run()

    assert [e for e in desk.events() if isinstance(e, MessageDeleted)]
    assert Message.objects.get(direction="in").deleted_at


@pytest.mark.parametrize("kind", ["whatsapp", "telegram"])
def test_a_second_like_takes_the_first_back(desk, kind):
    phone = desk.phone(kind)
    PhoneMessage.objects.create(
        phone=phone, from_customer=False, provider_id="7", text="Hello", state="delivered"
    )

    customer.react(phone, "👍")
    customer.react(phone, "👍")
    desk.run()

    assert [e.emojis for e in desk.events() if isinstance(e, ReactionChanged)] == [("👍",), ()]


@pytest.mark.parametrize("kind", KINDS)
def test_the_phones_are_shown(desk, agents_client, kind):
    phone = desk.phone(kind)
    for chip in actions.CHIPS[kind]:
        if chip.sends:
            actions.perform(phone, chip.word, "")

    page = agents_client.get("/simulator/")
    alone = agents_client.get(f"/simulator/phones/{phone.pk}/")

    assert (page.status_code, alone.status_code) == (200, 200)
    assert f'id="log-{phone.pk}"' in page.text
    assert f'id="log-{phone.pk}"' in alone.text


@pytest.mark.parametrize("kind", KINDS)
def test_names_and_texts_are_shown_as_text(desk, agents_client, kind):
    phone = desk.phone(kind, name=EVIL)
    phone.channel.name = f"{EVIL}{kind}"
    phone.channel.save()
    customer.write(phone, f"*{EVIL}*")

    page = agents_client.get("/simulator/").text

    assert EVIL not in page
    assert "&lt;script&gt;" in page


def test_pages_have_no_inline_script_or_style(desk, agents_client):
    customer.write(desk.phone("whatsapp"), "Hi")

    page = agents_client.get("/simulator/").text

    assert "style=" not in page
    assert page.count("<script") == page.count('<script defer src="/static/') + page.count(
        '<script type="module" src="/static/'
    )


def test_the_phones_need_an_agent(client):
    for path in ("/simulator/", "/simulator/pulse/", "/simulator/phones/1/"):
        assert client.get(path).status_code == 302


def test_an_unchanged_phone_is_not_sent_again(desk, agents_client):
    phone = desk.phone("whatsapp")
    known = f"{phone.pk}:{Screen(phone).version}"

    unchanged = agents_client.get(f"/simulator/pulse/?{urlencode({'v': known})}")
    customer.write(phone, "Hi")
    changed = agents_client.get(f"/simulator/pulse/?{urlencode({'v': known})}")

    assert (unchanged.status_code, changed.status_code) == (204, 200)
    assert 'hx-swap-oob="true"' in changed.text
    assert 'name="text"' not in changed.text


def test_a_written_text_is_sent_and_its_field_cleared(desk, agents_client):
    phone = desk.phone("telegram")

    answer = act(agents_client, phone, action="write", text="Привет")
    desk.run()

    assert Message.objects.get(direction="in").text == "Привет"
    assert f"write-{phone.pk}" in answer["HX-Trigger"]


def test_a_text_no_database_can_keep_is_kept_without_its_impossible_part(desk, agents_client):
    phone = desk.phone("whatsapp")

    act(agents_client, phone, action="write", text="a\0b")

    assert phone.messages.get().text == "a\ufffdb"


def test_a_chip_leaves_the_typed_text_alone(desk, agents_client):
    phone = desk.phone("whatsapp")

    answer = act(agents_client, phone, action="location", text="half a sentence")

    assert "HX-Trigger" not in answer
    assert phone.messages.get().kind == "location"


def test_a_blocked_chat_says_why_nothing_is_sent(desk, agents_client):
    phone = desk.phone("whatsapp", blocked=True)

    answer = act(agents_client, phone, action="photo")

    assert customer.CANNOT_SEND in answer.text
    assert not phone.messages.exists()


@pytest.mark.parametrize("fields", [{"tap": "1:x"}, {"tap": "²:1"}, {"action": "fly"}, {"action": ""}])
def test_nonsense_is_answered_and_sends_nothing(desk, agents_client, fields):
    phone = desk.phone("whatsapp")

    assert act(agents_client, phone, **fields).status_code == 200
    assert not phone.messages.exists()


def test_a_button_of_another_phone_cannot_be_tapped(desk, agents_client):
    phone = desk.phone("whatsapp")
    other = desk.phone("whatsapp", channel=phone.channel, address="447700900124")
    prompt = PhoneMessage.objects.create(
        phone=other, from_customer=False, provider_id="x", payload={"buttons": [{"id": "a", "title": "A"}]}
    )

    assert act(agents_client, phone, tap=f"{prompt.pk}:0").status_code == 404


def test_a_new_phone_makes_up_what_was_left_empty(desk, agents_client):
    channel = desk.channel("twilio_sms")

    answer = agents_client.post("/simulator/phones/new/", {"channel": channel.pk, "name": "", "address": ""})

    assert answer.status_code == 302
    assert Phone.objects.get().address.startswith("+1")


def test_a_new_phone_with_a_bad_address_is_refused(desk, agents_client):
    channel = desk.channel("whatsapp")

    answer = agents_client.post("/simulator/phones/new/", {"channel": channel.pk, "address": "+0 12 x"})

    assert answer.status_code == 422
    assert not Phone.objects.exists()


def test_switches_are_kept(desk, agents_client):
    channel = desk.channel("telegram")
    agents_client.get("/simulator/")
    row = Switches.objects.get(channel=channel)

    answer = agents_client.post(
        f"/simulator/switches/{row.pk}/", {"delay": "2", "answer": "limit", "twice": "on"}
    )

    row.refresh_from_db()
    assert answer.status_code == 200
    assert (row.delay, row.answer, row.twice) == (2, "limit", True)


def test_a_page_a_customer_sends_is_only_downloaded(desk, agents_client):
    phone = desk.phone("whatsapp")
    file = network.file(phone.channel, "x.html", "text/html", b"<script>")
    answer = agents_client.get(f"/simulator/files/{file.key}/")

    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")


def test_the_demo_loaded_twice_changes_nothing(settings):
    settings.PUBLIC_URL = URL
    demo.load()
    before = _counts()

    demo.load()

    assert _counts() == before
    assert before["message"] > 10
    assert Message.objects.filter(direction="out", status="queued").exists()


def test_the_demo_moves_with_the_desk(settings):
    settings.PUBLIC_URL = URL
    demo.load()
    settings.PUBLIC_URL = "http://other.test:9000"

    demo.load()

    bases = {channel.settings["base_url"].partition("/simulator")[0] for channel in Channel.objects.all()}
    assert bases == {"http://other.test:9000"}


def test_loading_the_demo_prints_who_may_sign_in(settings, capsys):
    settings.PUBLIC_URL = URL

    call_command("load_demo")

    said = capsys.readouterr().out
    assert f"{URL}/simulator/" in said
    assert all(f"{email}  {PASSWORD}" in said for email, _, _ in AGENTS)


def _counts():
    labels = ("accounts", "channels_app", "conversations", "customers", "simulator")
    models = [model for label in labels for model in apps.get_app_config(label).get_models()]
    return {model._meta.model_name: model.objects.count() for model in models}
