"""What agents write, and what they decide about what did not arrive."""

from collections.abc import Callable, Iterator

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Agent
from conversations import access, intake, outbox
from conversations.drafts import Draft
from conversations.files import StoredFile
from conversations.models import Conversation, Message
from inbox import template_forms
from inbox.forms import NoteForm, ReplyForm, first_error
from inbox.requests import AgentRequest, agent_required

from .answers import changed, refusal


@agent_required
@require_POST
def reply(request: AgentRequest, pk: int) -> HttpResponse:
    conversation = access.conversation(request.user, pk)
    form = ReplyForm(conversation, request.POST, request.FILES)
    if not form.is_valid():
        return refusal(request, first_error(form), 422)
    answered = form.cleaned_data["reply_to"]
    try:
        draft = Draft(
            text=form.cleaned_data["text"],
            files=tuple(_stored(form.files.getlist("files"))),
            reply_to=answered.pk if answered else None,
        )
    except intake.Refused as error:
        return refusal(request, str(error), 422)
    return _queue(request, conversation, draft, form.cleaned_data["token"])


@agent_required
@require_POST
def note(request: AgentRequest, pk: int) -> HttpResponse:
    conversation = access.conversation(request.user, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return refusal(request, first_error(form), 422)
    written = outbox.note(conversation, form.cleaned_data["text"], request.user, form.cleaned_data["token"])
    return changed(request, conversation, pk=written.pk)


@agent_required
@require_safe
def templates(request: AgentRequest, pk: int) -> HttpResponse:
    """The approved templates, each as a form of its blanks."""
    conversation = access.conversation(request.user, pk)
    found = [template_forms.TemplateForm(chosen) for chosen in template_forms.approved(conversation.channel)]
    return render(request, "inbox/_templates.html", {"conversation": conversation, "forms": found})


@agent_required
@require_POST
def send_template(request: AgentRequest, pk: int, template: int) -> HttpResponse:
    conversation = access.conversation(request.user, pk)
    chosen = next((t for t in template_forms.approved(conversation.channel) if t.pk == template), None)
    if chosen is None or template_forms.obstacle(chosen):
        return refusal(request, _("This template cannot be sent any more."), 409)
    form = template_forms.TemplateForm(chosen, request.POST)
    if not form.is_valid():
        return refusal(request, _("Every blank of the template needs a value."), 422)
    return _queue(request, conversation, form.draft(), form.cleaned_data["token"])


@agent_required
@require_POST
def retry(request: AgentRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, outbox.retry)


@agent_required
@require_POST
def mark_sent(request: AgentRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, outbox.mark_as_sent)


@agent_required
@require_POST
def cancel(request: AgentRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, outbox.cancel)


def _queue(request: AgentRequest, conversation: Conversation, draft: Draft, token: str) -> HttpResponse:
    try:
        messages = outbox.queue(conversation, draft, request.user, token)
    except outbox.CannotSend as error:
        return refusal(request, str(error), 409, error.code)
    return changed(request, conversation, pk__in=[message.pk for message in messages])


def _stored(uploads: "list[UploadedFile[bytes]]") -> Iterator[StoredFile]:
    for upload in uploads:
        yield intake.store(
            upload.chunks(),
            name=upload.name or "",
            claimed_type=upload.content_type or "",
            hint=None,
            limit=settings.ATTACHMENT_LIMIT,
        )


def _decide(request: AgentRequest, pk: int, decide: Callable[[Message, Agent], bool]) -> HttpResponse:
    """A person settles a message; one that has moved on meanwhile is only shown as it is."""
    message = access.message(request.user, pk)
    decide(message, request.user)
    return changed(request, message.conversation, pk=message.pk)
