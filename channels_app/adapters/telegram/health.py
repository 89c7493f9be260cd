"""What getMe and getWebhookInfo say, as one line and a few facts."""

from channels_app.adapter import Health

from .fields import Fields, clean, count, moment, whole, words


def health(me: Fields, hook: Fields, webhook_url: str, wanted: tuple[str, ...]) -> Health:
    """Never repeats the webhook's address: whoever knows it may write to it."""
    name = f"@{words(me, 'username')}"
    trouble = _trouble(hook, webhook_url, wanted)
    text = f"{name}: {trouble}" if trouble else f"{name} is connected."
    return Health(ok=not trouble, text=text, details=_details(me, hook))


def _trouble(hook: Fields, webhook_url: str, wanted: tuple[str, ...]) -> str:
    """A sentence, "" when all is well."""
    if not words(hook, "url"):
        return "no webhook is registered; press Connect."
    if words(hook, "url") != webhook_url:
        return "updates go to another address; press Connect to bring them here."
    if missing := sorted(set(wanted) - _allowed(hook)):
        return f"some updates are not asked for ({', '.join(missing)}); press Connect."
    waiting = count(hook, "pending_update_count") or 0
    if waiting and words(hook, "last_error_message"):
        return f"{waiting} updates wait because the last delivery failed."
    return ""


def _allowed(hook: Fields) -> set[str]:
    value = hook.get("allowed_updates")
    return {item for item in value if isinstance(item, str)} if isinstance(value, list) else set()


def _details(me: Fields, hook: Fields) -> dict[str, str]:
    details = {
        "Bot": f"@{words(me, 'username')}",
        "Reads all group messages": "yes" if me.get("can_read_all_group_messages") is True else "no",
        "Business accounts": "yes" if me.get("can_connect_to_business") is True else "no",
        "Waiting updates": str(count(hook, "pending_update_count") or 0),
    }
    if error := words(hook, "last_error_message"):
        details["Last delivery error"] = clean(error)[:200]
    if whole(hook, "last_error_date"):
        details["Last delivery error at"] = moment(hook, "last_error_date").isoformat()
    return details
