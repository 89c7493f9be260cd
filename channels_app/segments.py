"""How an SMS is cut for the radio network: alphabet, length and parts (3GPP TS 23.038 and 23.040)."""

from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")  # each is an escape and a character: two septets
GSM = BASIC | EXTENSION
SINGLE: dict[Encoding, int] = {"GSM-7": 160, "UCS-2": 70}
PART: dict[Encoding, int] = {"GSM-7": 153, "UCS-2": 67}  # the header that joins the parts takes the rest


def encoding(text: str) -> Encoding:
    """One character outside the GSM alphabet moves the whole text to UCS-2."""
    return "GSM-7" if GSM.issuperset(text) else "UCS-2"


def length(text: str) -> int:
    """Septets in GSM-7, UTF-16 units in UCS-2."""
    return sum(_costs(text, encoding(text)))


def segments(text: str) -> int:
    """The parts a text is sent and paid as; an empty text is one."""
    alphabet = encoding(text)
    costs = _costs(text, alphabet)
    if sum(costs) <= SINGLE[alphabet]:
        return 1
    return _packed(costs, PART[alphabet])


def _costs(text: str, alphabet: Encoding) -> list[int]:
    if alphabet == "GSM-7":
        return [2 if character in EXTENSION else 1 for character in text]
    return [2 if character > "\uffff" else 1 for character in text]


def _packed(costs: list[int], room: int) -> int:
    """Parts needed when an escaped character or a surrogate pair never straddles two of them."""
    parts, used = 1, 0
    for cost in costs:
        if used + cost > room:
            parts, used = parts + 1, 0
        used += cost
    return parts
