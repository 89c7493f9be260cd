"""The content templates of a simulated account. https://www.twilio.com/docs/content"""

from typing import Any

JSON = dict[str, Any]

REMINDER = "HX0123456789abcdef0123456789abcdef"
CONTENTS: dict[str, JSON] = {
    REMINDER: {
        "friendly_name": "pickup_ready",
        "language": "en",
        "variables": {"1": "Ana", "2": "4821"},
        "types": {
            "twilio/quick-reply": {
                "body": "Hello {{1}}, your order #{{2}} is ready to be picked up. When will you come?",
                "actions": [
                    {"type": "QUICK_REPLY", "title": "Today", "id": "today"},
                    {"type": "QUICK_REPLY", "title": "Tomorrow", "id": "tomorrow"},
                ],
            }
        },
        "approval": {"name": "pickup_ready", "category": "UTILITY", "status": "approved"},
    }
}


def listed(account: str) -> JSON:
    """As ContentAndApprovals answers."""
    page = "https://content.twilio.com/v1/ContentAndApprovals?PageSize=50&Page=0"
    meta = {"page": 0, "page_size": 50, "first_page_url": page, "url": page, "key": "contents"}
    return {"contents": [_content(sid, account) for sid in CONTENTS], "meta": meta}


def form(content: JSON) -> JSON:
    """The one content type of a template."""
    found: JSON = next(iter(content["types"].values()))
    return found


def filled(content: JSON, variables: dict[str, str]) -> str:
    """The body as the customer reads it."""
    text: str = form(content)["body"]
    for name, value in variables.items():
        text = text.replace(f"{{{{{name}}}}}", str(value))
    return text


def _content(sid: str, account: str) -> JSON:
    content = CONTENTS[sid]
    shown = {name: content[name] for name in ("friendly_name", "language", "variables", "types")}
    approval = content["approval"] | {"rejection_reason": "", "content_type": next(iter(content["types"]))}
    return {
        "sid": sid,
        "account_sid": account,
        "date_created": "2026-01-12T09:00:00Z",
        "date_updated": "2026-01-12T09:00:00Z",
        "approval_requests": approval,
        **shown,
    }
