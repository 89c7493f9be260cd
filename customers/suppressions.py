"""Who must not be written to, and why: the fast table the policy gate reads."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from .models import Identity, Suppression

ALL = "all"
MARKETING = "marketing"


def suppress(identity: Identity, purpose: str, at: datetime, evidence: str = "") -> bool:
    """Stop a purpose for an identity. Return False when it was stopped already, or resumed after `at`."""
    word = evidence[:300]
    row, is_new = Suppression.with_lifted.get_or_create(
        identity=identity, purpose=purpose, defaults={"since": at, "evidence": word}
    )
    stops = Suppression.with_lifted.filter(pk=row.pk)
    # Said once more while it is in force: only a resumption younger than this may lift it.
    stops.filter(lifted_at=None, since__lt=at).update(since=at, evidence=word)
    renewed = stops.filter(lifted_at__lt=at).update(since=at, lifted_at=None, evidence=word)
    return is_new or bool(renewed)


def lift(identity: Identity, purpose: str, at: datetime) -> bool:
    """The person resumed; a stop younger than that stands. Return whether anything was lifted."""
    purposes = [purpose] if purpose != ALL else [ALL, MARKETING]
    stopped = Suppression.objects.filter(identity=identity, purpose__in=purposes, since__lte=at)
    return bool(stopped.update(lifted_at=at))


def active(identity: Identity) -> dict[str, Suppression]:
    """The suppressions in force, by purpose."""
    return {suppression.purpose: suppression for suppression in identity.suppressions.all()}


def mark_unreachable(identity: Identity, since: datetime, reason: str) -> bool:
    """The address does not answer, or its owner shut us out. Return False when that is old news."""
    known = _unless_outdated(identity, since)
    lost = known.filter(unreachable_since=None).update(
        unreachable_since=since, unreachable_reason=reason[:300]
    )
    known.update(reach_known_at=since)
    return bool(lost)


def mark_reachable(identity: Identity, at: datetime) -> bool:
    """The address answers again. Return False when it never stopped, or when that is old news."""
    known = _unless_outdated(identity, at)
    lifted = known.filter(unreachable_since__isnull=False).update(
        unreachable_since=None, unreachable_reason=""
    )
    known.update(reach_known_at=at)
    return bool(lifted)


def _unless_outdated(identity: Identity, at: datetime) -> QuerySet[Identity]:
    return Identity.objects.filter(pk=identity.pk).exclude(reach_known_at__gt=at)


def block(identity: Identity) -> None:
    """The business wants no more of this customer."""
    identity.customer.blocked_at = timezone.now()
    identity.customer.save(update_fields=["blocked_at"])
