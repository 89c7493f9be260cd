"""What happens before a process serves: nonsense is refused in sentences. The server's flags live here."""

import logging
import os
import socket
import sys
from typing import NoReturn

from django.core import checks
from django.db import connections

logger = logging.getLogger(__name__)

SERVER_FLAGS = (
    "--workers=1",
    "--lifespan=on",
    "--timeout-graceful-shutdown=20",
    "--ws-ping-interval=20",
    "--ws-max-size=65536",
    "--ws-per-message-deflate=false",
    "--no-server-header",
    "--no-proxy-headers",  # TRUSTED_PROXIES decides whom to believe
    "--no-access-log",  # webhook addresses hold a key
    "--log-level=warning",  # below it, three lines for every page's socket
)


def refuse_nonsense() -> None:
    """Run every system check, the database's too. Raises SystemExit with one sentence per error."""
    found = [
        message for message in checks.run_checks(databases=list(connections)) if not message.is_silenced()
    ]
    errors = [message for message in found if message.is_serious()]
    for message in found:
        if message not in errors:
            logger.warning("%s", _sentence(message))
    if errors:
        raise SystemExit("\n".join(["The desk does not start:", *map(_sentence, errors)]))


def refuse_taken_port() -> None:
    """Raises SystemExit when something else listens on HOST and PORT."""
    host, port = _address()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            remedy = f"Stop what uses it, or choose another port: make run PORT={port + 1}"
            raise SystemExit(f"{host}:{port} cannot be used ({error.strerror}). {remedy}") from error


def become_server() -> NoReturn:
    """Replace this process with the server, so that a signal reaches it directly."""
    host, port = _address()
    address = [f"--host={host}", f"--port={port}"]
    command = [sys.executable, "-m", "uvicorn", "helpdesk.asgi:application", *address, *SERVER_FLAGS]
    os.execv(command[0], command)  # noqa: S606


def _address() -> tuple[str, int]:
    return os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))


def _sentence(message: checks.CheckMessage) -> str:
    return " ".join(filter(None, [f"({message.id})", str(message.msg), str(message.hint or "")]))
