"""The templates a simulated account holds."""

import re
from typing import Any

JSON = dict[str, Any]

VARIABLE = re.compile(r"\{\{\w+\}\}")


def _template(number: int, name: str, category: str, body: str, example: list[str], **more: Any) -> JSON:
    parts: list[JSON] = [{"type": "BODY", "text": body, "example": {"body_text": [example]}}]
    if buttons := more.get("buttons"):
        rows = [{"type": "QUICK_REPLY", "text": title} for title in buttons]
        parts.append({"type": "BUTTONS", "buttons": rows})
    if footer := more.get("footer"):
        parts.append({"type": "FOOTER", "text": footer})
    return {
        "id": f"7001{number:04}",
        "name": name,
        "language": more.get("language", "en_US"),
        "status": more.get("status", "APPROVED"),
        "category": category,
        "parameter_format": "POSITIONAL",
        "components": parts,
        "quality_score": {"score": more.get("quality", "GREEN")},
        "rejected_reason": "NONE",
    }


TEMPLATES: tuple[JSON, ...] = (
    _template(
        1,
        "order_shipped",
        "UTILITY",
        "Oi {{1}}! Seu pedido *{{2}}* saiu para entrega e chega amanhã.",
        ["Diego", "#4821"],
        language="pt_BR",
        buttons=["Acompanhar pedido", "Falar com alguém"],
    ),
    _template(
        2,
        "appointment_reminder",
        "UTILITY",
        "Hello {{1}}, your appointment is on {{2}}. Does it still suit you?",
        ["Mira", "Tuesday at 10:00"],
        buttons=["Yes, I will come", "Another time"],
    ),
    _template(
        3,
        "summer_offers",
        "MARKETING",
        "Hello {{1}}, until Sunday everything for the summer is 20 % off.",
        ["Mira"],
        buttons=["Show me", "Stop promotions"],
        footer="Harbour Goods",
    ),
    _template(
        4,
        "cart_reminder",
        "MARKETING",
        "Hello {{1}}, your cart is still waiting.",
        ["Mira"],
        status="PAUSED",
        quality="RED",
    ),
)


def find(name: str, language: str) -> JSON | None:
    return next((t for t in TEMPLATES if t["name"] == name and t["language"] == language), None)


def component(template: JSON, kind: str) -> JSON:
    found: JSON = next((part for part in template["components"] if part["type"] == kind), {})
    return found


def variables(template: JSON) -> int:
    """How many values the body takes."""
    return len(set(VARIABLE.findall(component(template, "BODY").get("text", ""))))


def filled(template: JSON, values: list[str]) -> str:
    """The body as the customer reads it."""
    text: str = component(template, "BODY").get("text", "")
    for number, value in enumerate(values, start=1):
        text = text.replace(f"{{{{{number}}}}}", value)
    return text
