"""Phone numbers are stored in one form, or not at all."""

import pytest

from channels_app.events import Party
from customers.phones import e164

from . import factories


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("+491515550101", "+491515550101"),
        ("491515550101", "+491515550101"),
        ("+49 151 555-0101", "+491515550101"),
        ("+1 (415) 555-0132", "+14155550132"),
        ("", ""),
        ("call me", ""),
        ("+12", ""),
        ("+" + "9" * 40, ""),
    ],
)
def test_a_number_has_one_form(text, stored):
    assert e164(text) == stored


@pytest.mark.django_db
def test_what_is_no_number_is_not_stored_as_one():
    sender = Party(addresses=("5500600700",), name="Ada", phone="not a number")
    message = factories.received(factories.channel("telegram"), sender=sender)

    assert message.sender.phone == ""
