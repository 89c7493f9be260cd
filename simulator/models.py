"""What the simulated providers know: phones, the messages they took, the trouble switched on, the wire."""

import secrets

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel

KEPT_LINES = 200


class Answer(models.TextChoices):
    """How the provider answers a send."""

    NORMALLY = "normally", _("normally")
    LIMIT = "limit", _("429, retry in 20 s")
    ERROR = "error", _("500")
    HANG = "hang", _("hang, then accept")
    REFUSE_WINDOW = "refuse_window", _("refuse: window closed")
    REFUSE_STOPPED = "refuse_stopped", _("refuse: opted out")


class Delay(models.IntegerChoices):
    """How late receipts are, in seconds."""

    NONE = 0, _("none")
    SECONDS = 2, _("2 s")
    HOUR = 3600, _("1 h")


class MessageState(models.TextChoices):
    """Of a customer's message: on its way, taken by the business, read there, given up.

    Of the business's message: taken by the provider, then as its receipts say.
    """

    SENDING = "sending", _("sending")
    ARRIVED = "arrived", _("arrived")
    ACCEPTED = "accepted", _("accepted")
    SENT = "sent", _("sent")
    DELIVERED = "delivered", _("delivered")
    READ = "read", _("read")
    FAILED = "failed", _("failed")


class Phone(models.Model):
    """One customer's phone with the chat of one channel. `address`: digits, a Telegram id, or +E.164."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="phones")
    name = models.CharField(_("name"), max_length=300)
    address = models.CharField(_("address"), max_length=100)
    blocked = models.BooleanField(default=False)
    stopped = models.BooleanField(default=False)  # SMS: STOP; WhatsApp: no marketing messages
    reads = models.BooleanField(default=True)  # sends read receipts while the chat is on screen
    typing_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("phone")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["channel", "address"], name="one_phone_per_address")]

    def __str__(self) -> str:
        return f"{self.name} ({self.channel})"


def new_key() -> str:
    return secrets.token_hex(16)


class ProviderFile(models.Model):
    """A file the provider keeps. `key` is its id there."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64, unique=True, default=new_key)
    name = models.CharField(max_length=255)
    mime_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    content = models.FileField(upload_to="simulator", max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class PhoneMessage(models.Model):
    """A message as the provider holds it. `payload`: what the phone shows beside the text."""

    phone = models.ForeignKey(Phone, on_delete=models.CASCADE, related_name="messages")
    from_customer = models.BooleanField()
    provider_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, default="text")
    text = models.TextField(blank=True)
    payload = models.JSONField(default=dict, blank=True)
    files = models.ManyToManyField(ProviderFile, related_name="+", blank=True)
    reply_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=12, choices=MessageState)
    customer_reaction = models.CharField(max_length=40, blank=True)
    business_reaction = models.CharField(max_length=40, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("simulated message")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["phone", "provider_id"], name="simulated_message")]

    def __str__(self) -> str:
        return f"{self.kind} {self.provider_id}"


class Switches(models.Model):
    """The trouble switched on at one channel's provider, and what the provider remembers of the channel."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="+")
    delay = models.PositiveIntegerField(_("Delay receipts"), choices=Delay, default=Delay.NONE)
    twice = models.BooleanField(_("Deliver webhooks twice"), default=False)
    shuffle = models.BooleanField(_("Shuffle order"), default=False)
    lose_receipts = models.BooleanField(_("Lose receipts"), default=False)
    answer = models.CharField(_("Answer"), max_length=20, choices=Answer, default=Answer.NORMALLY)
    token_expired = models.BooleanField(_("Token expired"), default=False)
    counter = models.PositiveBigIntegerField(default=0, editable=False)  # of Telegram's updates
    registration = models.JSONField(default=dict, blank=True, editable=False)  # of Telegram's webhook

    class Meta:
        verbose_name = _("switches")
        verbose_name_plural = _("switches")

    def __str__(self) -> str:
        return str(self.channel)


class WireLine(models.Model):
    """One request between the desk and a provider. `outbound`: from the desk. `status` 0: no answer."""

    channel = models.ForeignKey(Channel, null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    outbound = models.BooleanField()
    line = models.CharField(max_length=200)
    status = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.line} {self.status}"

    @property
    def clock(self) -> str:
        return f"{timezone.localtime(self.at):%H:%M:%S}"

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 400
