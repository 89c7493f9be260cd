"""Files travel over real HTTP on loopback: the adapters' downloads, and what the courier's thread posts."""

from threading import Event

import pytest

from channels_app.errors import MediaUnavailable, TemporaryFailure
from channels_app.events import Media
from channels_app.models import Channel
from simulator import actions, customer, providers
from simulator.courier import Courier
from simulator.models import Phone
from simulator.network import MEDIA

from .signing import CREDENTIALS
from .simulated import ADDRESSES, PATHS, Patient, understood

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = ("whatsapp", "telegram", "twilio_whatsapp")


@pytest.fixture
def phone_of(live_server, settings, monkeypatch):
    settings.PUBLIC_URL = live_server.url
    monkeypatch.setattr("simulator.courier.courier", Patient())

    def phone(kind):
        base = {"base_url": f"{live_server.url}/simulator/{PATHS[kind]}"}
        fields = {"name": "Harbour", "credentials": CREDENTIALS[kind], "settings": base}
        channel = Channel.objects.create(kind=kind, **fields)
        return Phone.objects.create(channel=channel, name="Ada", address=ADDRESSES[kind])

    return phone


def voice_note(phone) -> Media:
    """A voice note as the desk hears of it."""
    message = customer.compose(phone, **actions.content(phone, "voice", ""))
    return understood(providers.of(phone).incoming(message))[0].media[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_voice_note_is_fetched_as_it_was_sent(phone_of, kind):
    phone = phone_of(kind)
    media = voice_note(phone)

    download = phone.channel.adapter.fetch(media, phone.channel.config())

    assert b"".join(download.chunks) == (MEDIA / "voice.ogg").read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_not_given_to_a_wrong_token(phone_of, kind):
    phone = phone_of(kind)
    media = voice_note(phone)
    wrong = {"access_token": "x", "auth_token": "x", "token": f"1:{'x' * 35}"}
    phone.channel.credentials = {**phone.channel.credentials, **wrong}

    with pytest.raises((MediaUnavailable, TemporaryFailure)):
        phone.channel.adapter.fetch(media, phone.channel.config())


def test_the_courier_goes_on_after_a_task_that_fails():
    done, courier = Event(), Courier()

    courier.after(0, lambda: 1 / 0)
    courier.after(0, done.set)

    assert done.wait(timeout=10)


def test_the_courier_keeps_the_order_of_time():
    said, done, courier = [], Event(), Courier()

    courier.after(0.2, done.set)
    courier.after(0.1, said.append, "later")
    courier.after(0.0, said.append, "sooner")

    assert done.wait(timeout=10)
    assert said == ["sooner", "later"]
