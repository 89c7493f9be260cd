"""What Meta posts: messages, receipts, preferences. Follows "Webhooks" of the Cloud API."""

import base64
import hashlib
import hmac
import json
import secrets
from datetime import datetime
from typing import Any

import phonenumbers
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from channels_app.models import Channel
from simulator.models import MessageState, Phone, PhoneMessage, ProviderFile
from simulator.webhook import Webhook

JSON = dict[str, Any]

DISPLAY_NUMBER = "15550102030"
MEDIA_TYPES = {"voice": "audio"}


def new_id() -> str:
    """A wamid: base64 of something that only Meta reads."""
    return f"wamid.{base64.b64encode(secrets.token_bytes(36)).decode()}"


def incoming(message: PhoneMessage) -> Webhook:
    return _message(message, _head(message) | _context(message) | _body(message), message=message.pk)


def edited(message: PhoneMessage) -> Webhook:
    """Documented for numbers that are used in the WhatsApp Business app as well."""
    edit = {"original_message_id": message.provider_id, "message": _context(message) | _body(message)}
    return _message(message, _notice(message, "edit", edit), label="edit")


def deleted(message: PhoneMessage) -> Webhook:
    revoke = {"original_message_id": message.provider_id}
    return _message(message, _notice(message, "revoke", revoke), label="revoke")


def reaction(message: PhoneMessage, before: str) -> Webhook:
    """A removed reaction comes without its emoji."""
    reacted = {"message_id": message.provider_id}
    if message.customer_reaction:
        reacted["emoji"] = message.customer_reaction
    return _message(message, _notice(message, "reaction", reacted), label="reaction")


def preference(phone: Phone) -> Webhook:
    wish = {
        "wa_id": phone.address,
        "detail": f"User requested to {'stop' if phone.stopped else 'resume'} marketing messages",
        "category": "marketing_messages",
        "value": "stop" if phone.stopped else "resume",
        "timestamp": int(timezone.now().timestamp()),
    }
    value = _value(phone.channel) | {"contacts": [_contact(phone)], "user_preferences": [wish]}
    return _webhook(phone.channel, "user_preferences", value, label="user_preferences")


def receipt(message: PhoneMessage, state: MessageState, code: str) -> Webhook:
    phone = message.phone
    status: JSON = {
        "id": message.provider_id,
        "status": state.value,
        "timestamp": _seconds(timezone.now()),
        "recipient_id": phone.address,
    }
    if reference := message.payload.get("reference"):
        status["biz_opaque_callback_data"] = reference
    value = _value(phone.channel)
    if state == MessageState.FAILED:
        status["errors"] = [_error(int(code))]
    else:
        status["recipient_user_id"] = user_id(phone)
        value["contacts"] = [_contact(phone)]
    if state == MessageState.SENT:
        status["pricing"] = _pricing(message)
    value["statuses"] = [status]
    return _webhook(phone.channel, "messages", value, label=f"status {state.value}", receipt=True)


def user_id(phone: Phone) -> str:
    """The business-scoped id: the same for all numbers of one account, another in the next."""
    number = phonenumbers.parse(f"+{phone.address}") if phone.address.isdecimal() else None
    region = phonenumbers.region_code_for_number(number) if number else None
    account = phone.channel.credentials.get("waba_id", "")
    digest = hashlib.sha256(f"{account}:{phone.address}".encode()).hexdigest()
    return f"{region or 'ZZ'}.{int(digest[:15], 16)}"


def _message(about: PhoneMessage, raw: JSON, *, message: int = 0, label: str = "") -> Webhook:
    phone = about.phone
    value = _value(phone.channel) | {"contacts": [_contact(phone)], "messages": [raw]}
    named = label or f"message {raw['type']}"
    return _webhook(phone.channel, "messages", value, label=named, message=message)


def _head(message: PhoneMessage) -> JSON:
    phone = message.phone
    return {
        "from": phone.address,
        "from_user_id": user_id(phone),
        "id": message.provider_id,
        "timestamp": _seconds(message.at),
    }


def _notice(message: PhoneMessage, kind: str, content: JSON) -> JSON:
    """An edit, a deletion, a reaction: an event with an id and a time of its own."""
    own = {"id": new_id(), "timestamp": _seconds(timezone.now())}
    return _head(message) | own | {"type": kind, kind: content}


def _context(message: PhoneMessage) -> JSON:
    if message.reply_to is None:
        return {}
    author = message.phone.address if message.reply_to.from_customer else DISPLAY_NUMBER
    return {"context": {"from": author, "id": message.reply_to.provider_id}}


def _body(message: PhoneMessage) -> JSON:
    payload = message.payload
    if choice := payload.get("choice"):
        return _choice(choice)
    if location := payload.get("location"):
        return {"type": "location", "location": location}
    if contact := payload.get("contact"):
        return {"type": "contacts", "contacts": [_card(contact)]}
    if file := message.files.first():
        kind = MEDIA_TYPES.get(message.kind, message.kind)
        return {"type": kind, kind: _media(message, file)}
    return {"type": "text", "text": {"body": message.text}}


def _choice(choice: JSON) -> JSON:
    if choice["source"] == "template":
        return {"type": "button", "button": {"payload": choice["id"], "text": choice["title"]}}
    kind = "list_reply" if choice["source"] == "list" else "button_reply"
    reply = {name: choice[name] for name in ("id", "title", "description") if choice.get(name)}
    return {"type": "interactive", "interactive": {"type": kind, kind: reply}}


def _card(contact: JSON) -> JSON:
    digits = contact["phone"].removeprefix("+")
    return {
        "name": {"formatted_name": contact["name"], "first_name": contact["name"].split()[0]},
        "phones": [{"phone": contact["phone"], "wa_id": digits, "type": "CELL"}],
        "origin": "other",
    }


def _media(message: PhoneMessage, file: ProviderFile) -> JSON:
    with file.content.open() as content:
        digest = hashlib.sha256(content.read()).digest()
    found: JSON = {
        "mime_type": "audio/ogg; codecs=opus" if message.kind == "voice" else file.mime_type,
        "sha256": base64.b64encode(digest).decode(),
        "id": file.key,
        "url": settings.PUBLIC_URL + reverse("simulator:graph_file", args=[file.key]),
    }
    if message.text:
        found["caption"] = message.text
    if message.kind == "document":
        found["filename"] = file.name
    if message.kind in ("voice", "audio"):
        found["voice"] = message.kind == "voice"
    return found


def _pricing(message: PhoneMessage) -> JSON:
    category = message.payload.get("template", {}).get("category", "service").lower()
    free = category == "service"
    kind = "free_customer_service" if free else "regular"
    return {"billable": not free, "pricing_model": "PMP", "type": kind, "category": category}


def _error(code: int) -> JSON:
    text = FAILURES.get(code, "Something went wrong")
    return {"code": code, "title": text, "message": text, "error_data": {"details": text}}


def _contact(phone: Phone) -> JSON:
    return {"profile": {"name": phone.name}, "wa_id": phone.address, "user_id": user_id(phone)}


def _value(channel: Channel) -> JSON:
    number = channel.credentials.get("phone_number_id", "")
    metadata = {"display_phone_number": DISPLAY_NUMBER, "phone_number_id": number}
    return {"messaging_product": "whatsapp", "metadata": metadata}


def _webhook(
    channel: Channel, field: str, value: JSON, *, label: str, receipt: bool = False, message: int = 0
) -> Webhook:
    """Signed over Meta's own serialisation, in which slashes and everything outside ASCII are escaped."""
    entry = {"id": channel.credentials.get("waba_id", ""), "changes": [{"field": field, "value": value}]}
    envelope = {"object": "whatsapp_business_account", "entry": [entry]}
    body = json.dumps(envelope, separators=(",", ":")).replace("/", "\\/").encode()
    secret = channel.credentials.get("app_secret", "").encode()
    signature = hmac.new(secret, body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}
    return Webhook(
        channel=channel,
        url=channel.webhook_url,
        headers=headers,
        body=body,
        label=label,
        receipt=receipt,
        message=message,
    )


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))


FAILURES = {
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131050: "User has stopped marketing messages from this business",
}
