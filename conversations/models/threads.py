"""Conversations and their messages, with the constraints that hold the guarantees.

One open conversation per identity, one message per provider id, one message per click.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from channels_app.content import MessageKind
from channels_app.events import DeliveryStatus
from channels_app.models import Channel
from customers.models import Customer, Identity


class ConversationStatus(models.TextChoices):
    OPEN = "open", _("Open")
    PENDING = "pending", _("Pending")
    SNOOZED = "snoozed", _("Snoozed")
    RESOLVED = "resolved", _("Resolved")


class Direction(models.TextChoices):
    IN = "in", _("from the customer")
    OUT = "out", _("to the customer")
    NOTE = "note", _("note")
    ACTIVITY = "activity", _("activity")


class AttachmentState(models.TextChoices):
    PENDING = "pending", _("being fetched")
    STORED = "stored", _("stored")
    UNAVAILABLE = "unavailable", _("not available")


def choices(enum: type) -> list[tuple[str, str]]:
    """A StrEnum of a lower floor as choices."""
    return [(item.value, item.value.replace("_", " ")) for item in enum]  # type: ignore[attr-defined]


class Conversation(models.Model):
    """The thread with one identity (or one group) on one channel, with what its list row shows.

    `topic`: the provider's id of a group's topic, each of which is a thread of its own; "" elsewhere.
    """

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="conversations")
    identity = models.ForeignKey(Identity, on_delete=models.PROTECT, related_name="conversations")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="conversations")
    status = models.CharField(max_length=10, choices=ConversationStatus, default=ConversationStatus.OPEN)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="conversations",
    )
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL)
    topic = models.CharField(max_length=100, blank=True)
    last_message_at = models.DateTimeField(default=timezone.now)
    preview = models.CharField(max_length=200, blank=True)
    preview_kind = models.CharField(max_length=20, blank=True)
    preview_direction = models.CharField(max_length=10, blank=True)
    preview_status = models.CharField(max_length=20, blank=True)
    unread_count = models.PositiveIntegerField(default=0)
    waiting_since = models.DateTimeField(null=True, blank=True)
    last_inbound_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveBigIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("conversation")
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "identity", "topic"],
                condition=~Q(status="resolved"),
                name="one_open_conversation",
            )
        ]
        indexes = [
            models.Index(
                fields=["assignee", "-last_message_at", "-id"], name="list_mine", condition=Q(status="open")
            ),
            models.Index(fields=["-last_message_at", "-id"], name="list_open", condition=Q(status="open")),
            models.Index(
                fields=["-last_message_at", "-id"],
                name="list_unassigned",
                condition=Q(status="open", assignee__isnull=True),
            ),
            models.Index(fields=["status", "-last_message_at", "-id"], name="list_by_status"),
            models.Index(fields=["-changed_at"], name="recently_changed"),
            models.Index(fields=["channel", "identity", "-id"], name="conversation_history"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} ({self.channel})"


class Message(models.Model):
    """One thing received or sent, a note, or an activity line. An outgoing row is also its own outbox entry.

    `sent_at` is the provider's time for what came in, and the time of queueing for what goes out.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="messages")
    direction = models.CharField(max_length=10, choices=Direction)
    kind = models.CharField(max_length=20, choices=choices(MessageKind), default=MessageKind.TEXT)
    text = models.TextField(blank=True)
    content = models.JSONField(default=dict, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="messages"
    )
    sender = models.ForeignKey(Identity, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    provider_id = models.CharField(max_length=300, blank=True)
    reply_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    client_token = models.CharField(max_length=64, blank=True)
    part = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=20, choices=choices(DeliveryStatus), blank=True)
    failure = models.CharField(max_length=20, blank=True)
    failure_reason = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "provider_id"],
                condition=~Q(provider_id=""),
                name="one_message_per_provider_id",
            ),
            models.UniqueConstraint(
                fields=["author", "client_token", "part"],
                condition=~Q(client_token=""),
                name="one_message_per_client_token",
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "-sent_at", "-id"], name="thread"),
            models.Index(
                fields=["conversation", "id"],
                name="outbox",
                condition=Q(status__in=["queued", "sending", "outcome_unknown"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()} {self.kind} {self.pk}"


class Current(models.Manager["Attachment"]):
    def get_queryset(self) -> models.QuerySet["Attachment"]:
        return super().get_queryset().filter(replaced_at=None)


class Attachment(models.Model):
    """A file of a message. `reference` is the provider's; `file` is ours, under a generated name.

    An edit that brings other files replaces them; the replaced ones stay, out of sight.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=20, choices=choices(MessageKind))
    state = models.CharField(max_length=12, choices=AttachmentState, default=AttachmentState.PENDING)
    reference = models.TextField(blank=True)
    source = models.JSONField(default=dict, blank=True)  # the rest of what the provider said of the file
    original_name = models.CharField(max_length=255, blank=True)
    mime_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(null=True, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    duration = models.FloatField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    file = models.FileField(max_length=200, blank=True)
    thumbnail = models.FileField(max_length=200, blank=True)
    error = models.CharField(max_length=300, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects = Current()
    with_replaced = models.Manager["Attachment"]()

    class Meta:
        verbose_name = _("attachment")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "position"],
                condition=Q(replaced_at=None),
                name="attachment_position_unique",
            )
        ]
        indexes = [models.Index(fields=["id"], name="being_fetched", condition=Q(state="pending"))]

    def __str__(self) -> str:
        return self.original_name or str(self.uid)


class Shown(models.Manager["Reaction"]):
    def get_queryset(self) -> models.QuerySet["Reaction"]:
        return super().get_queryset().exclude(emoji="")


class Reaction(models.Model):
    """One emoji of one person on one message.

    A row without an emoji remembers when they took theirs back, so that an older report changes nothing.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reactions")
    identity = models.ForeignKey(Identity, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    emoji = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()

    objects = Shown()
    with_withdrawn = models.Manager["Reaction"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "identity", "emoji"], name="reaction_unique"),
            models.UniqueConstraint(fields=["message", "agent", "emoji"], name="agent_reaction_unique"),
        ]

    def __str__(self) -> str:
        return self.emoji


class MessageRevision(models.Model):
    """What a message said before it was edited or deleted."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="revisions")
    text = models.TextField(blank=True)
    content = models.JSONField(default=dict, blank=True)
    replaced_at = models.DateTimeField()
    deleted = models.BooleanField(default=False)

    class Meta:
        ordering = ["replaced_at", "id"]

    def __str__(self) -> str:
        return f"{self.message} until {self.replaced_at:%Y-%m-%d %H:%M}"
