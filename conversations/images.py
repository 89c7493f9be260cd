"""Received images made safe to show, by a process that may crash, starve or hang without harm to this one."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from django.conf import settings

logger = logging.getLogger(__name__)

TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
TIMEOUT = 60  # seconds; the other process ends itself after 20 of computing
ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH")  # the other process needs no secret of this one


@dataclass(frozen=True, kw_only=True)
class Picture:
    """The image upright and without metadata, and a small form of it; both files go when `prepared` ends."""

    mime_type: str
    width: int
    height: int
    display: Path
    thumbnail: Path


@contextmanager
def prepared(source: BinaryIO) -> Iterator[Picture | None]:
    """The image in `source`, a real file; None when it cannot be decoded within the limits."""
    with TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as directory:
        yield _prepare(source, Path(directory))


def _prepare(source: BinaryIO, directory: Path) -> Picture | None:
    source.flush()
    source.seek(0)
    try:
        done = subprocess.run(  # noqa: S603  our own module, no argument from outside
            [sys.executable, "-m", "conversations.raster", str(directory)],
            stdin=source,
            capture_output=True,
            check=True,
            timeout=TIMEOUT,
            cwd=settings.BASE_DIR,
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
        )
    except subprocess.SubprocessError as error:
        logger.info("an image could not be decoded: %s", type(error).__name__)
        return None
    facts = json.loads(done.stdout)
    return Picture(display=directory / "display", thumbnail=directory / "thumbnail", **facts)
