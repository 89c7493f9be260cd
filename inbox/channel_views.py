"""The settings of channels: one page for all kinds. Administrators only."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels_app import upkeep
from channels_app.errors import SendError
from channels_app.models import Channel
from channels_app.registry import ADAPTERS
from conversations import access, outbox

from .channel_forms import ChannelForm
from .requests import AgentRequest, agent_required

ChannelAction = Callable[[AgentRequest, Channel], None]
MOST_TEMPLATES = 200


@agent_required
@require_safe
def channels(request: AgentRequest) -> HttpResponse:
    access.require_administrator(request.user)
    context = {"channels": Channel.objects.defer("credentials"), "adapters": ADAPTERS.values()}
    return _page(request, "channels", context)


@agent_required
@require_http_methods(["GET", "HEAD", "POST"])
def channel_new(request: AgentRequest, kind: str) -> HttpResponse:
    access.require_administrator(request.user)
    if kind not in ADAPTERS:
        raise Http404
    form = ChannelForm(Channel(kind=kind), request.POST or None)
    if form.is_valid():
        channel = form.save()
        messages.success(request, _("Saved. Follow the steps, then check the channel."))
        return redirect("channel_settings", channel.pk)
    return _page(request, "new", {"form": form, "adapter": ADAPTERS[kind]}, 422 if form.errors else 200)


@agent_required
@require_http_methods(["GET", "HEAD", "POST"])
def channel_settings(request: AgentRequest, pk: int) -> HttpResponse:
    channel = access.channel(request.user, pk)
    form = ChannelForm(channel, request.POST or None)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved. Check the channel to be sure that it works."))
        return redirect("channel_settings", pk)
    context = {
        "form": form,
        "channel": channel,
        "adapter": channel.adapter,
        "can_connect": upkeep.can_connect(channel),
        "templates": channel.templates.all()[:MOST_TEMPLATES],
    }
    return _page(request, "channel", context, 422 if form.errors else 200)


def action(perform: ChannelAction) -> Callable[..., HttpResponse]:
    """A button on the channel's page: what the provider refuses becomes a message there."""

    @wraps(perform)
    @agent_required
    @require_POST
    def view(request: AgentRequest, pk: int) -> HttpResponse:
        channel = access.channel(request.user, pk)
        try:
            perform(request, channel)
        except SendError as error:
            messages.error(request, error.reason)
        return redirect("channel_settings", pk)

    return view


@action
def channel_check(request: AgentRequest, channel: Channel) -> None:
    answer = upkeep.check(channel)
    if not channel.is_paused:
        outbox.resume(channel)
    messages.add_message(request, messages.SUCCESS if answer.ok else messages.ERROR, answer.text)
    if answer.details:
        messages.info(request, " · ".join(f"{name}: {value}" for name, value in answer.details.items()))


@action
def channel_connect(request: AgentRequest, channel: Channel) -> None:
    upkeep.connect(channel)
    messages.success(request, _("Connected: what customers write now comes here."))


@action
def channel_templates(request: AgentRequest, channel: Channel) -> None:
    count = upkeep.fetch_templates(channel)
    text = ngettext("%(count)s template at the provider.", "%(count)s templates at the provider.", count)
    messages.success(request, text % {"count": count})


@action
def channel_rotate_key(request: AgentRequest, channel: Channel) -> None:
    upkeep.rotate_key(channel)
    messages.warning(request, _("The address is new: enter it at the provider, or press Connect."))


@action
def channel_enabled(request: AgentRequest, channel: Channel) -> None:
    enabled = request.POST.get("enabled") == "1"
    upkeep.enable(channel, enabled)
    if not channel.is_paused:
        outbox.resume(channel)
    text = _("The channel sends again.") if enabled else _("Disabled: messages wait until it is enabled.")
    messages.success(request, text)


def _page(request: AgentRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    context = {**context, "messages": messages.get_messages(request)}
    return render(request, f"inbox/channels/{name}.html", context, status=status)
