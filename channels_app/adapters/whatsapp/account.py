"""What the Graph API tells of a phone number and of an account's templates.

Follows "Phone numbers" and "Message templates" of the WhatsApp Business Management API.
"""

from collections.abc import Iterator
from typing import Any

from channels_app.adapter import ChannelConfig, Health, TemplateDefinition

from . import graph
from .reading import JSON, filled, items, mapping, text

NUMBER_FIELDS = (
    "display_phone_number,verified_name,name_status,quality_rating,code_verification_status,"
    "throughput,platform_type,status,health_status"
)
TEMPLATE_FIELDS = "id,name,language,status,category,parameter_format,components,quality_score,rejected_reason"
PAGE = 100
MAX_PAGES = 100


def health(number: str, channel: ChannelConfig) -> Health:
    """The phone number as WhatsApp sees it. Raises a SendError when it cannot be asked for."""
    found = graph.call("GET", number, channel, params={"fields": NUMBER_FIELDS})
    state, sending = (
        text(found.get("status")),
        text(mapping(found.get("health_status")).get("can_send_message")),
    )
    name = f"{text(found.get('verified_name'))} {text(found.get('display_phone_number'))}".strip()
    trouble = [
        said for said in (state if state != "CONNECTED" else "", sending) if said not in ("", "AVAILABLE")
    ]
    return Health(
        ok=state in ("", "CONNECTED") and sending != "BLOCKED",
        text=": ".join([name or "The phone number answers", ", ".join(trouble).lower() or "ready"]),
        details=_details(found, sending),
    )


def templates(channel: ChannelConfig) -> Iterator[TemplateDefinition]:
    """Every template of the account. Raises a SendError when a page cannot be read."""
    after = ""
    for _ in range(MAX_PAGES):
        page = _page(after, channel)
        for raw in items(page.get("data")):
            if isinstance(raw, dict) and text(raw.get("name")):
                yield _template(raw)
        paging = mapping(page.get("paging"))
        following = text(mapping(paging.get("cursors")).get("after"))
        if not paging.get("next") or following in ("", after):
            return
        after = following


def _page(after: str, channel: ChannelConfig) -> JSON:
    path = f"{channel.credentials.get('waba_id', '')}/message_templates"
    query: dict[str, Any] = filled(fields=TEMPLATE_FIELDS, limit=PAGE, after=after)
    return graph.call("GET", path, channel, params=query)


def _template(raw: JSON) -> TemplateDefinition:
    return TemplateDefinition(
        name=text(raw.get("name")),
        language=text(raw.get("language")).replace("-", "_"),
        status=text(raw.get("status")).lower(),
        category=text(raw.get("category")).lower(),
        provider_id=text(raw.get("id")),
        components=tuple(part for part in items(raw.get("components")) if isinstance(part, dict)),
    )


def _details(found: JSON, sending: str) -> dict[str, str]:
    details: dict[str, str] = filled(
        quality=text(found.get("quality_rating")),
        name=text(found.get("name_status")),
        verification=text(found.get("code_verification_status")),
        throughput=text(mapping(found.get("throughput")).get("level")),
        platform=text(found.get("platform_type")),
        sending=sending,
    )
    return details
