"""Phone numbers in one form: E.164, as "+491515550101"."""

import phonenumbers


def e164(text: str) -> str:
    """The number in E.164, "" for what cannot be one. Digits without "+" count as international."""
    try:
        number = phonenumbers.parse(text if text.startswith("+") else f"+{text}")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
