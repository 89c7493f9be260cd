"""Channels and templates as they are. Credentials and the webhook key never come near this page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from .models import Channel, Template
from .review import ReviewAdmin

FACTS = ["kind", "name", "enabled", "health", "health_text", "health_at"]
TRAFFIC = ["last_inbound_at", "rejected_webhooks", "last_rejected_at", "created_at"]


@admin.register(Channel)
class ChannelAdmin(ReviewAdmin):
    list_display = ["name", "kind", "enabled", "health", "last_inbound_at", "rejected_webhooks"]
    list_filter = ["kind", "health", "enabled"]
    fields = [*FACTS, *TRAFFIC]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("credentials", "webhook_key")


@admin.register(Template)
class TemplateAdmin(ReviewAdmin):
    list_display = ["name", "language", "channel", "status", "category", "updated_at"]
    list_filter = ["status", "channel"]
    list_select_related = ["channel"]
    fields = ["channel", "name", "language", "status", "category", "quality", "reason", "components"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("channel__credentials")
