"""The one HTTP client for provider calls: JSON in, JSON out, every failure named.

Redirects are never followed and bodies are capped. Downloads live in `download.py`.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx2

from .errors import OutcomeUnknown, TemporaryFailure

CONNECT_TIMEOUT = 5.0  # seconds
READ_TIMEOUT = 15.0
TOTAL_TIMEOUT = 30.0
MAX_BODY = 5 * 1024 * 1024  # bytes
USER_AGENT = "Mozilla/5.0 (compatible; helpdesk)"


@dataclass(frozen=True)
class Answer:
    """A complete answer. `data` is the parsed JSON object, or {} when the body is not one."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def data(self) -> dict[str, Any]:
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def retry_after(self) -> float | None:
        """Seconds from the Retry-After header; dates and nonsense are None."""
        value = self.headers.get("retry-after", "")
        return float(value) if value.isascii() and value.isdecimal() else None


@cache
def client() -> httpx2.Client:
    """One pooled client per process. Tests replace this function."""
    return httpx2.Client(
        timeout=httpx2.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT),
        follow_redirects=False,
        headers={"User-Agent": USER_AGENT},
        trust_env=False,
    )


def request(method: str, url: str, **options: Any) -> Answer:
    """Any method, with httpx's own options. The answer may have any status.

    Raises TemporaryFailure when the request certainly did not reach the provider, and OutcomeUnknown
    when it may have.
    """
    deadline = time.monotonic() + TOTAL_TIMEOUT
    try:
        with client().stream(method, url, **options) as response:
            body = _read(response, deadline)
            return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, body)
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
        raise TemporaryFailure("The provider could not be reached.", type(error).__name__) from error
    except (httpx2.TransportError, httpx2.DecodingError) as error:
        raise OutcomeUnknown("The provider's answer was lost.", type(error).__name__) from error
    except httpx2.InvalidURL as error:
        raise TemporaryFailure("The provider's address is not valid.", "InvalidURL") from error


def get(url: str, **options: Any) -> Answer:
    return request("GET", url, **options)


def post(url: str, **options: Any) -> Answer:
    return request("POST", url, **options)


def _read(response: httpx2.Response, deadline: float) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MAX_BODY or time.monotonic() > deadline:
            raise OutcomeUnknown("The provider's answer was too long or too slow.", "overrun")
    return bytes(body)
