"""What a customer wrote, as events. https://www.twilio.com/docs/messaging/guides/webhook-request

Twilio gives no time of messages and statuses: `at` is the moment of parsing, all else is in the request.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from channels_app.adapter import WebhookRequest
from channels_app.content import MessageKind
from channels_app.errors import MalformedPayload
from channels_app.events import ConsentAction, ConsentChanged, Event, MessageReceived, Party, Unsupported

from . import extras, form, people, statuses

OPT_OUT_TYPES = {"STOP": ConsentAction.WITHDRAW, "START": ConsentAction.GRANT}
KEYWORDS = {
    **dict.fromkeys(
        ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
        ConsentAction.WITHDRAW,
    ),
    **dict.fromkeys(("START", "YES", "UNSTOP"), ConsentAction.GRANT),
}


def events(request: WebhookRequest, account_sid: str, prefix: str) -> list[Event]:
    """Twilio puts one message or one status into a request. `account_sid` "": of any account.

    Raises MalformedPayload.
    """
    at = timezone.now()
    if request.method != "GET" and request.body and not form.is_form(request):
        return [Unsupported(reason="A Twilio event that is not a message.", raw=_json(request.body), at=at)]
    fields = form.fields(request)
    if account_sid and fields.get("AccountSid") != account_sid:
        return [Unsupported(reason="It belongs to another Twilio account.", raw=fields, at=at)]
    if statuses.is_status(fields):
        return [statuses.event(fields, request.params.get("o", ""), prefix, at)]
    return _message(fields, prefix, at)


def message_sid(fields: Mapping[str, str]) -> str:
    return fields.get("MessageSid") or fields.get("SmsMessageSid") or fields.get("SmsSid") or ""


def _json(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedPayload("The body is neither a form nor JSON.") from error
    return value if isinstance(value, dict) else {"items": value}


def _message(fields: Mapping[str, str], prefix: str, at: datetime) -> list[Event]:
    sid = message_sid(fields)
    if not sid or not fields.get("From"):
        return [Unsupported(reason="Neither a message nor a status.", raw=fields, at=at)]
    fields = extras.with_metadata(fields)
    who = people.sender(fields, prefix)
    if who is None:
        return [Unsupported(reason="It was written on another kind of channel.", raw=fields, at=at)]
    return [_received(fields, sid, who, prefix, at), *_consent(fields, sid, who, prefix, at)]


def _received(fields: Mapping[str, str], sid: str, who: Party, prefix: str, at: datetime) -> MessageReceived:
    whatsapp = prefix == people.WHATSAPP
    media = extras.media(fields, whatsapp)
    content = extras.content(fields, len(media))
    kind = extras.kind(content, media)
    text = fields.get("Body", "")
    if whatsapp and kind is MessageKind.TEXT and not text:
        kind = MessageKind.UNSUPPORTED
        content["unsupported"] = fields.get("MessageType") or "a message without text"
    return MessageReceived(
        provider_id=sid,
        sender=who,
        at=at,
        kind=kind,
        text=text,
        content=content,
        media=media,
        reply_to=fields.get("OriginalRepliedMessageSid", ""),
    )


def _consent(fields: Mapping[str, str], sid: str, who: Party, prefix: str, at: datetime) -> list[Event]:
    """Twilio's own word first; its list of words where it says nothing, which holds for SMS alone."""
    word, said = fields.get("Body", "").strip(), fields.get("OptOutType", "").upper()
    keywords = KEYWORDS if prefix == people.SMS and not said else {}
    action = OPT_OUT_TYPES.get(said) or keywords.get(word.upper())
    if action is None:
        return []
    return [
        ConsentChanged(
            sender=who, action=action, purpose="all", at=at, evidence=word or said, provider_id=sid
        )
    ]
