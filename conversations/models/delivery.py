"""The proof of every send: what the gate decided, what was tried, what the provider reported. Append-only."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels_app.events import DeliveryStatus

from .threads import Message, choices


class Verdict(models.TextChoices):
    ALLOW = "allow", _("allowed")
    REFUSE = "refuse", _("refused")


class AttemptOutcome(models.TextChoices):
    STARTED = "started", _("started")
    ACCEPTED = "accepted", _("accepted")
    RETRY = "retry", _("to be tried again")
    FAILED = "failed", _("failed")
    UNKNOWN = "unknown", _("outcome unknown")


class SendDecision(models.Model):
    """What the policy gate said of one send, with its reasons as codes."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="decisions")
    verdict = models.CharField(max_length=10, choices=Verdict)
    reasons = models.JSONField(default=list)
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("send decision")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.verdict}: {', '.join(self.reasons)}"


class SendAttempt(models.Model):
    """One call to the provider: written before it, completed after it."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attempts")
    decision = models.OneToOneField(SendDecision, on_delete=models.PROTECT, related_name="attempt")
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=AttemptOutcome, default=AttemptOutcome.STARTED)
    provider_id = models.CharField(max_length=300, blank=True)
    code = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("send attempt")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M:%S} {self.outcome}"


class Receipt(models.Model):
    """One report of the provider on a message. The message's status is a fold over these."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="receipts")
    status = models.CharField(max_length=20, choices=choices(DeliveryStatus))
    provider_id = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    code = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    details = models.JSONField(default=dict, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("receipt")
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "provider_id", "status", "code"], name="receipt_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.at:%Y-%m-%d %H:%M:%S}"
