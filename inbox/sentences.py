"""Activity lines as sentences."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.models import Message

SENTENCES: dict[str, str | Promise] = {
    "assigned": gettext_lazy("%(by)s assigned the conversation to %(to)s"),
    "taken": gettext_lazy("%(by)s took the conversation"),
    "unassigned": gettext_lazy("%(by)s took the assignment away"),
    "team_assigned": gettext_lazy("%(by)s gave the conversation to the team %(to)s"),
    "team_removed": gettext_lazy("%(by)s took the conversation out of its team"),
    "resolved": gettext_lazy("%(by)s resolved the conversation"),
    "reopened": gettext_lazy("%(by)s opened the conversation again"),
    "consent_withdraw": gettext_lazy("The customer asked not to be written to (%(what)s)"),
    "consent_grant": gettext_lazy("The customer agreed to be written to again (%(what)s)"),
    "reachable": gettext_lazy("The customer can be reached again"),
    "unreachable": gettext_lazy("The customer cannot be reached any more"),
    "identity_changed": gettext_lazy("The customer's address changed to %(new)s"),
    "identity_replaced": gettext_lazy("The address moved to %(new)s, who may be somebody else"),
    "member_joined": gettext_lazy("%(name)s joined the group"),
    "member_left": gettext_lazy("%(name)s left the group"),
    "member_removed": gettext_lazy("%(name)s was removed from the group"),
    "member_role": gettext_lazy("%(name)s has other rights in the group now"),
    "member_requested": gettext_lazy("%(name)s asks to join the group"),
}
PURPOSES: dict[str, str | Promise] = {
    "all": gettext_lazy("everything"),
    "marketing": gettext_lazy("offers"),
}


def activity(message: Message) -> str:
    """The line in words; what has no sentence yet is shown as it is named."""
    details = {key: value for key, value in message.content.items() if isinstance(value, str | bool)}
    what = _variant(message, details)
    sentence = SENTENCES.get(what)
    if sentence is None:
        return what.replace("_", " ") or _("something happened")
    text = str(sentence) % _facts(message, details)
    reason = details.get("reason")
    return f"{text}: {reason}" if reason else text


def _variant(message: Message, details: dict[str, Any]) -> str:
    """The sentence to use, where one activity has two."""
    what = str(details.get("activity", ""))
    if what == "assigned" and details.get("to") == str(message.author):
        return "taken"
    if what == "team_assigned" and not details.get("to"):
        return "team_removed"
    if what == "identity_changed" and not details.get("same_person"):
        return "identity_replaced"
    return what


def _facts(message: Message, details: dict[str, Any]) -> dict[str, str]:
    purpose = str(details.get("purpose", ""))
    evidence = details.get("evidence")
    words = str(PURPOSES.get(purpose, purpose))
    return {
        "by": str(message.author) if message.author else _("The desk"),
        "to": str(details.get("to", "")),
        "new": str(details.get("new", "")),
        "name": _("The desk") if details.get("us") else str(details.get("name") or _("Somebody")),
        "what": f"{words}, “{evidence}”" if evidence else words,
    }
