"""A stored file: what adapters upload, what drafts carry, what an attachment row says."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

from channels_app.content import MessageKind

from .models import Attachment, AttachmentState, Message

LONGEST_NAME = 200  # characters
LONGEST_EXTENSION = 20
PUBLIC_FOR = timedelta(hours=1)
# Separators of lines and paragraphs, and the marks that turn the direction of what follows.
MISLEADING = re.compile("[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_signer = TimestampSigner(salt="conversations.files.public")


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """Implements `channels_app.outbound.File`. `sha256` is of the bytes as they were received.

    Of an image the stored bytes differ from those: it is kept upright and without metadata.
    """

    name: str
    mime_type: str
    kind: MessageKind
    size: int
    sha256: str
    storage_name: str
    thumbnail_name: str = ""
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    uid: UUID | None = None  # of the attachment, once there is one

    def open(self) -> BinaryIO:
        """Raises FileNotFoundError when the storage has lost it."""
        return default_storage.open(self.storage_name, "rb")  # type: ignore[return-value]  # django's File

    def public_url(self) -> str:
        """An address that needs no sign-in for an hour. Only the file of a message has one."""
        if self.uid is None:
            raise ValueError("Only the file of a message has a public address.")
        return f"{settings.PUBLIC_URL}{reverse('public_file', args=[_signer.sign(str(self.uid))])}"

    def as_attachment(self, message: Message, position: int) -> Attachment:
        """Save the file as one of the message's."""
        return Attachment.objects.create(
            message=message, position=position, duration=self.duration, **self.facts()
        )

    def facts(self) -> dict[str, object]:
        """What an attachment row says of a stored file."""
        return {
            "kind": self.kind,
            "state": AttachmentState.STORED,
            "original_name": self.name,
            "mime_type": self.mime_type,
            "size": self.size,
            "width": self.width,
            "height": self.height,
            "sha256": self.sha256,
            "file": self.storage_name,
            "thumbnail": self.thumbnail_name,
        }

    def discard(self) -> None:
        """Take it out of the storage again."""
        for name in filter(None, (self.storage_name, self.thumbnail_name)):
            default_storage.delete(name)


def of(attachment: Attachment) -> StoredFile:
    """The file of a stored attachment."""
    return StoredFile(
        name=attachment.original_name,
        mime_type=attachment.mime_type,
        kind=MessageKind(attachment.kind),
        size=attachment.size or 0,
        sha256=attachment.sha256,
        storage_name=attachment.file.name or "",
        thumbnail_name=attachment.thumbnail.name or "",
        width=attachment.width,
        height=attachment.height,
        duration=attachment.duration,
        uid=attachment.uid,
    )


def read_token(token: str) -> UUID | None:
    """The attachment a public address names; None for a forged or expired one."""
    try:
        return UUID(_signer.unsign(token, max_age=PUBLIC_FOR))
    except BadSignature:
        return None


def clean_name(name: str) -> str:
    """A name safe to show and to save under: the last part of a path, without what cannot be seen."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(char for char in last if unicodedata.category(char) not in ("Cc", "Cs"))
    plain = " ".join(MISLEADING.sub("", unicodedata.normalize("NFC", seen)).split()).strip(". ")
    if len(plain) <= LONGEST_NAME:
        return plain
    suffix = PurePosixPath(plain).suffix
    extension = suffix if len(suffix) <= LONGEST_EXTENSION else ""
    return plain[: LONGEST_NAME - len(extension)] + extension
