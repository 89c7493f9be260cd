"""Conversations as transcripts, messages with the proof of their sending. To read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from channels_app.review import ReviewInline, SearchableAdmin, phone_prefix
from conversations import transcript
from conversations.models import (
    Conversation,
    Message,
    MessageRevision,
    Receipt,
    SendAttempt,
    SendDecision,
)
from customers.models import Identity

OWNERS = ("channel", "identity", "customer", "assignee", "team")
SHOWN = ("conversation__customer", "conversation__channel", "channel", "author")
MOMENTS = ("created_at", "last_message_at", "last_inbound_at", "snoozed_until", "resolved_at")


@admin.register(Conversation)
class ConversationAdmin(SearchableAdmin):
    list_display = ["id", "customer", "channel", "status", "assignee", "team", "last_message_at"]
    list_filter = ["status", "channel"]
    list_select_related = OWNERS
    search_help_text = _("The number of a conversation, or the beginning of a phone number")
    fieldsets = [
        (None, {"fields": ("status", *OWNERS)}),
        (_("Times"), {"fields": MOMENTS, "classes": ["collapse"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("channel__credentials")

    def found_by(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        with_phone = Identity.objects.filter(phone__startswith=phone_prefix(text))
        return rows.filter(identity__in=with_phone.values("pk"))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        shown = transcript.of(object_id, request.GET.get("before", ""))
        context = {**(extra_context or {}), "transcript": shown}
        return super().change_view(request, object_id, form_url, context)


class DecisionInline(ReviewInline):
    model = SendDecision
    fields = ["decided_at", "verdict", "reasons"]


class AttemptInline(ReviewInline):
    model = SendAttempt
    fields = ["started_at", "finished_at", "outcome", "provider_id", "code", "reason"]


class ReceiptInline(ReviewInline):
    model = Receipt
    fields = ["at", "status", "code", "reason", "provider_id", "received_at"]


class RevisionInline(ReviewInline):
    model = MessageRevision
    fields = ["replaced_at", "deleted", "text"]


@admin.register(Message)
class MessageAdmin(SearchableAdmin):
    list_display = ["id", "conversation", "direction", "kind", "beginning", "status", "author", "sent_at"]
    list_display_links = ["id", "beginning"]
    search_help_text = _("The number of a message, or exactly the provider's id")
    fieldsets = [
        (None, {"fields": ["conversation", "channel", "direction", "kind", "author", "text", "content"]}),
        (None, {"fields": ["status", "failure", "failure_reason", "provider_id"]}),
        (None, {"fields": ["sent_at", "created_at", "edited_at", "deleted_at"]}),
    ]
    inlines = [DecisionInline, AttemptInline, ReceiptInline, RevisionInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found = super().get_queryset(request).select_related(*SHOWN)
        return found.defer("conversation__channel__credentials", "channel__credentials")

    def found_by(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """The index of provider ids begins with the channel."""
        channels = list(Channel.objects.values_list("pk", flat=True))
        return rows.filter(channel__in=channels, provider_id=text)

    @admin.display(description=_("text"))
    def beginning(self, message: Message) -> str:
        return Truncator(message.text).chars(80) or message.kind
