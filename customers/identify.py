"""Who wrote: one identity per person and scope, however many address forms and simultaneous messages."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from channels_app.events import Chat, Party

from .models import Customer, Identity, IdentityAddress
from .phones import e164

NAME_LENGTH = 300


@dataclass(frozen=True)
class Scope:
    """Where addresses are unique: the kind of channel and what its provider scopes by."""

    kind: str
    scope: str


def identify(scope: Scope, party: Party, at: datetime) -> Identity:
    """The identity of a person, made on first sight; new address forms and profile facts are remembered."""
    identity = _find(scope, party.addresses) or _create(scope, party, at)
    _learn_addresses(scope, identity, party.addresses, at)
    _learn_profile(identity, party)
    return identity


def identify_group(scope: Scope, chat: Chat, at: datetime) -> Identity:
    """The identity that stands for a whole group or channel."""
    party = Party(addresses=(chat.address,), name=chat.title)
    identity = identify(scope, party, at)
    if not identity.is_group:
        identity.is_group = True
        identity.save(update_fields=["is_group"])
    return identity


def find(scope: Scope, addresses: tuple[str, ...]) -> Identity | None:
    """The identity that has one of these addresses, if any."""
    return _find(scope, addresses)


def _find(scope: Scope, addresses: tuple[str, ...]) -> Identity | None:
    forms = IdentityAddress.objects.filter(kind=scope.kind, scope=scope.scope, address__in=addresses)
    by_address = {form.address: form.identity for form in forms.select_related("identity__customer")}
    return next((by_address[address] for address in addresses if address in by_address), None)


def _create(scope: Scope, party: Party, at: datetime) -> Identity:
    """Insert under a savepoint; whoever loses the race on any address form takes the winner's row."""
    try:
        with transaction.atomic():
            customer = Customer.objects.create(name=_display_name(party), locale=party.locale[:20])
            identity = Identity.objects.create(
                customer=customer, kind=scope.kind, scope=scope.scope, address=party.addresses[0]
            )
            IdentityAddress.objects.bulk_create(_form(scope, identity, form, at) for form in party.addresses)
    except IntegrityError:
        winner = _find(scope, party.addresses)
        if winner is None:
            raise
        return winner
    return identity


def _learn_addresses(scope: Scope, identity: Identity, addresses: tuple[str, ...], at: datetime) -> None:
    known = set(identity.addresses.values_list("address", flat=True))
    new = [_form(scope, identity, address, at) for address in addresses if address not in known]
    if new:
        IdentityAddress.objects.bulk_create(new, ignore_conflicts=True)


def _learn_profile(identity: Identity, party: Party) -> None:
    facts = {
        "profile_name": clean(party.name)[:NAME_LENGTH],
        "username": clean(party.username).lstrip("@")[:200],
        "phone": e164(party.phone) if party.phone else "",
    }
    changed = [name for name, value in facts.items() if value and getattr(identity, name) != value]
    for name in changed:
        setattr(identity, name, facts[name])
    if changed:
        identity.save(update_fields=changed)
    if not identity.customer.name and _display_name(party):
        identity.customer.name = _display_name(party)
        identity.customer.save(update_fields=["name"])


def clean(text: str) -> str:
    """Without NUL, which PostgreSQL cannot store."""
    return text.replace("\x00", "")


def _display_name(party: Party) -> str:
    name = clean(party.name).strip() or clean(party.username) or party.phone
    return name[:NAME_LENGTH]


def _form(scope: Scope, identity: Identity, address: str, at: datetime) -> IdentityAddress:
    return IdentityAddress(identity=identity, kind=scope.kind, scope=scope.scope, address=address, seen_at=at)


def add_address(scope: Scope, identity: Identity, address: str, at: datetime) -> None:
    """The provider vouches that this is another form of the same identity."""
    IdentityAddress.objects.bulk_create([_form(scope, identity, address, at)], ignore_conflicts=True)
