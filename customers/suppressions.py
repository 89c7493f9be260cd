"""Who must not be written to, and why: the fast table the policy gate reads."""

from datetime import datetime

from django.utils import timezone

from .models import Identity, Suppression

ALL = "all"
MARKETING = "marketing"


def suppress(identity: Identity, purpose: str, since: datetime, evidence: str = "") -> bool:
    """Stop a purpose for an identity. Return False when it was stopped already."""
    _, is_new = Suppression.objects.get_or_create(
        identity=identity, purpose=purpose, defaults={"since": since, "evidence": evidence[:300]}
    )
    return is_new


def lift(identity: Identity, purpose: str, at: datetime) -> bool:
    """The person resumed; a stop younger than that stands. Return whether anything was lifted."""
    purposes = [purpose] if purpose != ALL else [ALL, MARKETING]
    removed, _ = Suppression.objects.filter(identity=identity, purpose__in=purposes, since__lte=at).delete()
    return bool(removed)


def active(identity: Identity) -> dict[str, Suppression]:
    """The suppressions in force, by purpose."""
    return {suppression.purpose: suppression for suppression in identity.suppressions.all()}


def mark_unreachable(identity: Identity, since: datetime, reason: str) -> bool:
    """The address does not answer, or its owner shut us out. Return False when that was known."""
    if identity.unreachable_since:
        return False
    identity.unreachable_since, identity.unreachable_reason = since, reason[:300]
    identity.save(update_fields=["unreachable_since", "unreachable_reason"])
    return True


def mark_reachable(identity: Identity) -> bool:
    """The address answers again. Return False when it never stopped."""
    return bool(
        Identity.objects.filter(pk=identity.pk, unreachable_since__isnull=False).update(
            unreachable_since=None, unreachable_reason=""
        )
    )


def block(identity: Identity) -> None:
    """The business wants no more of this customer."""
    identity.customer.blocked_at = timezone.now()
    identity.customer.save(update_fields=["blocked_at"])
