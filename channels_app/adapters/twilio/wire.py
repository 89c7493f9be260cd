"""Twilio's own HTTP client with a time limit, the closed list of errors, and any address."""

import json
import logging
import ssl
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, SSLError

from channels_app.errors import OutcomeUnknown, SendError, TemporaryFailure

from . import errors

TIMEOUT = 10.0  # seconds, to connect and again to wait for each part of the answer
BAD_ADDRESS = (InvalidSchema, InvalidURL, MissingSchema)


class Wire(TwilioHttpClient):  # type: ignore[misc]
    """Every request of the library passes here; what comes back is a 2xx with a JSON object, or raises."""

    def __init__(self, base_url: str) -> None:
        # The library logs addresses and query strings; a logger without handlers or parents keeps them in.
        quiet = logging.Logger("twilio.quiet", logging.CRITICAL)
        super().__init__(timeout=TIMEOUT, max_retries=None, logger=quiet)
        self.base_url = base_url
        self.session.trust_env = False
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Response:
        try:
            response = super().request(method, self._place(url), *args, **options)
        except requests.RequestException as error:
            # The library's text holds the customer's number; only the error's name travels further.
            raise _from_transport(error) from None
        _check(response)
        return response

    def _place(self, url: str) -> str:
        """The same path below the channel's own address, when it has one."""
        if not self.base_url:
            return url
        parts = urlsplit(url)
        return self.base_url + parts._replace(scheme="", netloc="").geturl()


@lru_cache(maxsize=32)
def wire(base_url: str) -> Wire:
    """One pooled client per address. `base_url` "" means Twilio itself."""
    return Wire(base_url)


def _check(response: Response) -> None:
    answer = _object(response.text)
    if not 200 <= response.status_code < 300:
        code, retry_after = answer.get("code"), (response.headers or {}).get("Retry-After", "")
        raise errors.from_answer(
            response.status_code,
            str(code) if isinstance(code, int) else "",
            float(retry_after) if retry_after.isdecimal() else None,
        )
    if not answer:
        raise OutcomeUnknown("Twilio's answer cannot be read.", str(response.status_code))


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _from_transport(error: requests.RequestException) -> SendError:
    if isinstance(error, BAD_ADDRESS):
        return TemporaryFailure("The provider's address is not valid.", type(error).__name__)
    if isinstance(error, requests.ConnectTimeout) or _never_connected(error):
        return TemporaryFailure("Twilio could not be reached.", type(error).__name__)
    return OutcomeUnknown("Twilio's answer was lost.", type(error).__name__)


def _never_connected(error: requests.RequestException) -> bool:
    """No connection, or one whose certificate was refused: nothing was written to it."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else None
    if isinstance(reason, SSLError):
        return any(isinstance(detail, ssl.SSLCertVerificationError) for detail in reason.args)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)
