"""What agents send in: a reply, a note, an owner."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Agent
from conversations.models import Conversation, Message

LONGEST = 60_000  # characters, far above what a channel carries in one message
MOST_FILES = 20
token_form = RegexValidator(r"\A[A-Za-z0-9_-]{8,64}\Z")


class TokenForm(forms.Form):
    """`token` names one click: the same token again is the same message."""

    token = forms.CharField(max_length=64, validators=[token_form])


class NoteForm(TokenForm):
    text = forms.CharField(
        max_length=LONGEST, error_messages={"required": gettext_lazy("There is nothing to note.")}
    )


class ReplyForm(TokenForm):
    """Text, files or both; `reply_to` only to a message of the same conversation."""

    text = forms.CharField(max_length=LONGEST, required=False)
    reply_to = forms.ModelChoiceField(Message.objects.none(), required=False)

    def __init__(self, conversation: Conversation, data: Any, files: MultiValueDict[str, Any]) -> None:
        super().__init__(data, files)
        answered: Any = self.fields["reply_to"]
        answered.queryset = _answerable(conversation)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cleaned_data
        uploads = self.files.getlist("files")
        if len(uploads) > MOST_FILES:
            raise forms.ValidationError(_("At most %(count)s files at once.") % {"count": MOST_FILES})
        if "text" in found and not found["text"] and not uploads:
            raise forms.ValidationError(_("There is nothing to send."))
        return found


class AssignForm(forms.Form):
    """No agent means nobody."""

    agent = forms.ModelChoiceField(Agent.objects.filter(is_active=True), required=False)


def first_error(form: forms.Form) -> str:
    """One sentence; a form here never has more than one thing to say."""
    return str(next(iter(form.errors.values()))[0])


def _answerable(conversation: Conversation) -> QuerySet[Message]:
    return Message.objects.filter(conversation=conversation).exclude(provider_id="")
