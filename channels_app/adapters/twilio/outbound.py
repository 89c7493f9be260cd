"""One message as one request. https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource"""

import json
import re
from collections.abc import Mapping
from typing import Any

from twilio.rest import Client

from channels_app.adapter import ChannelConfig
from channels_app.capabilities import Capabilities
from channels_app.content import Content, Location, MessageKind
from channels_app.errors import ChannelBroken, OutcomeUnknown, PermanentFailure
from channels_app.outbound import Accepted, Outbound, Recipient

from . import errors, people
from .wire import wire

CONTENT_SID = re.compile(r"HX[0-9a-fA-F]{32}")
# Without these two, the library lets the environment of the process change the host.
NO_REGION = {"TWILIO_EDGE": "", "TWILIO_REGION": ""}
UNSENDABLE = ("buttons", "menu", "reaction", "contacts", "order", "poll")
REFUSED = {"failed", "undelivered", "canceled"}


def client(channel: ChannelConfig, base_url: str, *, own_token: bool = False) -> Client:
    """With the API key where there is one. `own_token`: with all rights, as the account itself."""
    found = channel.credentials
    account, key, secret = found.get("account_sid"), found.get("api_key_sid"), found.get("api_key_secret")
    if own_token or not (key and secret):
        key, secret = account, found.get("auth_token")
    if not (account and key and secret):
        raise ChannelBroken("The account SID or its token is missing.")
    return Client(key, secret, account, http_client=wire(base_url), environment=NO_REGION)


def send(
    message: Outbound, channel: ChannelConfig, base_url: str, prefix: str, limits: Capabilities
) -> Accepted:
    """Raises a SendError."""
    to = _to(message.to)
    created = client(channel, base_url).messages.create(
        to=prefix + to,
        **_sender(channel.credentials, prefix),
        **_what(message, limits),
        **({"status_callback": message.status_url} if message.status_url else {}),
    )
    if not isinstance(created.sid, str) or not created.sid:
        raise OutcomeUnknown("Twilio took the message and gave it no id.")
    if created.status in REFUSED:
        raise errors.from_answer(400, str(created.error_code or ""))
    parts = str(created.num_segments or "")
    return Accepted(
        provider_id=created.sid,
        addresses=(people.address(created.to or "", prefix) or to,),
        at=created.date_created,
        # A messaging service answers "0": it has not chosen a sender yet.
        segments=int(parts) if parts.isdecimal() and int(parts) else None,
    )


def _to(recipient: Recipient) -> str:
    """The first address that is a phone number; WhatsApp's own ids only when there is no number."""
    for address in recipient.addresses:
        if people.E164.fullmatch(address):
            return address
    if not recipient.addresses:
        raise PermanentFailure("The customer has no address on this channel.")
    return recipient.addresses[0]


def _sender(credentials: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Both together make the service use this sender out of its pool."""
    found = {}
    if sender := credentials.get("sender"):
        found["from_"] = prefix + sender
    if service := credentials.get("messaging_service_sid"):
        found["messaging_service_sid"] = service
    if not found:
        raise ChannelBroken("The channel has no sender.")
    return found


def _what(message: Outbound, limits: Capabilities) -> dict[str, Any]:
    content = message.content
    if message.kind is MessageKind.TEMPLATE or "template" in content:
        return _template(content)
    if any(content.get(part) for part in UNSENDABLE):
        raise PermanentFailure("This channel has only text, files and templates.")
    if "location" in content:
        return _place(message.text, content["location"], limits)
    if len(message.files) > limits.files_per_message:
        raise PermanentFailure(f"One message carries at most {limits.files_per_message} files.")
    what: dict[str, Any] = {"body": message.text} if message.text else {}
    if message.files:
        what["media_url"] = [file.public_url() for file in message.files]
    if not what:
        raise PermanentFailure("There is nothing to send.")
    return what


def _template(content: Content) -> dict[str, str]:
    template = content.get("template", {})
    if not CONTENT_SID.fullmatch(template.get("name", "")):
        raise PermanentFailure("A Twilio template is named by its content SID (HX and 32 digits).")
    what = {"content_sid": template["name"]}
    if variables := template.get("variables"):
        what["content_variables"] = json.dumps(variables, ensure_ascii=False)
    return what


def _place(text: str, location: Location, limits: Capabilities) -> dict[str, Any]:
    if not limits.locations or not {"latitude", "longitude"} <= location.keys():
        raise PermanentFailure("This channel cannot send that location.")
    point = f"{location['latitude']},{location['longitude']}"
    name = location.get("name") or location.get("address") or ""
    return {
        "body": text or name or point,
        "persistent_action": [f"geo:{point}|{name}" if name else f"geo:{point}"],
    }
