"""A template with its blanks filled in: what the agent enters, what the customer will read, what is sent.

WhatsApp takes components with parameters, positional or named; Twilio takes variables by number.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from channels_app.content import Content, MessageKind, TemplateUse
from channels_app.models import Channel, Template
from conversations.drafts import Draft

from .forms import TokenForm

BLANK = re.compile(r"\{\{\s*(\w+)\s*\}\}")
LONGEST = 1024
MOST_SHOWN = 200
MEDIA_HEADERS = ("IMAGE", "VIDEO", "DOCUMENT", "LOCATION")


@dataclass(frozen=True)
class Blank:
    """One variable: which component it stands in, its name there, and what to suggest."""

    part: str  # "header", "body" or "button-<index>"
    name: str
    example: str = ""

    @property
    def field(self) -> str:
        return f"{self.part}.{self.name}"

    @property
    def label(self) -> str:
        """What the agent is asked for."""
        place = {"header": _("Heading"), "body": _("Text")}.get(self.part, _("Link"))
        return f"{place} {self.name}"


class TemplateForm(TokenForm):
    """One field per blank of the template."""

    def __init__(self, template: Template, data: Any = None) -> None:
        super().__init__(data)
        self.template = template
        self.blanks = blanks(template)
        for blank in self.blanks:
            self.fields[blank.field] = forms.CharField(max_length=LONGEST, label=blank.label)

    def draft(self) -> Draft:
        """What the outbox takes. Only for a valid form."""
        values = {blank: " ".join(self.cleaned_data[blank.field].split()) for blank in self.blanks}
        use = TemplateUse(
            name=self.template.name,
            language=self.template.language,
            category=self.template.category,
            preview=preview(self.template, values),
        )
        use.update(BUILDERS[self.template.channel.kind](values))
        return Draft(kind=MessageKind.TEMPLATE, text=use["preview"], content=Content(template=use))

    @property
    def title(self) -> str:
        """A Twilio template is named by a code; its NAME component is for people."""
        return str(_component(self.template, "NAME").get("text") or self.template.name)

    @property
    def obstacle(self) -> str:
        return obstacle(self.template)

    @property
    def preview(self) -> str:
        """The text, escaped, with each blank in an element that is named like its field."""
        pieces = [_marked(part, text) for part, text, _e in _texts(self.template) if text]
        footer = escape(_component(self.template, "FOOTER").get("text", ""))
        return Markup("\n").join(piece for piece in [*pieces, footer] if piece)

    @property
    def plain(self) -> str:
        return preview(self.template, {})

    def inputs(self) -> list[tuple[Blank, forms.BoundField]]:
        return [(blank, self[blank.field]) for blank in self.blanks]


def approved(channel: Channel) -> list[Template]:
    """The channel's templates that can be sent from here."""
    found = channel.templates.filter(status="approved").order_by("name", "language")[:MOST_SHOWN]
    return [template for template in found if channel.kind in BUILDERS]


def obstacle(template: Template) -> str:
    """Why this template cannot be filled in here; "" when it can."""
    if _component(template, "HEADER").get("format", "TEXT").upper() in MEDIA_HEADERS:
        return _("It begins with a picture or file, which cannot be added here yet.")
    if any(button.get("type") not in SENDABLE_BUTTONS for button in _buttons(template)):
        return _("It has a kind of button that cannot be filled in here yet.")
    return ""


def blanks(template: Template) -> list[Blank]:
    """All variables in reading order, each once per component."""
    found = []
    for part, text, examples in _texts(template):
        names = dict.fromkeys(BLANK.findall(text))
        found += [Blank(part, name, examples.get(name, "")) for name in names]
    return found


def preview(template: Template, values: dict[Blank, str]) -> str:
    """Header, body and footer as the customer reads them; an empty blank keeps its braces."""
    by_field = {blank.field: value for blank, value in values.items()}

    def filled(part: str, text: str) -> str:
        return BLANK.sub(lambda found: by_field.get(f"{part}.{found[1]}") or found[0], text)

    pieces = [filled(part, text) for part, text, _e in _texts(template) if not part.startswith("button")]
    footer = str(_component(template, "FOOTER").get("text", ""))
    return "\n".join(piece for piece in [*pieces, footer] if piece)


def _marked(part: str, text: str) -> Markup:
    """Escaped first; a blank's name holds only letters, digits and underscores."""
    if part.startswith("button"):
        return Markup("")
    mark = f'<mark data-fill="{part}.\\1">{{{{\\1}}}}</mark>'
    return Markup(BLANK.sub(mark, str(escape(text))))  # noqa: S704


def _texts(template: Template) -> list[tuple[str, str, dict[str, str]]]:
    """(part, text, examples by name) of everything that may hold blanks."""
    header, body = _component(template, "HEADER"), _component(template, "BODY")
    found = [
        ("header", str(header.get("text", "")), _examples(header, "header_text")),
        ("body", str(body.get("text", "")), _examples(body, "body_text")),
    ]
    links: list[tuple[str, str, dict[str, str]]] = [
        (f"button-{index}", str(button.get("url", "")), {})
        for index, button in enumerate(_buttons(template))
        if button.get("type") == "URL"
    ]
    return [*found, *links]


def _component(template: Template, kind: str) -> dict[str, Any]:
    return next((part for part in template.components if str(part.get("type")).upper() == kind), {})


def _buttons(template: Template) -> list[dict[str, Any]]:
    return list(_component(template, "BUTTONS").get("buttons", []))


def _examples(component: dict[str, Any], key: str) -> dict[str, str]:
    """Meta gives positional examples as lists, named ones as objects; Twilio an object by number."""
    example = component.get("example")
    if not isinstance(example, dict):
        return {}
    if named := example.get(f"{key}_named_params"):
        return {str(item.get("param_name")): str(item.get("example")) for item in named}
    if positional := example.get(key):
        first = positional[0] if isinstance(positional[0], list) else positional
        return {str(number): str(text) for number, text in enumerate(first, 1)}
    return {str(name): str(text) for name, text in example.items() if isinstance(text, str)}


def _components(values: dict[Blank, str]) -> TemplateUse:
    """Meta's form: one component per part that has blanks, its parameters in order."""
    parts: dict[str, list[dict[str, str]]] = {}
    for blank, value in values.items():
        parts.setdefault(blank.part, []).append(_parameter(blank, value))
    return TemplateUse(components=[_part(part, parameters) for part, parameters in parts.items()])


def _parameter(blank: Blank, value: str) -> dict[str, str]:
    named = {} if blank.name.isdigit() else {"parameter_name": blank.name}
    return {"type": "text", **named, "text": value}


def _part(part: str, parameters: list[dict[str, str]]) -> dict[str, Any]:
    kind, _dash, index = part.partition("-")
    place = {"sub_type": "url", "index": index} if index else {}
    return {"type": kind, **place, "parameters": parameters}


def _variables(values: dict[Blank, str]) -> TemplateUse:
    return TemplateUse(variables={blank.name: value for blank, value in values.items()})


SENDABLE_BUTTONS = ("URL", "QUICK_REPLY", "PHONE_NUMBER")
BUILDERS: dict[str, Callable[[dict[Blank, str]], TemplateUse]] = {
    "whatsapp": _components,
    "twilio_whatsapp": _variables,
}
