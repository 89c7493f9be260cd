"""A new phone, and a channel's switches."""

import re
import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel

from . import switches
from .models import Phone, Switches
from .providers import PROVIDERS

NAMES = ("Noor Haddad", "Kwame Mensah", "Ingrid Solberg", "Tomás Rivera", "Yuki Tanaka", "Chloé Martin")
ADDRESSES = {
    "whatsapp": (re.compile(r"[1-9]\d{6,14}"), _("Digits with the country code, as 491512345678.")),
    "telegram": (re.compile(r"[1-9]\d{4,14}"), _("A number, as 5500600700.")),
    "twilio_sms": (re.compile(r"\+[1-9]\d{6,14}"), _("A number with +, as +14155550132.")),
    "twilio_whatsapp": (re.compile(r"\+[1-9]\d{6,14}"), _("A number with +, as +14155550132.")),
}


def simulated() -> Any:
    """The channels whose provider is this simulator."""
    return Channel.objects.filter(kind__in=PROVIDERS, settings__base_url__icontains="/simulator/").order_by(
        "id"
    )


def random_address(kind: str) -> str:
    """Nobody's number: these ranges are kept free for films."""
    made = {
        "whatsapp": f"49151{secrets.randbelow(10**8):08}",
        "telegram": f"55{secrets.randbelow(10**8):08}",
    }
    return made.get(kind, f"+1415555{100 + secrets.randbelow(100):04}")


class PhoneForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Phone
        fields = ["channel", "name", "address"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"] = forms.ModelChoiceField(simulated(), label=_("channel"), empty_label=None)
        self.fields["name"].required = self.fields["address"].required = False

    def clean(self) -> dict[str, Any]:
        """Fills in what was left empty."""
        found = super().clean() or {}
        channel = found.get("channel")
        if channel is None:
            return found
        found["name"] = found.get("name") or secrets.choice(NAMES)
        found["address"] = (found.get("address") or "").replace(" ", "") or random_address(channel.kind)
        pattern, form = ADDRESSES[channel.kind]
        if not pattern.fullmatch(found["address"]):
            self.add_error("address", str(form))
        elif Phone.objects.filter(channel=channel, address=found["address"]).exists():
            self.add_error("address", _("There is a phone with this address already."))
        return found


class SwitchesForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Switches
        fields = ["delay", "twice", "shuffle", "lose_receipts", "answer", "token_expired"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.instance.channel.kind
        self.fields["answer"] = forms.ChoiceField(choices=switches.answers(kind), label=_("Answer"))
        for name, field in self.fields.items():
            field.widget.attrs["id"] = f"id_{name}_{self.instance.pk}"

    @property
    def troubled(self) -> bool:
        row = self.instance
        spoilt = row.delay or row.twice or row.shuffle or row.lose_receipts or row.token_expired
        return bool(spoilt) or row.answer != "normally"
