"""The failure desk: requests of providers as they arrived, to read and to process again."""

import json
from contextlib import suppress
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.review import SearchableAdmin
from conversations.models import EventState, WebhookEvent
from conversations.replay import replay

LONGEST_SHOWN = 200_000  # characters
MOST_REPLAYED = 500


@admin.register(WebhookEvent)
class WebhookEventAdmin(SearchableAdmin):
    """Neither the address nor header values are shown: the one holds the webhook key, the others secrets."""

    list_display = ["id", "channel", "received_at", "state", "items", "error"]
    list_filter = ["state", "channel"]
    list_select_related = ["channel"]
    search_help_text = gettext_lazy("The number of a webhook event")
    fields = [
        "channel", "received_at", "state", "items", "error", "processed_at",
        "method", "query", "header_names", "content",
    ]  # fmt: skip
    readonly_fields = ["header_names", "content"]
    actions = ["replay"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("channel__credentials", "body", "headers")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.display(description=gettext_lazy("headers kept"))
    def header_names(self, event: WebhookEvent) -> str:
        return ", ".join(sorted(event.headers))

    @admin.display(description=gettext_lazy("body"))
    def content(self, event: WebhookEvent) -> SafeString:
        return format_html('<pre class="raw">{}</pre>', readable(bytes(event.body)))

    @admin.action(description=gettext_lazy("Replay"), permissions=["replay"])
    def replay(self, request: HttpRequest, events: QuerySet[WebhookEvent]) -> None:
        chosen = list(events.order_by("pk").values_list("pk", flat=True)[: MOST_REPLAYED + 1])
        if len(chosen) > MOST_REPLAYED:
            text = _("At most %(count)s at once from here; manage.py replay_webhooks takes any number.")
            self.message_user(request, text % {"count": MOST_REPLAYED}, messages.WARNING)
            return
        counts = replay(chosen)
        words = ", ".join(f"{count} {EventState(state).label}" for state, count in counts.items())
        level = messages.WARNING if counts[EventState.FAILED] else messages.SUCCESS
        self.message_user(request, _("Replayed: %(states)s") % {"states": words}, level)


def readable(body: bytes) -> str:
    """The body as text, indented when it is JSON."""
    text = body.decode("utf-8", "replace")
    with suppress(ValueError, RecursionError):  # a form, or broken JSON, is shown as it came
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    shown = text.encode("utf-8", "replace").decode()[:LONGEST_SHOWN]
    return shown if len(text) <= LONGEST_SHOWN else f"{shown}\n…"
