"""Everything WhatsApp says that is not a message or a receipt: consent, changed ids, templates, the account.

Follows the field pages under "Webhooks" of the WhatsApp Business Platform.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from channels_app.errors import Failure
from channels_app.events import (
    ChannelAlert,
    ConsentAction,
    ConsentChanged,
    Event,
    IdentityChanged,
    Severity,
    TemplateChanged,
)

from .errors import meaning, number_of
from .people import People
from .reading import JSON, ReadingError, items, mapping, moment, text

PREFERENCES = {
    "stop": ConsentAction.WITHDRAW,
    "resume": ConsentAction.GRANT,
    "signup": ConsentAction.GRANT,
}
TEMPLATE_STATES = {
    "APPROVED": "approved",
    "REINSTATED": "approved",
    "UNARCHIVED": "approved",
    "REJECTED": "rejected",
    "PENDING": "pending",
    "IN_APPEAL": "pending",
    "PAUSED": "paused",
    "LOCKED": "paused",
    "LIMIT_EXCEEDED": "paused",
    "DISABLED": "disabled",
    "ARCHIVED": "disabled",
    "DELETED": "deleted",
    "PENDING_DELETION": "deleted",
    "FLAGGED": "",  # still sendable; a warning about its quality
}
SEVERITIES = {
    "CRITICAL": Severity.CRITICAL,
    "WARNING": Severity.WARNING,
    "INFORMATIONAL": Severity.INFO,
}
BAD_DECISIONS = ("REJECTED", "DECLINED", "DISAPPROVED")


@dataclass(frozen=True)
class Grade:
    severity: Severity = Severity.INFO
    broken: bool = False


DOWN = Grade(Severity.CRITICAL, broken=True)
WARNING = Grade(Severity.WARNING)
ACCOUNT_EVENTS = {
    "ACCOUNT_DELETED": DOWN,
    "ACCOUNT_OFFBOARDED": DOWN,
    "PARTNER_REMOVED": DOWN,
    "ACCOUNT_VIOLATION": WARNING,
}
BAN_STATES = {
    "DISABLE": DOWN,
    "SCHEDULE_FOR_DISABLE": Grade(Severity.CRITICAL),
    "REINSTATE": Grade(),
}
# With these the account may not even answer; other restrictions leave replies possible.
NO_REPLIES = "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"
QUALITY_EVENTS = {"FLAGGED": WARNING, "DOWNGRADE": WARNING}


def preference(raw: JSON, people: People, fallback: datetime | None) -> Event:
    """`user_preferences`. Raises ReadingError when it is not about marketing, or about nobody."""
    category, said = text(raw.get("category")), text(raw.get("value"))
    if category != "marketing_messages" or said not in PREFERENCES:
        raise ReadingError(f"a preference “{category}: {said}”")
    at, sender = moment(raw.get("timestamp")) or fallback, people.party(raw.get("user_id"), raw.get("wa_id"))
    if at is None or sender is None:
        raise ReadingError("a preference without a customer or a time")
    signup = text(raw.get("signup_id"))
    return ConsentChanged(
        sender=sender,
        action=PREFERENCES[said],
        purpose="marketing",
        at=at,
        evidence=f"{category}: {said} {signup}".rstrip(),
    )


def changed_user_id(raw: JSON, people: People, fallback: datetime | None) -> Event:
    """`user_id_update`: the provider vouches that the old and the new id are one account."""
    ids = mapping(raw.get("user_id"))
    old, current = text(ids.get("previous")), text(ids.get("current"))
    at, new = moment(raw.get("timestamp")) or fallback, people.party(current, raw.get("wa_id"))
    if not old or not current or old == current or at is None or new is None:
        raise ReadingError("a changed id that does not name both the old and the new one")
    return IdentityChanged(old=old, new=new, at=at, same_person=True, reason=text(raw.get("detail")))


def number_error(raw: JSON, people: People, fallback: datetime | None) -> Event:
    """`errors`: trouble of the phone number itself. Without a time, the moment of reading stands in."""
    meant, code = meaning(raw), number_of(raw)
    broken = meant.failure is Failure.CHANNEL_BROKEN
    return ChannelAlert(
        severity=Severity.CRITICAL if broken else Severity.WARNING,
        code=str(code) if code >= 0 else "",
        text=_said(raw, "error_data.details", "message", "title") or meant.reason,
        at=fallback or datetime.now(UTC),
        broken=broken,
    )


def template(field: str, value: JSON, at: datetime | None) -> Event:
    """The four template fields. Raises ReadingError without a name or a language, or for an unknown state."""
    name, language = text(value.get("message_template_name")), text(value.get("message_template_language"))
    if not name or not language or at is None:
        raise ReadingError("a template notice without a name, a language or a time")
    return TemplateChanged(
        name=name,
        language=language.replace("-", "_"),
        at=at,
        provider_id=text(value.get("message_template_id")),
        status=_template_state(value) if field == "message_template_status_update" else "",
        category=text(value.get("new_category") or value.get("message_template_category")).lower(),
        quality=text(value.get("new_quality_score")).lower(),
        reason=_template_reason(field, value),
    )


def _template_state(value: JSON) -> str:
    said = text(value.get("event"))
    if said not in TEMPLATE_STATES:
        raise ReadingError(f"a template state “{said}”")
    if said == "LOCKED":
        return {"UNPAUSE": "approved", "DISABLED": "disabled"}.get(_said(value, "other_info.title"), "paused")
    return TEMPLATE_STATES[said]


def _template_reason(field: str, value: JSON) -> str:
    if field == "message_template_components_update":
        return "The content of the template was changed."
    code = text(value.get("reason"))
    why = _said(value, "rejection_info.reason", "other_info.description", "disable_info.disable_date")
    event = text(value.get("event")) if value.get("event") == "FLAGGED" else ""
    return ": ".join(part for part in (event, code if code != "NONE" else "", why) if part)


def alert(field: str, value: JSON, at: datetime | None) -> Event:
    """Every account field. The moment of reading stands in for a time that is not given."""
    grade, code, said = ALERTS[field](value)
    return ChannelAlert(
        severity=grade.severity,
        code=code or field,
        text=said,
        at=at or datetime.now(UTC),
        broken=grade.broken,
    )


Alert = tuple[Grade, str, str]  # grade, code, text


def _account_alert(value: JSON) -> Alert:
    info = mapping(value.get("alert_info")) or value
    grade = Grade(SEVERITIES.get(text(info.get("alert_severity")), Severity.WARNING))
    code = text(info.get("alert_type"))
    return grade, code, text(info.get("alert_description")) or f"WhatsApp alert: {code}"


def _account_update(value: JSON) -> Alert:
    event = text(value.get("event"))
    limits = [text(mapping(limit).get("restriction_type")) for limit in items(value.get("restriction_info"))]
    details = {
        "ban": _said(value, "ban_info.waba_ban_state"),
        "restriction": ", ".join(limits),
        "violation": _said(value, "violation_info.violation_type"),
    }
    said = ", ".join(f"{name} {detail}" for name, detail in details.items() if detail)
    return _account_grade(event, details["ban"], limits), event, f"WhatsApp account: {said or event}"


def _account_grade(event: str, ban: str, limits: list[str]) -> Grade:
    if event == "ACCOUNT_RESTRICTION":
        return DOWN if NO_REPLIES in limits else Grade(Severity.CRITICAL)
    return BAN_STATES.get(ban) or ACCOUNT_EVENTS.get(event, Grade())


def _quality(value: JSON) -> Alert:
    event = text(value.get("event"))
    limit = _said(value, "max_daily_conversations_per_business", "current_limit")
    return (
        QUALITY_EVENTS.get(event, Grade()),
        event,
        f"Quality or limit of the phone number: {event} {limit}".rstrip(),
    )


def _name(value: JSON) -> Alert:
    decision, name = text(value.get("decision")), text(value.get("requested_verified_name"))
    reason = text(value.get("rejection_reason"))
    said = f"Display name “{name}”: {decision}"
    return _decided(decision), decision, f"{said} ({reason})" if reason not in ("", "NONE") else said


def _review(value: JSON) -> Alert:
    decision = text(value.get("decision"))
    return _decided(decision), decision, f"Review of the WhatsApp account: {decision}"


def _capability(value: JSON) -> Alert:
    names = (
        "max_daily_conversations_per_business",
        "max_daily_conversation_per_phone",
        "max_phone_numbers_per_business",
    )
    said = ", ".join(f"{name} {text(value.get(name))}" for name in names if text(value.get(name)))
    return Grade(), "", f"Limits of the WhatsApp account: {said or 'changed'}"


def _security(value: JSON) -> Alert:
    event = text(value.get("event"))
    return WARNING, event, f"Security setting of the phone number: {event or 'changed'}"


def _decided(decision: str) -> Grade:
    return WARNING if decision in BAD_DECISIONS else Grade()


def _said(value: JSON, *paths: str) -> str:
    """The first of these dotted paths that holds text."""
    for path in paths:
        *outer, last = path.split(".")
        inner = value
        for name in outer:
            inner = mapping(inner.get(name))
        if found := text(inner.get(last)):
            return found
    return ""


ALERTS: dict[str, Callable[[JSON], Alert]] = {
    "account_alerts": _account_alert,
    "account_update": _account_update,
    "phone_number_quality_update": _quality,
    "phone_number_name_update": _name,
    "account_review_update": _review,
    "business_capability_update": _capability,
    "security": _security,
}
TEMPLATES = (
    "message_template_status_update",
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
)
