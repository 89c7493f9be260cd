"""The settings of channels: one page for all kinds, made from what the adapter declares."""

import html
import json

import httpx2
import pytest

from accounts.models import Role
from channels_app import http, upkeep
from channels_app.adapter import TemplateDefinition
from channels_app.models import Channel, ChannelHealth
from channels_app.registry import ADAPTERS
from inbox.channel_forms import ChannelForm
from tests import factories
from tests.signing import CREDENTIALS

pytestmark = pytest.mark.django_db
HEALTHY = {"display_phone_number": "+1 555", "verified_name": "Desk", "status": "CONNECTED"}


@pytest.fixture
def browser(client):
    client.force_login(factories.agent(role=Role.ADMINISTRATOR))
    return client


@pytest.fixture
def provider(monkeypatch):
    """WhatsApp at the end of the wire: what it answers next, the last answer again and again."""
    script = []

    def answer(request):
        step = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(step, Exception):
            raise step
        return httpx2.Response(step[0], json=step[1])

    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    monkeypatch.setattr(http, "client", lambda: client)
    return script


def text(response):
    return html.unescape(response.content.decode())


def post(browser, channel, what="", **fields):
    return browser.post(f"/settings/channels/{channel.pk}/{what}", fields, follow=True)


@pytest.mark.parametrize("kind", ADAPTERS)
def test_every_kind_is_offered_and_can_be_connected(browser, kind):
    assert f"/settings/channels/new/{kind}/" in text(browser.get("/settings/channels/"))

    page = browser.post(f"/settings/channels/new/{kind}/", {"name": "Ours", **CREDENTIALS[kind]}, follow=True)

    channel = Channel.objects.get(kind=kind)
    assert channel.credentials == CREDENTIALS[kind]
    assert channel.webhook_url in text(page)
    assert text(page).count("<li>") >= len(channel.adapter.help.splitlines())


@pytest.mark.parametrize("kind", ADAPTERS)
def test_a_saved_secret_is_never_shown_again(browser, kind):
    secrets = {c.name: f"hidden-{c.name}" for c in ADAPTERS[kind].credentials if c.secret}
    channel = factories.channel(kind, credentials=secrets)

    pages = [browser.get(f"/settings/channels/{channel.pk}/"), browser.get("/settings/channels/")]
    pages.append(browser.get(f"/admin/channels_app/channel/{channel.pk}/change/"))

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert [page for page in pages if "hidden-" in text(page)] == []
    assert "saved — type to replace" in text(pages[0])


def test_an_empty_secret_keeps_the_saved_one(browser):
    channel = factories.channel("whatsapp")
    public = {name: CREDENTIALS["whatsapp"][name] for name in ("phone_number_id", "waba_id")}

    post(browser, channel, name="Renamed", access_token="EAAnew", **public)

    channel.refresh_from_db()
    assert channel.name == "Renamed"
    assert channel.credentials == {**CREDENTIALS["whatsapp"], "access_token": "EAAnew"}


def test_an_optional_secret_can_be_removed(browser):
    channel = factories.channel("twilio_sms", credentials={"api_key_secret": "gone"})
    public = {name: CREDENTIALS["twilio_sms"][name] for name in ("account_sid", "sender")}

    post(browser, channel, name="SMS", **public, **{"remove-api_key_secret": "on"})

    assert Channel.objects.get().credentials == CREDENTIALS["twilio_sms"]


def test_a_mistake_is_named_beside_its_field_and_nothing_typed_is_lost(browser):
    typed = {"name": "Ours", **CREDENTIALS["whatsapp"], "phone_number_id": "+49 151 555"}

    page = browser.post("/settings/channels/new/whatsapp/", typed)

    assert page.status_code == 422
    assert [value for value in typed.values() if f'value="{value}"' not in text(page)] == []
    assert 'id="id_phone_number_id_error"' in text(page)
    assert Channel.objects.count() == 0


def test_a_value_we_choose_ourselves_is_made_when_left_empty(browser):
    typed = {"name": "Ours", **CREDENTIALS["whatsapp"], "verify_token": ""}

    browser.post("/settings/channels/new/whatsapp/", typed)

    assert len(Channel.objects.get().credentials["verify_token"]) >= 32


def test_the_value_made_for_us_is_the_one_that_was_shown(browser):
    page = browser.get("/settings/channels/new/whatsapp/")
    shown = text(page).split('name="verify_token" value="')[1].split('"')[0]

    browser.post(
        "/settings/channels/new/whatsapp/", {"name": "A", **CREDENTIALS["whatsapp"], "verify_token": shown}
    )

    assert Channel.objects.get().credentials["verify_token"] == shown


@pytest.mark.parametrize("kind", ADAPTERS)
def test_one_number_is_not_connected_twice(browser, kind):
    channel = factories.channel(kind, name="The first")

    page = browser.post(f"/settings/channels/new/{kind}/", {"name": "Again", **CREDENTIALS[kind]})

    assert "The first" in text(page)
    assert list(Channel.objects.all()) == [channel]


def test_a_second_number_of_one_account_is_welcome(browser):
    factories.channel("whatsapp")

    other = {**CREDENTIALS["whatsapp"], "phone_number_id": "106500000000002"}
    browser.post("/settings/channels/new/whatsapp/", {"name": "Second", **other})

    assert Channel.objects.count() == 2


def test_an_unknown_kind_is_not_found(browser):
    assert browser.get("/settings/channels/new/pigeon/").status_code == 404


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
@pytest.mark.parametrize(
    "page",
    ["", "new/telegram/", "1/", "1/check/", "1/connect/", "1/templates/", "1/rotate-key/", "1/enabled/"],
)
def test_channels_are_for_administrators(client, role, page):
    factories.channel(pk=1)
    client.force_login(factories.agent(role=role))

    asked = client.get if page in ("", "new/telegram/", "1/") else client.post
    assert asked(f"/settings/channels/{page}").status_code == 403


def test_a_successful_check_makes_a_broken_channel_work_again(browser, provider):
    channel = factories.channel(health=ChannelHealth.BROKEN)
    provider.append((200, HEALTHY))

    page = post(browser, channel, "check/")

    channel.refresh_from_db()
    assert (channel.health, channel.is_paused) == (ChannelHealth.WORKING, False)
    assert "Desk" in text(page)


def test_refused_credentials_break_the_channel_with_the_reason(browser, provider):
    channel = factories.channel()
    provider.append((401, {"error": {"code": 190, "message": "Session has expired"}}))

    page = post(browser, channel, "check/")

    channel.refresh_from_db()
    assert channel.health == ChannelHealth.BROKEN
    assert channel.health_text
    assert channel.health_text in text(page)


@pytest.mark.parametrize("before", [ChannelHealth.BROKEN, ChannelHealth.WORKING])
def test_a_provider_out_of_reach_mends_nothing(browser, provider, before):
    channel = factories.channel(health=before)
    provider.append(httpx2.ConnectError("refused"))

    page = post(browser, channel, "check/")

    channel.refresh_from_db()
    assert page.status_code == 200
    expected = before if before == ChannelHealth.BROKEN else ChannelHealth.WARNING
    assert channel.health == expected


@pytest.mark.parametrize("what", ["connect/", "templates/"])
def test_what_the_provider_refuses_is_a_sentence(browser, provider, what):
    channel = factories.channel()
    provider.append((500, {"error": {"code": 1, "message": "unknown"}}))

    page = post(browser, channel, what)

    assert page.status_code == 200
    assert 'class="said error"' in text(page)


def test_connecting_tells_the_provider_our_address(browser, monkeypatch):
    asked = []

    def answer(request):
        asked.append(json.loads(request.content))
        return httpx2.Response(200, json={"success": True})

    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    monkeypatch.setattr(http, "client", lambda: client)
    channel = factories.channel()

    post(browser, channel, "connect/")

    assert asked[0]["override_callback_uri"] == channel.webhook_url


def template(name, status="APPROVED", **fields):
    return {"id": "1", "name": name, "language": "en", "status": status, "category": "UTILITY", **fields}


def test_fetched_templates_are_what_the_provider_holds(browser, provider):
    channel = factories.channel()
    kept = channel.templates.create(name="kept", language="en", status="pending", quality="green")
    channel.templates.create(name="gone", language="en", status="approved")
    provider.append(
        (200, {"data": [template("kept"), template("new", "REJECTED"), template("new", "REJECTED")]})
    )

    post(browser, channel, "templates/")

    found = dict(channel.templates.values_list("name", "status"))
    kept.refresh_from_db()
    assert found == {"kept": "approved", "gone": "deleted", "new": "rejected"}
    assert kept.quality == "green"


def test_characters_no_database_keeps_do_not_stop_the_templates(monkeypatch):
    channel = factories.channel()
    odd = TemplateDefinition(
        name="odd\x00", language="en", status="approved", category="utility", components=({"text": "\ud800"},)
    )
    monkeypatch.setattr(type(channel.adapter), "templates", lambda adapter, config: [odd])

    upkeep.fetch_templates(channel)

    assert channel.templates.get().components == [{"text": "\ufffd"}]


def test_a_new_webhook_address_ends_the_old_one(browser, client):
    channel = factories.channel()
    old = channel.webhook_key

    post(browser, channel, "rotate-key/")

    assert Channel.objects.get().webhook_key != old
    assert client.get(f"/webhooks/{old}/").status_code == 404


def test_a_channel_is_paused_and_taken_up_again(browser):
    channel = factories.channel()

    post(browser, channel, "enabled/", enabled="0")
    assert Channel.objects.get().is_paused
    post(browser, channel, "enabled/", enabled="1")
    assert not Channel.objects.get().is_paused


def test_saving_does_not_undo_what_happened_meanwhile(browser):
    channel = factories.channel()
    stale = Channel.objects.get()
    channel.record_health(ChannelHealth.BROKEN, "The token was refused.")

    form = ChannelForm(stale, {"name": "Renamed", **CREDENTIALS["whatsapp"]})
    assert form.is_valid()
    form.save()

    assert Channel.objects.get().health == ChannelHealth.BROKEN


def test_the_list_says_what_is_wrong(browser):
    factories.channel(health=ChannelHealth.BROKEN, health_text="The token was refused.", rejected_webhooks=3)

    page = text(browser.get("/settings/channels/"))

    assert "The token was refused." in page
    assert "3 rejected webhooks" in page


def test_the_list_costs_the_same_for_many_channels(browser, django_assert_max_num_queries):
    for number in range(5):
        factories.channel(credentials={"phone_number_id": f"10650000000000{number}"})

    with django_assert_max_num_queries(4):
        browser.get("/settings/channels/")
