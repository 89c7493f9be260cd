"""Print what captured webhook requests mean: JSON Lines in, one JSON object per line out. No database.

A line: {"method", "path", "query", "headers", "body" or "body_base64", "credentials"}; all may be left out.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from channels_app.adapter import Adapter
from channels_app.captured import escaped, understand
from channels_app.registry import ADAPTERS

STANDARD_INPUT = "-"


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", help=", ".join(ADAPTERS))
        parser.add_argument("file", nargs="?", default=STANDARD_INPUT)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["kind"] not in ADAPTERS:
            raise CommandError(f"There is no kind {options['kind']!r}. Known: {', '.join(ADAPTERS)}.")
        if reconfigure := getattr(self.stdout, "reconfigure", None):
            reconfigure(encoding="utf-8")
        for line in _lines(options["file"]):
            meaning = _meaning(line, ADAPTERS[options["kind"]])
            self.stdout.write(escaped(json.dumps(meaning, ensure_ascii=False)))
            self.stdout.flush()


def _lines(file: str) -> Iterator[bytes]:
    """Those that are not blank."""
    if file == STANDARD_INPUT:
        yield from filter(bytes.strip, sys.stdin.buffer)
        return
    try:
        with Path(file).open("rb") as found:
            yield from filter(bytes.strip, found)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from error


def _meaning(line: bytes, adapter: Adapter) -> dict[str, Any]:
    try:
        return understand(line, adapter)
    except Exception as error:  # noqa: BLE001  an adapter's mistake is a finding, and the next line waits
        return {"error": f"{type(error).__name__}: {error}"}
