"""The provider's truth: which phones exist, which messages it took, which files it keeps."""

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from channels_app.models import Channel
from channels_app.storable import storable

from .models import MessageState, Phone, PhoneMessage, ProviderFile

MEDIA = Path(__file__).parent / "media"
WINDOW = timedelta(hours=24)


def channels(*kinds: str) -> Iterator[Channel]:
    """Credentials are encrypted, so a provider finds its account by looking at all of them."""
    return Channel.objects.filter(kind__in=kinds).iterator()


def phone(channel: Channel, address: str) -> Phone | None:
    return Phone.objects.filter(channel=channel, address=address).first()


def reach(channel: Channel, address: str) -> Phone:
    """The phone with this number. Every number has somebody behind it; unknown ones are named by it."""
    found, _ = Phone.objects.get_or_create(
        channel=channel, address=address, defaults={"name": f"+{address.removeprefix('+')}"}
    )
    return found


def message(phone: Phone, provider_id: str) -> PhoneMessage | None:
    return phone.messages.filter(provider_id=provider_id).last() if provider_id else None


def take(
    phone: Phone,
    *,
    from_customer: bool,
    provider_id: str = "",
    files: Iterable[ProviderFile] = (),
    at: datetime | None = None,
    **fields: Any,
) -> PhoneMessage:
    """Store a message. Without `provider_id` its number in the table becomes its id."""
    state = MessageState.SENDING if from_customer else MessageState.ACCEPTED
    new = PhoneMessage.objects.create(
        phone=phone,
        from_customer=from_customer,
        provider_id=provider_id,
        state=state,
        at=at or timezone.now(),
        **storable(fields),
    )
    if not provider_id:
        new.provider_id = str(new.pk)
        new.save(update_fields=["provider_id"])
    new.files.set(files)
    return new


def file(channel: Channel, name: str, mime_type: str, content: bytes, key: str = "") -> ProviderFile:
    """Keep a file. The name on disk is the key: the given one is somebody else's text."""
    key = key or secrets.token_hex(16)
    stored = ContentFile(content, name=key)
    return ProviderFile.objects.create(
        channel=channel, key=key, name=name[:255], mime_type=mime_type, size=len(content), content=stored
    )


def sample(channel: Channel, name: str, mime_type: str, key: str = "") -> ProviderFile:
    """One of the files a simulated customer has at hand."""
    return file(channel, name, mime_type, (MEDIA / name).read_bytes(), key)


def window_open(phone: Phone) -> bool:
    """Whether the customer wrote within the last 24 hours."""
    last = phone.messages.filter(from_customer=True).last()
    return last is not None and last.at > timezone.now() - WINDOW


def show_typing(phone: Phone, seconds: float) -> None:
    phone.typing_until = timezone.now() + timedelta(seconds=seconds)
    phone.save(update_fields=["typing_until"])


def stop_typing(phone: Phone) -> None:
    phone.typing_until = None
    phone.save(update_fields=["typing_until"])


def mark_read(read: PhoneMessage) -> None:
    """The business has read this message and all before it."""
    earlier = read.phone.messages.filter(from_customer=True, at__lte=read.at)
    earlier.exclude(state=MessageState.FAILED).update(state=MessageState.READ)
