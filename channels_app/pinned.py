"""One HTTP request over a fresh connection to an address chosen by the caller, ended by a deadline."""

import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import Any

import httpcore2
import httpx2

from .addresses import IPAddress
from .http import CONNECT_TIMEOUT, READ_TIMEOUT, USER_AGENT

MAX_ADDRESSES = 3  # tried in turn when a host has several
NETWORK_ERRORS = (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.RemoteProtocolError)


@cache
def tls_context() -> ssl.SSLContext:
    """One context per process. Tests replace this function."""
    return httpx2.create_ssl_context(trust_env=False)


def get(
    url: httpx2.URL, port: int, addresses: Sequence[IPAddress], headers: Mapping[str, str], deadline: float
) -> httpcore2.Response:
    """The head of the answer; its body is read, undecoded, with `iter_stream`. The caller closes it.

    Certificate, TLS server name and Host header are those of the URL. `deadline` is on the monotonic clock
    and holds for the body too. Raises one of NETWORK_ERRORS.
    """
    origin = httpcore2.Origin(url.raw_scheme, url.raw_host, port)
    backend = _PinnedBackend([str(address) for address in addresses[:MAX_ADDRESSES]], deadline)
    connection = httpcore2.HTTPConnection(origin, tls_context(), network_backend=backend)
    try:
        return connection.handle_request(_request(url, port, headers))
    except NETWORK_ERRORS:
        connection.close()
        raise


def _request(url: httpx2.URL, port: int, headers: Mapping[str, str]) -> httpcore2.Request:
    own = {
        "Host": url.netloc.decode("ascii"),
        "User-Agent": USER_AGENT,
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",  # closing the answer closes the socket
    }
    timeouts = {"connect": CONNECT_TIMEOUT, "read": READ_TIMEOUT, "write": READ_TIMEOUT}
    return httpcore2.Request(
        "GET",
        httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=port, target=url.raw_path),
        headers=list((dict(headers) | own).items()),
        extensions={"timeout": timeouts},
    )


class _PinnedBackend(httpcore2.NetworkBackend):
    """Connects to the given addresses, whatever the host is called; TLS still verifies the host's name."""

    def __init__(self, pinned: Sequence[str], deadline: float) -> None:
        self._pinned = pinned
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        *others, last = self._pinned
        for address in others:
            try:
                return self._connect(address, port, timeout)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return self._connect(last, port, timeout)

    def _connect(self, address: str, port: int, timeout: float | None) -> httpcore2.NetworkStream:
        left = _time_left(self._deadline, timeout, httpcore2.ConnectTimeout)
        return _TimedStream(httpcore2.SyncBackend().connect_tcp(address, port, left), self._deadline)


@dataclass(frozen=True)
class _TimedStream(httpcore2.NetworkStream):
    """A stream on which no wait outlasts the deadline, however slowly the bytes drip."""

    inner: httpcore2.NetworkStream
    deadline: float

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.inner.read(max_bytes, _time_left(self.deadline, timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.inner.write(buffer, _time_left(self.deadline, timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self.inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        left = _time_left(self.deadline, timeout, httpcore2.ConnectTimeout)
        return _TimedStream(self.inner.start_tls(ssl_context, server_hostname, left), self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)


def _time_left(deadline: float, timeout: float | None, expired: type[httpcore2.TimeoutException]) -> float:
    """The shorter of the deadline and the timeout, in seconds."""
    left = min(deadline - monotonic(), READ_TIMEOUT if timeout is None else timeout)
    if left <= 0:
        raise expired("The download took too long.")
    return left
