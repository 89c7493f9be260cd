"""Our adapters, unchanged, against the providers that the simulator plays."""

import io
from dataclasses import dataclass

import httpx2
import pytest

from channels_app.content import MessageKind
from channels_app.errors import ChannelBroken, PermanentFailure, RecipientOptedOut, RecipientUnreachable
from channels_app.events import DeliveryStatus, StatusChanged
from channels_app.outbound import Outbound, Recipient
from simulator import customer, receipts, switches
from simulator.models import MessageState, Switches
from simulator.twilio.contents import REMINDER

from .simulated import KINDS, Desk

pytestmark = pytest.mark.django_db
WITH_RECEIPTS = ("whatsapp", "twilio_sms", "twilio_whatsapp")
READ_RECEIPTS = ("whatsapp", "twilio_whatsapp")


@dataclass
class Upload:
    name: str = "lid.png"
    mime_type: str = "image/png"
    size: int = 4
    kind: MessageKind = MessageKind.IMAGE

    def open(self):
        return io.BytesIO(b"\x89PNG")

    def public_url(self):
        return "http://elsewhere.test/lid.png"


@pytest.fixture
def desk(monkeypatch, settings):
    return Desk(monkeypatch, settings)


def send(phone, **fields):
    fields = {"kind": MessageKind.TEXT, "text": "Hello *Ada*", **fields}
    status_url = f"{phone.channel.webhook_url}?o=ours"
    to = Recipient(addresses=(phone.address,))
    message = Outbound(reference="ours", to=to, status_url=status_url, **fields)
    return phone.channel.adapter.send(message, phone.channel.config())


def statuses(desk):
    return [event.status for event in desk.events() if isinstance(event, StatusChanged)]


def last(phone):
    return phone.messages.filter(from_customer=False).last()


@pytest.mark.parametrize("kind", KINDS)
def test_a_sent_text_stands_on_the_phone(desk, kind):
    phone = desk.phone(kind)
    customer.write(phone, "Hi")

    accepted = send(phone)
    desk.run()

    shown = last(phone)
    assert (shown.text, shown.state) == ("Hello *Ada*", MessageState.DELIVERED)
    assert accepted.provider_id.endswith(shown.provider_id)


@pytest.mark.parametrize("kind", WITH_RECEIPTS)
def test_receipts_follow_in_order_and_carry_our_reference(desk, kind):
    phone = desk.phone(kind)
    customer.write(phone, "Hi")
    desk.run()

    send(phone)
    desk.run()

    assert statuses(desk) == [DeliveryStatus.ACCEPTED, DeliveryStatus.DELIVERED]
    assert {e.reference for e in desk.events() if isinstance(e, StatusChanged)} == {"ours"}


@pytest.mark.parametrize("kind", READ_RECEIPTS)
def test_looking_at_the_chat_reads_it_once(desk, kind):
    phone = desk.phone(kind)
    customer.write(phone, "Hi")
    send(phone)
    desk.run()

    receipts.look(phone)
    receipts.look(phone)
    desk.run()

    assert statuses(desk).count(DeliveryStatus.READ) == 1


def test_a_customer_who_hides_reading_sends_no_read_receipt(desk):
    phone = desk.phone("whatsapp", reads=False)
    customer.write(phone, "Hi")
    send(phone)
    desk.run()

    receipts.look(phone)
    desk.run()

    assert DeliveryStatus.READ not in statuses(desk)


@pytest.mark.parametrize("kind", ["whatsapp", "telegram"])
def test_an_uploaded_picture_reaches_the_phone(desk, kind):
    phone = desk.phone(kind)
    customer.write(phone, "Hi")

    send(phone, kind=MessageKind.IMAGE, text="A lid", files=(Upload(),))

    file = last(phone).files.get()
    assert (last(phone).kind, last(phone).text) == ("image", "A lid")
    assert file.content.read() == b"\x89PNG"


def test_twilio_never_fetches_a_file_from_outside(desk, monkeypatch):
    asked = []
    monkeypatch.setattr(httpx2, "get", lambda *args, **options: asked.append(args))
    phone = desk.phone("twilio_sms")

    send(phone, kind=MessageKind.IMAGE, files=(Upload(),))
    desk.run()

    assert (asked, statuses(desk)) == ([], [DeliveryStatus.FAILED])
    assert last(phone).state == MessageState.FAILED


@pytest.mark.parametrize("kind", ["whatsapp", "telegram"])
def test_buttons_can_be_tapped_and_answer_with_our_payload(desk, kind):
    phone = desk.phone(kind)
    customer.write(phone, "Hi")
    buttons = [{"id": "yes:1", "title": "Yes"}, {"id": "no:1", "title": "No"}]
    accepted = send(phone, kind=MessageKind.INTERACTIVE, content={"buttons": buttons})

    customer.tap(phone, last(phone), 1)
    desk.run()

    tapped = next(event for event in desk.events() if getattr(event, "kind", "") == MessageKind.CHOICE)
    assert tapped.content["choice"]["id"] == "no:1"
    assert tapped.reply_to == accepted.provider_id


def test_a_template_reads_as_approved_and_its_button_comes_back(desk):
    phone = desk.phone("whatsapp")
    body = {"type": "body", "parameters": [{"type": "text", "text": "Ada"}, {"type": "text", "text": "#7"}]}
    use = {"name": "order_shipped", "language": "pt_BR", "components": [body]}

    send(phone, kind=MessageKind.TEMPLATE, text="", content={"template": use})
    customer.tap(phone, last(phone), 0)
    desk.run()

    assert last(phone).text == "Oi Ada! Seu pedido *#7* saiu para entrega e chega amanhã."
    choice = next(e.content["choice"] for e in desk.events() if hasattr(e, "content"))
    assert choice == {"id": "Acompanhar pedido", "title": "Acompanhar pedido", "source": "template"}


@pytest.mark.parametrize(("name", "code"), [("cart_reminder", "132015"), ("nothing", "132001")])
def test_a_paused_or_unknown_template_is_refused(desk, name, code):
    phone = desk.phone("whatsapp")
    use = {"name": name, "language": "en_US", "components": []}

    with pytest.raises(PermanentFailure) as refused:
        send(phone, kind=MessageKind.TEMPLATE, text="", content={"template": use})

    assert refused.value.code == code


def test_a_content_template_of_twilio_is_filled(desk):
    phone = desk.phone("twilio_whatsapp")
    use = {"name": REMINDER, "variables": {"1": "Ada", "2": "7"}}

    send(phone, kind=MessageKind.TEMPLATE, text="", content={"template": use})

    assert last(phone).text.startswith("Hello Ada, your order #7 is ready")


@pytest.mark.parametrize("kind", ["whatsapp", "twilio_whatsapp"])
def test_outside_the_window_a_text_is_taken_and_then_fails(desk, kind):
    phone = desk.phone(kind)

    send(phone)
    desk.run()

    failure = next(event for event in desk.events() if isinstance(event, StatusChanged))
    assert (failure.status, failure.failure.value) == (DeliveryStatus.FAILED, "window_closed")


def test_who_blocked_the_business_on_whatsapp_is_never_named(desk):
    phone = desk.phone("whatsapp")
    customer.write(phone, "Hi")
    customer.block(phone, blocked=True)

    send(phone)
    desk.run()

    assert statuses(desk) == [DeliveryStatus.ACCEPTED]


def test_who_blocked_the_bot_cannot_be_written_to(desk):
    phone = desk.phone("telegram")
    customer.write(phone, "/start")
    customer.block(phone, blocked=True)

    with pytest.raises(RecipientUnreachable):
        send(phone)


def test_a_bot_may_not_write_first(desk):
    with pytest.raises(RecipientUnreachable):
        send(desk.phone("telegram"))


def test_stop_holds_until_start(desk):
    phone = desk.phone("twilio_sms")
    customer.write(phone, " stop ")

    with pytest.raises(RecipientOptedOut):
        send(phone)
    customer.write(phone, "START")

    assert send(phone).provider_id


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_token_breaks_the_channel(desk, kind):
    phone = desk.phone(kind)
    for name in ("access_token", "auth_token"):
        phone.channel.credentials = {**phone.channel.credentials, name: "another"}
    phone.channel.credentials["token"] = f"1:{'x' * 35}"

    with pytest.raises(ChannelBroken):
        send(phone)


@pytest.mark.parametrize("kind", KINDS)
def test_an_expired_token_breaks_the_channel(desk, kind):
    phone = desk.phone(kind)
    customer.write(phone, "Hi")
    switches.of(phone.channel)
    Switches.objects.update(token_expired=True)

    with pytest.raises(ChannelBroken):
        send(phone)
    assert last(phone) is None


@pytest.mark.parametrize("kind", KINDS)
def test_the_health_check_is_answered(desk, kind):
    channel = desk.channel(kind)
    if kind == "telegram":
        channel.adapter.connect(channel.config())

    assert channel.adapter.check(channel.config()).ok


def test_connecting_is_understood(desk):
    for kind in ("whatsapp", "telegram", "twilio_sms"):
        channel = desk.channel(kind)
        channel.adapter.connect(channel.config())


@pytest.mark.parametrize(("kind", "count"), [("whatsapp", 4), ("twilio_whatsapp", 1)])
def test_templates_are_listed(desk, kind, count):
    channel = desk.channel(kind)

    found = channel.adapter.templates(channel.config())

    assert len(found) == count
    assert "approved" in {template.status for template in found}


@pytest.mark.parametrize("kind", ["whatsapp", "telegram", "twilio_whatsapp"])
def test_typing_is_seen_on_the_phone(desk, kind):
    phone = desk.phone(kind)
    said = customer.write(phone, "Hi")

    to = Recipient(addresses=(phone.address,))
    phone.channel.adapter.show_typing(said.provider_id, to, phone.channel.config())

    phone.refresh_from_db()
    assert phone.typing_until is not None


def test_a_reaction_of_the_business_is_seen_on_the_phone(desk):
    phone = desk.phone("whatsapp")
    said = customer.write(phone, "Hi")

    send(phone, text="", content={"reaction": {"target": said.provider_id, "emoji": "❤"}})

    said.refresh_from_db()
    assert said.business_reaction == "❤"
