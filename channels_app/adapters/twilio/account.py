"""What is asked of Twilio beside messages: the account's state, the webhook, templates, the typing mark."""

from collections.abc import Mapping
from typing import Any

from channels_app.adapter import ChannelConfig, Health, TemplateDefinition
from channels_app.errors import PermanentFailure

from .outbound import client
from .signature import RETRIES

MAX_TEMPLATES = 1000


def health(channel: ChannelConfig, base_url: str) -> Health:
    """https://www.twilio.com/docs/iam/api/account"""
    found = (
        client(channel, base_url, own_token=True)
        .api.v2010.accounts(channel.credentials["account_sid"])
        .fetch()
    )
    return Health(
        ok=found.status == "active",
        text=f"The Twilio account {found.friendly_name or ''} is {found.status}.".replace("  ", " "),
        details={"status": str(found.status), "type": str(found.type)},
    )


def connect_number(channel: ChannelConfig, base_url: str) -> None:
    """https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource

    Raises PermanentFailure where only a person can do it, with what to do.
    """
    if channel.credentials.get("messaging_service_sid"):
        raise PermanentFailure(
            by_hand(channel, "the messaging service, under Integration, as incoming webhook")
        )
    numbers = client(channel, base_url, own_token=True).incoming_phone_numbers
    for number in numbers.list(phone_number=channel.credentials.get("sender", ""), limit=1):
        number.update(sms_url=channel.webhook_url + RETRIES, sms_method="POST")
        return
    raise PermanentFailure(
        by_hand(channel, "the number or short code, as webhook for incoming messages (POST)")
    )


def by_hand(channel: ChannelConfig, where: str) -> str:
    return f"In the Twilio console enter {channel.webhook_url}{RETRIES} at {where}."


def show_typing(message_sid: str, channel: ChannelConfig, base_url: str) -> None:
    """https://www.twilio.com/docs/whatsapp/api/typing-indicators-resource (beta)

    Twilio marks the message as read with it.
    """
    typing = client(channel, base_url).messaging.v2.typing_indicator
    if not typing.create(channel="whatsapp", message_id=message_sid).success:
        raise PermanentFailure("Twilio did not show the typing mark.")


def templates(channel: ChannelConfig, base_url: str) -> list[TemplateDefinition]:
    """https://www.twilio.com/docs/content/content-and-approvals

    `name` is the content SID, by which a template is sent. `components`: {"type": "NAME", "text"} for people,
    {"type": "BODY", "text", "example"}, then each content type in Twilio's form with its name as "type".
    """
    found = client(channel, base_url).content.v1.content_and_approvals.list(limit=MAX_TEMPLATES)
    return [_definition(content) for content in found]


def _definition(content: Any) -> TemplateDefinition:
    approval = content.approval_requests or {}
    return TemplateDefinition(
        name=content.sid,
        provider_id=content.sid,
        language=content.language or "",
        status=str(approval.get("status") or "unsubmitted").lower(),
        category=str(approval.get("category") or "").lower(),
        components=_components(content.friendly_name or "", content.types or {}, content.variables or {}),
    )


def _components(
    name: str, types: Mapping[str, Any], variables: Mapping[str, Any]
) -> tuple[Mapping[str, Any], ...]:
    bodies = [text for form in types.values() if (text := (form or {}).get("body"))]
    return (
        {"type": "NAME", "text": name},
        *({"type": "BODY", "text": text, "example": dict(variables)} for text in bodies[:1]),
        *({**(form or {}), "type": kind} for kind, form in types.items()),
    )
