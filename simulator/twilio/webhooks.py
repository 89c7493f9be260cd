"""What Twilio posts: incoming messages and status callbacks, as signed forms.

https://www.twilio.com/docs/messaging/guides/webhook-request
"""

import uuid
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import phonenumbers
from django.conf import settings
from django.urls import reverse
from twilio.request_validator import RequestValidator

from channels_app.models import Channel
from simulator import network
from simulator.models import MessageState, Phone, PhoneMessage
from simulator.provider import Step
from simulator.webhook import Webhook

Form = dict[str, str]
JSON = dict[str, Any]

PREFIXES = {"twilio_sms": "", "twilio_whatsapp": "whatsapp:"}
KEYWORDS = {
    **dict.fromkeys(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"), "stop"),
    **dict.fromkeys(("START", "YES", "UNSTOP"), "start"),
    **dict.fromkeys(("HELP", "INFO"), "help"),
}
MESSAGE_TYPES = {"voice": "audio", "choice": "interactive"}
WORDS = {MessageState.FAILED: "undelivered"}
OUT_OF_REACH = "+15005550003"


def new_id() -> str:
    return f"SM{token_hex(16)}"


def address(channel: Channel, number: str) -> str:
    return PREFIXES[channel.kind] + number


def incoming(message: PhoneMessage) -> Webhook:
    phone, channel = message.phone, message.phone.channel
    form = {
        "MessageSid": message.provider_id,
        "SmsSid": message.provider_id,
        "SmsMessageSid": message.provider_id,
        "AccountSid": channel.credentials.get("account_sid", ""),
        "From": address(channel, phone.address),
        "To": address(channel, channel.credentials.get("sender", "")),
        "Body": message.text,
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        **_media(message),
        **(_whatsapp(message) if channel.kind == "twilio_whatsapp" else _places(phone)),
    }
    label = f"message {message.kind}"
    return _webhook(channel, channel.webhook_url, form, label=label, message=message.pk)


def receipt(message: PhoneMessage, state: MessageState, code: str) -> Webhook | None:
    """Only when the send named an address for it."""
    phone, channel = message.phone, message.phone.channel
    url = message.payload.get("status_url", "")
    if not url:
        return None
    word = WORDS.get(state, state.value)
    form = {
        "MessageSid": message.provider_id,
        "SmsSid": message.provider_id,
        "MessageStatus": word,
        "SmsStatus": word,
        "AccountSid": channel.credentials.get("account_sid", ""),
        "From": address(channel, channel.credentials.get("sender", "")),
        "To": address(channel, phone.address),
        "ApiVersion": "2010-04-01",
    }
    if code:
        form |= {"ErrorCode": code, "ErrorMessage": f"Error {code}"}
    if channel.kind == "twilio_whatsapp":
        form |= {"ChannelPrefix": "whatsapp", "EventType": word.upper(), "StructuredMessage": "false"}
    return _webhook(channel, url, form, label=f"status {word}", receipt=True)


def fate(message: PhoneMessage) -> list[Step]:
    phone = message.phone
    if code := _refused(message):
        return [Step(0.5, MessageState.FAILED, code)]
    sent, delivered = Step(0.4, MessageState.SENT), Step(1.2, MessageState.DELIVERED)
    return [sent] if phone.blocked else [sent, delivered]


def _refused(message: PhoneMessage) -> str:
    """A closed window and a block come to light only after Twilio has taken the message."""
    phone = message.phone
    if phone.channel.kind == "twilio_sms":
        return "30003" if phone.address == OUT_OF_REACH else ""
    if phone.blocked:
        return "63024"
    return "" if "template" in message.payload or network.window_open(phone) else "63016"


def _media(message: PhoneMessage) -> Form:
    account, files = message.phone.channel.credentials.get("account_sid", ""), list(message.files.all())
    form = {"NumMedia": str(len(files))}
    for index, file in enumerate(files):
        args = [account, message.provider_id, f"ME{file.key}"]
        form[f"MediaUrl{index}"] = settings.PUBLIC_URL + reverse("simulator:twilio_media", args=args)
        form[f"MediaContentType{index}"] = file.mime_type
    return form


def _places(phone: Phone) -> Form:
    """What Twilio guesses from the number."""
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(phone.address)) or ""
    except phonenumbers.NumberParseException:
        region = ""
    return {"FromCountry": region, "FromCity": "", "FromState": "", "FromZip": "", "ToCountry": "US"}


def _whatsapp(message: PhoneMessage) -> Form:
    phone, payload = message.phone, message.payload
    form = {
        "ProfileName": phone.name,
        "WaId": phone.address.removeprefix("+"),
        "MessageType": MESSAGE_TYPES.get(message.kind, message.kind),
        "ReferralNumMedia": "0",
        **_choice(payload.get("choice") or {}),
        **_location(payload.get("location") or {}),
    }
    if message.reply_to is not None:
        sender = phone.channel.credentials.get("sender", "")
        author = phone.address if message.reply_to.from_customer else sender
        form["OriginalRepliedMessageSid"] = message.reply_to.provider_id
        form["OriginalRepliedMessageSender"] = address(phone.channel, author)
    return form


def _choice(choice: JSON) -> Form:
    if not choice:
        return {}
    if choice["source"] == "list":
        described = {"ListDescription": choice["description"]} if choice.get("description") else {}
        return {"ListId": choice["id"], "ListTitle": choice["title"], **described}
    kind = {"MessageType": "button"} if choice["source"] == "template" else {}
    return {"ButtonText": choice["title"], "ButtonPayload": choice["id"], **kind}


def _location(location: JSON) -> Form:
    if not location:
        return {}
    form = {"Latitude": str(location["latitude"]), "Longitude": str(location["longitude"])}
    named = {"Label": location.get("name", ""), "Address": location.get("address", "")}
    return form | {name: text for name, text in named.items() if text}


def _webhook(
    channel: Channel, url: str, form: Form, *, label: str, receipt: bool = False, message: int = 0
) -> Webhook:
    """Signed over the whole address and the decoded form. Repeats carry the same idempotency token."""
    token = channel.credentials.get("auth_token", "")
    signature = RequestValidator(token).compute_signature(url, dict(parse_qsl(urlencode(form), True)))
    parts = urlsplit(url)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "X-Twilio-Signature": signature,
        "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
    }
    return Webhook(
        channel=channel,
        url=parts._replace(query="", fragment="").geturl(),
        query=parts.query,
        headers=headers,
        body=urlencode(form).encode(),
        label=label,
        receipt=receipt,
        message=message,
    )
