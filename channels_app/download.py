"""Safe downloads: allowed hosts only, public addresses only, within a number of bytes and seconds.

The host is resolved once, every address is checked, and the connection goes to one of exactly those
addresses, so that a second, different answer of the name server is never used. Nothing is decompressed.
"""

from collections.abc import Iterable, Iterator, Mapping
from time import monotonic

import httpcore2
import httpx2
from django.conf import settings
from django.utils.http import parse_header_parameters

from . import addresses, pinned
from .errors import MediaUnavailable, TemporaryFailure
from .http import Answer
from .outbound import Download

TOTAL_TIMEOUT = 120.0  # seconds, from the look-up to the last byte
MAX_REDIRECTS = 3
REDIRECTS = {301, 302, 303, 307, 308}
TEMPORARY = {408, 425, 429}


def stream(
    url: str,
    *,
    allowed_hosts: tuple[str, ...],
    limit: int,
    headers: Mapping[str, str] | None = None,
    redirect_headers: bool = False,
) -> Download:
    """Open a download of at most `limit` bytes.

    `allowed_hosts`: exact names, or suffixes that begin with ".". `headers` go to the first host only, unless
    `redirect_headers`. Raises MediaUnavailable (with the status, when there is one) or TemporaryFailure, both
    also while the chunks are read.
    """
    target, sent, deadline = _parse(url), dict(headers or {}), monotonic() + TOTAL_TIMEOUT
    for _ in range(MAX_REDIRECTS + 1):
        response = _open(target, sent, allowed_hosts, deadline)
        if response.status not in REDIRECTS:
            return _download(response, limit)
        response.close()
        following = _parse(_location(response), target)
        if target.scheme == "https" and following.scheme != "https":
            raise MediaUnavailable("The file's server redirects to an unprotected address.")
        if following.host != target.host and not redirect_headers:
            sent = {}
        target = following
    raise MediaUnavailable("The file is behind too many redirects.")


def _parse(url: str, base: httpx2.URL | None = None) -> httpx2.URL:
    try:
        return base.join(url) if base else httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise MediaUnavailable("The file's address is not valid.") from error


def _open(
    url: httpx2.URL, headers: Mapping[str, str], allowed_hosts: Iterable[str], deadline: float
) -> httpcore2.Response:
    """Check one hop, then ask for it at a checked address. The caller closes the response."""
    host, port = url.raw_host.decode("ascii"), url.port or (443 if url.scheme == "https" else 80)
    if _is_simulator(url):
        found = addresses.resolve(host, port)
    else:
        _check(url, host, allowed_hosts)
        found = addresses.resolve_public(host, port)
    try:
        return pinned.get(url, port, found, headers, deadline)
    except pinned.NETWORK_ERRORS as error:
        raise TemporaryFailure("The file's server could not be reached.", type(error).__name__) from error


def _check(url: httpx2.URL, host: str, allowed_hosts: Iterable[str]) -> None:
    """Everything that can be said of an address without a look-up."""
    if url.scheme != "https" or url.port is not None or url.userinfo:
        raise MediaUnavailable("The file's address has a form that is not allowed.")
    if not any(host.endswith(name) if name.startswith(".") else host == name for name in allowed_hosts):
        raise MediaUnavailable("The file is at a host that does not belong to this channel.")


def _is_simulator(url: httpx2.URL) -> bool:
    """Whether the address is this development desk itself, the only one that may be local or plain http."""
    own = httpx2.URL(settings.PUBLIC_URL)
    same = (url.scheme, url.host, url.port, url.userinfo) == (own.scheme, own.host, own.port, b"")
    return bool(settings.SIMULATOR) and not settings.PRODUCTION and same


def _location(response: httpcore2.Response) -> str:
    location = _headers(response).get("location", "")
    if not location:
        raise MediaUnavailable("The file's server redirects to nowhere.", response.status)
    return location


def _headers(response: httpcore2.Response) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}


def _download(response: httpcore2.Response, limit: int) -> Download:
    headers = _headers(response)
    try:
        size = _accepted_size(response.status, headers, limit)
    except (MediaUnavailable, TemporaryFailure):
        response.close()
        raise
    return Download(
        chunks=_chunks(response, limit),
        mime_type=parse_header_parameters(headers.get("content-type", ""))[0],
        filename=_filename(headers.get("content-disposition", "")),
        size=size,
    )


def _accepted_size(status: int, headers: Mapping[str, str], limit: int) -> int | None:
    """The size the server promises, when it promises one. Raises for every answer that is not a file."""
    if status in TEMPORARY or status >= 500:
        retry_after = Answer(status, headers, b"").retry_after
        raise TemporaryFailure("The file's server is busy or failing.", str(status), retry_after)
    if status != 200:
        raise MediaUnavailable(f"The file's server answered {status}.", status)
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise MediaUnavailable("The file arrived compressed, which was not asked for.", status)
    length = headers.get("content-length", "")
    if length and int(length) > limit:
        raise MediaUnavailable("The file is larger than allowed.", status)
    return int(length) if length else None


def _filename(disposition: str) -> str:
    """The last part of the name the server gives, "" when it gives none."""
    try:
        name = parse_header_parameters(disposition)[1].get("filename", "")
    except (ValueError, LookupError):  # an encoding nobody knows
        return ""
    return name.replace("\\", "/").rpartition("/")[2][:255]


def _chunks(response: httpcore2.Response, limit: int) -> Iterator[bytes]:
    received = 0
    try:
        for chunk in response.iter_stream():
            received += len(chunk)
            if received > limit:
                raise MediaUnavailable("The file is larger than allowed.", response.status)
            yield chunk
    except pinned.NETWORK_ERRORS as error:
        raise TemporaryFailure(
            "The file's server broke off or was too slow.", type(error).__name__
        ) from error
    finally:
        response.close()
