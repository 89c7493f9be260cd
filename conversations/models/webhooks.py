"""What arrived, raw, and what still waits for the message it speaks of."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel


class EventState(models.TextChoices):
    RECEIVED = "received", _("received")
    DONE = "done", _("done")
    DUPLICATE = "duplicate", _("duplicate")
    IGNORED = "ignored", _("ignored")
    WAITING = "waiting", _("waiting for its message")
    FAILED = "failed", _("failed")


class WebhookEvent(models.Model):
    """The raw request as it arrived, kept before it is understood."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="webhook_events")
    received_at = models.DateTimeField(default=timezone.now)
    method = models.CharField(max_length=10, default="POST")
    url = models.TextField()
    query = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    dedupe_key = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=EventState, default=EventState.RECEIVED)
    items = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    processed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("webhook event")
        constraints = [models.UniqueConstraint(fields=["channel", "dedupe_key"], name="webhook_event_unique")]
        indexes = [
            models.Index(fields=["-received_at"], name="webhook_newest"),
            models.Index(
                fields=["id"], name="webhook_trouble", condition=Q(state__in=["received", "failed"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.received_at:%Y-%m-%d %H:%M:%S}"


class Waiting(models.Model):
    """A webhook event that spoke of a message not stored yet; it is processed again once the message is."""

    event = models.ForeignKey(WebhookEvent, on_delete=models.CASCADE, related_name="waits")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    provider_id = models.CharField(max_length=300)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "provider_id"], name="waiting_unique")]
        indexes = [models.Index(fields=["channel", "provider_id"], name="waiting_for")]

    def __str__(self) -> str:
        return self.provider_id
