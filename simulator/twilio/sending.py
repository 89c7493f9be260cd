"""POST Messages.json: checked as Twilio checks, then kept for the phone.

https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource
"""

import json
import re
from email.utils import format_datetime
from typing import Any

import httpx2
from django.conf import settings
from django.http import QueryDict

from channels_app.models import Channel
from channels_app.segments import segments
from simulator import courier, network, receipts
from simulator.models import MessageState, PhoneMessage

from . import contents, refusals
from .refusals import Refused
from .webhooks import PREFIXES, new_id

JSON = dict[str, Any]

MAX_BODY = 1600  # characters
MAX_FILES = {"twilio_sms": 10, "twilio_whatsapp": 1}
MAX_FILE = 16 * 1024 * 1024  # bytes
E164 = re.compile(r"\+[1-9]\d{5,14}")
PLACE = re.compile(r"geo:(-?[\d.]+),(-?[\d.]+)(?:\|(.*))?")
FETCH_TIMEOUT = 10.0  # seconds


def create(channel: Channel, form: QueryDict) -> JSON:
    """Take a message. Raises Refused."""
    number = _number(channel, form.get("To", ""))
    text, payload, urls = _template(form) if form.get("ContentSid") else _free(channel, form)
    phone = network.reach(channel, number)
    if phone.stopped and channel.kind == "twilio_sms":
        raise Refused(refusals.STOPPED)
    message = network.take(
        phone,
        from_customer=False,
        provider_id=new_id(),
        kind="template" if "template" in payload else "location" if "location" in payload else "text",
        text=text,
        payload=payload | {"status_url": form.get("StatusCallback", ""), "segments": segments(text)},
    )
    network.stop_typing(phone)
    if urls:
        courier.courier.after(0.1, collect, message.pk, urls)
    else:
        receipts.follow(message)
    return resource(message, form, len(urls))


def collect(number: int, urls: list[str]) -> None:
    """Fetch the files a message names, as Twilio does after taking it; without them it is not delivered."""
    message = PhoneMessage.objects.select_related("phone__channel").get(pk=number)
    for url in urls:
        # Nothing outside this desk is ever fetched.
        found = _fetch(url) if url.startswith(f"{settings.PUBLIC_URL}/") else None
        if found is None or not found.is_success or len(found.content) > MAX_FILE:
            receipts.report(number, MessageState.FAILED, "63019")
            return
        mime_type = found.headers.get("content-type", "application/octet-stream").partition(";")[0]
        message.files.add(network.file(message.phone.channel, "media", mime_type, found.content))
    receipts.follow(message)


def resource(message: PhoneMessage, form: QueryDict, files: int) -> JSON:
    """The message as the API shows it."""
    service, account = form.get("MessagingServiceSid"), message.phone.channel.credentials["account_sid"]
    return {
        "sid": message.provider_id,
        "account_sid": account,
        "status": "accepted" if service else "queued",
        "body": message.text,
        "num_segments": str(message.payload["segments"]),
        "num_media": str(files),
        "direction": "outbound-api",
        "from": form.get("From"),
        "to": form.get("To"),
        "messaging_service_sid": service,
        "error_code": None,
        "error_message": None,
        "price": None,
        "price_unit": "USD",
        "date_created": format_datetime(message.at),
        "date_updated": format_datetime(message.at),
        "date_sent": None,
        "api_version": "2010-04-01",
        "uri": f"/2010-04-01/Accounts/{account}/Messages/{message.provider_id}.json",
    }


def _number(channel: Channel, to: str) -> str:
    prefix = PREFIXES[channel.kind]
    number = to.removeprefix(prefix)
    if not to.startswith(prefix) or not E164.fullmatch(number):
        raise Refused(refusals.BAD_RECIPIENT)
    if number in refusals.MAGIC:
        raise Refused(refusals.MAGIC[number])
    return number


def _free(channel: Channel, form: QueryDict) -> tuple[str, JSON, list[str]]:
    text, urls = form.get("Body", ""), form.getlist("MediaUrl")
    if len(text) > MAX_BODY:
        raise Refused(refusals.TOO_LONG)
    if len(urls) > MAX_FILES[channel.kind]:
        raise Refused(refusals.TOO_MANY_FILES)
    if place := PLACE.fullmatch(form.get("PersistentAction", "")):
        point = {"latitude": float(place[1]), "longitude": float(place[2]), "name": place[3] or ""}
        return text, {"location": point}, []
    if not text and not urls:
        raise Refused(refusals.NO_BODY)
    return text, {}, [str(url) for url in urls]


def _template(form: QueryDict) -> tuple[str, JSON, list[str]]:
    content = contents.CONTENTS.get(form.get("ContentSid", ""))
    if content is None:
        raise Refused(refusals.BAD_TEMPLATE)
    try:
        variables = json.loads(form.get("ContentVariables") or "{}")
    except ValueError as error:
        raise Refused(refusals.BAD_VARIABLES) from error
    if not isinstance(variables, dict):
        raise Refused(refusals.BAD_VARIABLES)
    known = {"name": content["friendly_name"], "category": content["approval"]["category"]}
    actions = contents.form(content).get("actions", [])
    buttons = [{"title": action["title"], "id": action["id"]} for action in actions]
    # A variable left out keeps the value it was approved with.
    text = contents.filled(content, content["variables"] | variables)
    return text, {"template": known, "buttons": buttons}, []


def _fetch(url: str) -> httpx2.Response | None:
    try:
        return httpx2.get(url, timeout=FETCH_TIMEOUT, trust_env=False)
    except httpx2.TransportError:
        return None
