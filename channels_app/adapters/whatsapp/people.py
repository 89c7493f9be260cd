"""Who a payload speaks of: business-scoped ids, phone numbers and profiles."""

import re
from collections.abc import Iterable
from typing import Any

from channels_app.events import Party

from .reading import JSON, items, mapping, text

BUSINESS_SCOPED = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
PHONE = re.compile(r"[0-9]{5,15}")


class People:
    """The `contacts` of one change, found by phone number or by business-scoped id."""

    def __init__(self, contacts: Any) -> None:
        self._cards = [card for card in items(contacts) if isinstance(card, dict)]
        self._by_id = {
            address: card
            for card in self._cards
            for address in _addresses(card.get("user_id"), card.get("wa_id"))
        }

    def party(self, *ids: Any) -> Party | None:
        """The person with one of these ids; without any id, the only one listed. None: nobody is named."""
        known = _addresses(*ids)
        card = self._card(known)
        addresses = _most_durable(_addresses(*known, card.get("user_id"), card.get("wa_id")))
        if not addresses:
            return None
        profile = mapping(card.get("profile"))
        return Party(
            addresses=addresses,
            name=text(profile.get("name")),
            username=text(profile.get("username")).removeprefix("@"),
            phone=next((f"+{address}" for address in addresses if PHONE.fullmatch(address)), ""),
        )

    def _card(self, known: Iterable[str]) -> JSON:
        for address in known:
            if address in self._by_id:
                return self._by_id[address]
        return self._cards[0] if len(self._cards) == 1 and not known else {}


def is_business_scoped(address: str) -> bool:
    return BUSINESS_SCOPED.fullmatch(address) is not None


def _addresses(*values: Any) -> list[str]:
    found = (text(value).strip().removeprefix("+") for value in values)
    return list(dict.fromkeys(address for address in found if address))


def _most_durable(addresses: list[str]) -> tuple[str, ...]:
    """One business-scoped id, then one phone number, whichever of them are known."""
    scoped = [address for address in addresses if is_business_scoped(address)]
    others = [address for address in addresses if not is_business_scoped(address)]
    return (*scoped[:1], *others[:1])
