"""One configured connection to a provider, and the templates it holds there."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .adapter import Adapter, ChannelConfig, Health
from .encryption import EncryptedJSONField
from .registry import adapter


def new_webhook_key() -> str:
    return secrets.token_urlsafe(24)


class ChannelHealth(models.TextChoices):
    UNKNOWN = "unknown", _("Not checked yet")
    WORKING = "working", _("Working")
    WARNING = "warning", _("Needs a look")
    BROKEN = "broken", _("Broken: sending is paused")


class Channel(models.Model):
    """This WhatsApp number, that bot. `kind` names its adapter."""

    kind = models.CharField(_("kind"), max_length=40)
    name = models.CharField(_("name"), max_length=100)
    scope = models.CharField(max_length=100, editable=False, db_index=True)
    credentials = EncryptedJSONField(default=dict)
    settings = models.JSONField(default=dict, blank=True)
    webhook_key = models.CharField(max_length=64, unique=True, default=new_webhook_key, editable=False)
    enabled = models.BooleanField(_("enabled"), default=True)
    health = models.CharField(max_length=20, choices=ChannelHealth, default=ChannelHealth.UNKNOWN)
    health_text = models.CharField(max_length=500, blank=True)
    health_at = models.DateTimeField(null=True, blank=True)
    last_inbound_at = models.DateTimeField(null=True, blank=True)
    rejected_webhooks = models.PositiveBigIntegerField(default=0)
    last_rejected_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("channel")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.scope = self.adapter.scope(self.config())
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def adapter(self) -> Adapter:
        return adapter(self.kind)

    @property
    def webhook_url(self) -> str:
        return f"{settings.PUBLIC_URL}/webhooks/{self.webhook_key}/"

    @property
    def is_paused(self) -> bool:
        return not self.enabled or self.health == ChannelHealth.BROKEN

    def config(self) -> ChannelConfig:
        return ChannelConfig(
            kind=self.kind,
            credentials=self.credentials,
            settings=self.settings,
            base_url=self.settings.get("base_url", ""),
            webhook_url=self.webhook_url,
        )

    def record_health(self, state: ChannelHealth, text: str) -> None:
        """Remember what was last seen of the channel. `text`: one line, no secrets."""
        self.health, self.health_text, self.health_at = state, text[:500], timezone.now()
        self.save(update_fields=["health", "health_text", "health_at"])

    def record_check(self, answer: Health) -> None:
        self.record_health(ChannelHealth.WORKING if answer.ok else ChannelHealth.WARNING, answer.text)

    def count_rejection(self, at: datetime) -> None:
        """A webhook that could not prove where it came from."""
        Channel.objects.filter(pk=self.pk).update(
            rejected_webhooks=F("rejected_webhooks") + 1, last_rejected_at=at
        )


class Template(models.Model):
    """Text the provider has approved. Identity at the provider: name and language."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="templates")
    name = models.CharField(max_length=512)
    language = models.CharField(max_length=20)
    status = models.CharField(max_length=30)
    category = models.CharField(max_length=30, blank=True)
    quality = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    provider_id = models.CharField(max_length=100, blank=True)
    components = models.JSONField(default=list, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("template")
        ordering = ["name", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "name", "language"], name="template_name_language_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"
