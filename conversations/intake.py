"""A file comes in, from a provider or an agent: measured, recognised, made safe, stored."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO
from uuid import uuid4

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import timezone

from channels_app.content import MessageKind

from . import filetypes, images
from .files import StoredFile, clean_name


class Refused(ValueError):
    """The file is not taken. The text is a sentence for people."""


def store(
    chunks: Iterable[bytes],
    *,
    name: str,
    claimed_type: str,
    hint: MessageKind | None,
    limit: int,
    sha256: str = "",
) -> StoredFile:
    """Keep the file under a generated name. `hint`: what the sender calls it; `sha256`: what it has to be.

    Raises Refused for an empty, too large (over `limit` bytes) or damaged file, before anything is stored.
    """
    with TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as received:
        size, digest = _receive(chunks, received, limit)
        if sha256 and sha256.lower() != digest:
            raise Refused("The file was damaged on the way.")
        head, tail = _ends(received, size)
        mime_type = filetypes.sniff(head, tail, claimed=claimed_type, name=name)
        if mime_type in images.TYPES:
            return _keep_image(received, name=name, hint=hint, size=size, sha256=digest)
        return _keep(received, name=name, mime_type=mime_type, hint=hint, size=size, sha256=digest)


def _receive(chunks: Iterable[bytes], target: BinaryIO, limit: int) -> tuple[int, str]:
    """Write the chunks down; return their size and digest."""
    size, digest = 0, hashlib.sha256()
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise Refused(f"The file is too large: the most is {limit / 1024 / 1024:.1f} MB here.")
        digest.update(chunk)
        target.write(chunk)
    if not size:
        raise Refused("The file is empty.")
    return size, digest.hexdigest()


def _ends(received: BinaryIO, size: int) -> tuple[bytes, bytes]:
    received.seek(0)
    head = received.read(filetypes.HEAD)
    received.seek(max(0, size - filetypes.HEAD))
    return head, received.read()


def _keep_image(
    received: BinaryIO, *, name: str, hint: MessageKind | None, size: int, sha256: str
) -> StoredFile:
    with images.prepared(received) as picture:
        if picture is None:
            return _keep(
                received, name=name, mime_type=filetypes.UNKNOWN, hint=None, size=size, sha256=sha256
            )
        kind = _kind(picture.mime_type, hint)
        return StoredFile(
            name=_shown_name(name, kind, picture.mime_type),
            mime_type=picture.mime_type,
            kind=kind,
            size=picture.display.stat().st_size,
            sha256=sha256,
            storage_name=_save_path(picture.display, picture.mime_type),
            thumbnail_name=_save_path(picture.thumbnail, "image/webp"),
            width=picture.width,
            height=picture.height,
        )


def _keep(
    received: BinaryIO, *, name: str, mime_type: str, hint: MessageKind | None, size: int, sha256: str
) -> StoredFile:
    kind = _kind(mime_type, hint)
    return StoredFile(
        name=_shown_name(name, kind, mime_type),
        mime_type=mime_type,
        kind=kind,
        size=size,
        sha256=sha256,
        storage_name=_save(received, mime_type),
    )


def _kind(mime_type: str, hint: MessageKind | None) -> MessageKind:
    """What the content can be shown as; the hint only where it fits."""
    family = mime_type.partition("/")[0]
    if hint is MessageKind.DOCUMENT or (family == "image" and mime_type not in images.TYPES):
        return MessageKind.DOCUMENT
    if hint is MessageKind.VOICE and family == "audio":
        return MessageKind.VOICE
    if hint is MessageKind.STICKER and mime_type == "image/webp":
        return MessageKind.STICKER
    return KINDS.get(family, MessageKind.DOCUMENT)


KINDS = {"image": MessageKind.IMAGE, "audio": MessageKind.AUDIO, "video": MessageKind.VIDEO}


def _shown_name(name: str, kind: MessageKind, mime_type: str) -> str:
    return clean_name(name) or kind.value + filetypes.extension(mime_type)


def _save_path(path: Path, mime_type: str) -> str:
    with path.open("rb") as source:
        return _save(source, mime_type)


def _save(source: BinaryIO, mime_type: str) -> str:
    """Store the whole file; return the name it got, which tells nothing of where it came from."""
    source.seek(0)
    return default_storage.save(
        f"{timezone.now():%Y/%m}/{uuid4()}{filetypes.extension(mime_type)}", File(source)
    )
