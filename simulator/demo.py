"""A desk to look at: agents, channels that lead to this simulator, and conversations that really arrived."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Agent, Team
from channels_app.adapters.telegram.updates import ALLOWED
from channels_app.content import Button, MessageKind
from channels_app.models import Channel, Template
from conversations import actions as desk
from conversations import outbox, webhooks
from conversations.drafts import Draft
from conversations.models import Conversation

from . import actions, customer, providers, switches
from .demo_script import AGENTS, CHANNELS, CUSTOMERS, PASSWORD, TEAM, TEAM_MEMBERS, Customer, Line
from .models import MessageState, Phone, Switches
from .twilio.contents import CONTENTS
from .twilio.contents import form as content_form
from .whatsapp.templates import TEMPLATES

MARK = "/simulator/"


@transaction.atomic
def load() -> None:
    """Make what is missing. A second time changes nothing, except where the desk's own address changed."""
    for email, name, role in AGENTS:
        if not Agent.objects.filter(email__iexact=email).exists():
            Agent.objects.create_user(email, PASSWORD, name=name, role=role)
    team, _ = Team.objects.get_or_create(name=TEAM)
    team.members.add(*Agent.objects.filter(email__in=TEAM_MEMBERS))
    channels = {kind: _channel(kind) for kind in CHANNELS}
    move()
    for who in CUSTOMERS:
        _customer(channels[who.kind], who)


def move() -> None:
    """Point every simulated channel at where this desk is now."""
    for channel in Channel.objects.filter(settings__base_url__icontains=MARK):
        base_url = channel.settings["base_url"]
        now = settings.PUBLIC_URL + MARK + base_url.partition(MARK)[2]
        if base_url != now:
            channel.settings["base_url"] = now
            channel.save(update_fields=["settings"])
        if channel.kind == "telegram":
            _register(channel)


def _channel(kind: str) -> Channel:
    known = Channel.objects.filter(kind=kind, settings__base_url__icontains=MARK).order_by("id").first()
    if known is not None:
        return known
    name, path, credentials = CHANNELS[kind]
    base = {"base_url": settings.PUBLIC_URL + MARK + path}
    fields: dict[str, Any] = {"name": name, "credentials": credentials, "settings": base}
    channel = Channel.objects.create(kind=kind, **fields)
    for template in _templates(kind):
        Template.objects.create(channel=channel, **template)
    return channel


def _register(channel: Channel) -> None:
    """As if Connect had been pressed."""
    known = {
        "url": channel.webhook_url,
        "secret_token": channel.credentials.get("secret_token", ""),
        "allowed_updates": list(ALLOWED),
    }
    row = switches.of(channel)
    if row.registration != known:
        Switches.objects.filter(pk=row.pk).update(registration=known)


def _templates(kind: str) -> list[dict[str, Any]]:
    if kind == "whatsapp":
        return [_template(raw) for raw in TEMPLATES]
    if kind != "twilio_whatsapp":
        return []
    return [
        {
            "name": sid,
            "provider_id": sid,
            "language": content["language"],
            "status": content["approval"]["status"],
            "category": content["approval"]["category"].lower(),
            "components": [
                {"type": "NAME", "text": content["friendly_name"]},
                {"type": "BODY", "text": content_form(content)["body"], "example": content["variables"]},
                *({**form, "type": type_} for type_, form in content["types"].items()),
            ],
        }
        for sid, content in CONTENTS.items()
    ]


def _template(raw: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": raw["name"],
        "provider_id": raw["id"],
        "language": raw["language"],
        "status": raw["status"].lower(),
        "category": raw["category"].lower(),
        "components": raw["components"],
    }


def _customer(channel: Channel, who: Customer) -> None:
    """A phone with what was said on it, unless somebody has it already."""
    phone, made = Phone.objects.get_or_create(
        channel=channel, address=who.address, defaults={"name": who.name}
    )
    if not made:
        return
    for number, line in enumerate(who.lines):
        if line.agent:
            _reply(_conversation(phone), line, number)
        else:
            _arrive(phone, line)
    _place(_conversation(phone), who)


def _arrive(phone: Phone, line: Line) -> None:
    """Put the provider's signed request in where the desk would have received it."""
    at = timezone.now() - timedelta(minutes=line.minutes)
    message = customer.compose(phone, at=at, **_content(phone, line))
    webhooks.keep(phone.channel, providers.of(phone).incoming(message).as_request())
    message.state = MessageState.ARRIVED
    message.save(update_fields=["state"])


def _content(phone: Phone, line: Line) -> dict[str, Any]:
    if line.chip:
        return actions.content(phone, line.chip, line.text)
    return {"kind": "text", "text": line.text}


def _reply(conversation: Conversation, line: Line, number: int) -> None:
    """Queued like any reply; the worker sends it once the desk runs."""
    author = Agent.objects.get(email__iexact=line.agent)
    token = f"demo-{conversation.pk}-{number}"
    outbox.queue(conversation, _draft(line), author=author, client_token=token)


def _draft(line: Line) -> Draft:
    if not line.buttons:
        return Draft(text=line.text)
    buttons = [Button(id=f"answer:{number}", title=title) for number, title in enumerate(line.buttons)]
    return Draft(text=line.text, kind=MessageKind.INTERACTIVE, content={"buttons": buttons})


def _place(conversation: Conversation, who: Customer) -> None:
    by = Agent.objects.get(email__iexact=AGENTS[0][0])
    if who.team:
        desk.assign_team(conversation, Team.objects.get(name=who.team), by)
    if who.assignee:
        desk.assign(conversation, Agent.objects.get(email__iexact=who.assignee), by)


def _conversation(phone: Phone) -> Conversation:
    own = Conversation.objects.filter(channel=phone.channel, identity__addresses__address=phone.address)
    return own.latest("id")
