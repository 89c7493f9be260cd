"""One form for every kind of channel, made from what its adapter declares."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.adapter import Credential
from channels_app.models import Channel

GENERATED_BYTES = 24


@dataclass(frozen=True)
class Entry:
    """A credential with its fields. `remove` only for a saved secret the channel can do without."""

    credential: Credential
    value: forms.BoundField
    is_saved: bool
    remove: forms.BoundField | None


class ChannelForm(forms.Form):
    """Name and credentials of a channel. A saved secret is never shown; left empty, it stays."""

    name = forms.CharField(max_length=100, label=gettext_lazy("Name"))

    def __init__(self, channel: Channel, data: Any = None) -> None:
        super().__init__(data, initial={"name": channel.name})
        self.channel = channel
        for credential in channel.adapter.credentials:
            self.fields[credential.name] = self._field(credential)
            if self._is_removable(credential):
                self.fields[_removal(credential)] = forms.BooleanField(required=False)

    def entries(self) -> Iterator[Entry]:
        for credential in self.channel.adapter.credentials:
            removal = self[_removal(credential)] if self._is_removable(credential) else None
            yield Entry(credential, self[credential.name], self._is_saved(credential), removal)

    def clean(self) -> dict[str, Any]:
        for credential in self.channel.adapter.credentials:
            try:
                self._check_pattern(credential)
            except ValidationError as error:
                self.add_error(credential.name, error)
        if not self.errors and (twin := self._twin()):
            raise ValidationError(_("The channel “%(name)s” has these credentials already.") % {"name": twin})
        return self.cleaned_data

    def save(self) -> Channel:
        """Writes name and credentials only: health and counters change meanwhile."""
        channel = self.channel
        channel.name, channel.credentials = self.cleaned_data["name"], self._credentials()
        if channel.pk:
            channel.save(update_fields=["name", "credentials", "scope"])
        else:
            channel.save()
        return channel

    def _field(self, credential: Credential) -> forms.CharField:
        saved = self.channel.credentials.get(credential.name, "")
        made = secrets.token_urlsafe(GENERATED_BYTES) if credential.generated and not self.channel.pk else ""
        # What was just typed comes back after a mistake; what is saved never does.
        hidden = credential.secret and not made
        widget = forms.PasswordInput(render_value=True) if hidden else forms.TextInput()
        widget.attrs = {**widget.attrs, "autocomplete": "off", "spellcheck": "false"}
        if saved and credential.secret:
            widget.attrs["placeholder"] = _("saved — type to replace")
        needed = credential.required and not credential.generated and not (saved and credential.secret)
        initial = made or ("" if credential.secret else saved)
        return forms.CharField(
            label=credential.label, required=needed, widget=widget, initial=initial, max_length=2000
        )

    def _check_pattern(self, credential: Credential) -> None:
        given = self.cleaned_data.get(credential.name, "")
        if given and credential.pattern and not re.fullmatch(credential.pattern, given):
            raise ValidationError(_("This does not look like one."))

    def _credentials(self) -> dict[str, str]:
        found = {}
        for credential in self.channel.adapter.credentials:
            if value := self._value(credential):
                found[credential.name] = value
        return found

    def _value(self, credential: Credential) -> str:
        given = str(self.cleaned_data.get(credential.name, ""))
        saved = str(self.channel.credentials.get(credential.name, ""))
        if given or (saved and not credential.secret):
            return given
        if self.cleaned_data.get(_removal(credential)):
            return ""
        return saved or (secrets.token_urlsafe(GENERATED_BYTES) if credential.generated else "")

    def _twin(self) -> Channel | None:
        """Another channel for the same thing: two would each receive and answer half of it."""
        draft = Channel(kind=self.channel.kind)
        draft.credentials = self._credentials()
        wanted = _identity(draft)
        others = Channel.objects.filter(kind=draft.kind).exclude(pk=self.channel.pk)
        return next((other for other in others if _identity(other) == wanted), None)

    def _is_saved(self, credential: Credential) -> bool:
        return credential.secret and bool(self.channel.credentials.get(credential.name))

    def _is_removable(self, credential: Credential) -> bool:
        return self._is_saved(credential) and not credential.required


def _identity(channel: Channel) -> tuple[str, ...]:
    """What tells two channels of a kind apart: the scope and all that is not secret."""
    public = [credential.name for credential in channel.adapter.credentials if not credential.secret]
    scope = channel.adapter.scope(channel.config())
    return (scope, *(str(channel.credentials.get(name, "")) for name in public))


def _removal(credential: Credential) -> str:
    return f"remove-{credential.name}"
