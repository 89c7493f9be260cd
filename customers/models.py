"""Customers: the people, over all channels, and the addresses they write from."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Verified(models.TextChoices):
    """How sure it is that the identity is who it says."""

    ANONYMOUS = "anonymous", _("anonymous")
    CLAIMED = "claimed", _("claimed")
    VERIFIED = "verified", _("verified")


class Customer(models.Model):
    """The person. Everything known beside the addresses."""

    name = models.CharField(_("name"), max_length=300, blank=True)
    locale = models.CharField(_("language"), max_length=20, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    blocked_at = models.DateTimeField(_("blocked"), null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("customer")

    def __str__(self) -> str:
        return self.name or _("Unnamed customer %(id)s") % {"id": self.pk}

    @property
    def initials(self) -> str:
        words = [word for word in self.name.split() if word[0].isalpha()]
        return "".join(word[0] for word in words[:2]).upper() or "#"


class Identity(models.Model):
    """One customer in one scope of one kind of channel: a phone, a chat id, a business-scoped id.

    `address` is the most durable form; all forms ever seen are its `IdentityAddress` rows.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="identities")
    kind = models.CharField(max_length=40)
    scope = models.CharField(max_length=100)
    address = models.CharField(_("address"), max_length=200)
    profile_name = models.CharField(_("profile name"), max_length=300, blank=True)
    username = models.CharField(_("user name"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True, db_index=True)  # E.164
    verified = models.CharField(max_length=20, choices=Verified, default=Verified.CLAIMED)
    is_group = models.BooleanField(default=False)
    unreachable_since = models.DateTimeField(null=True, blank=True)
    reach_known_at = models.DateTimeField(null=True, blank=True)  # older reports on its reach change nothing
    unreachable_reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [
            models.UniqueConstraint(fields=["kind", "scope", "address"], name="identity_address_unique")
        ]

    def __str__(self) -> str:
        return self.phone or (f"@{self.username}" if self.username else self.address)


class IdentityAddress(models.Model):
    """One form of an identity's address. A form belongs to one identity, whoever wrote first."""

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="addresses")
    kind = models.CharField(max_length=40)
    scope = models.CharField(max_length=100)
    address = models.CharField(max_length=200)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "scope", "address"], name="identity_form_unique")
        ]

    def __str__(self) -> str:
        return self.address


class InForce(models.Manager["Suppression"]):
    def get_queryset(self) -> models.QuerySet["Suppression"]:
        return super().get_queryset().filter(lifted_at=None)


class Suppression(models.Model):
    """What an identity must not be sent. `purpose`: "marketing", or "all".

    A lifted one stays, so that a report older than that cannot stop the identity again.
    """

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="suppressions")
    purpose = models.CharField(max_length=20)
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    evidence = models.CharField(max_length=300, blank=True)

    objects = InForce()
    with_lifted = models.Manager["Suppression"]()

    class Meta:
        verbose_name = _("suppression")
        constraints = [models.UniqueConstraint(fields=["identity", "purpose"], name="suppression_unique")]

    def __str__(self) -> str:
        return f"{self.identity}: {self.purpose}"
