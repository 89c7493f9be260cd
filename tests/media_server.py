"""A TLS file server on loopback that plays every host on the internet, and the name server that leads to it.

The fixtures are loaded by conftest.
"""

import datetime
import ipaddress
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import Mock

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from channels_app import download, pinned

HOSTS = ("media.example.com", "cdn.media.example.com", "other.example.net")
KB = 1024
URL = "https://media.example.com/cat.jpg"
TOKEN = {"Authorization": "Bearer secret"}
PUBLIC = "93.184.216.34"
Answer = bytes | Callable[[], Iterable[bytes]]


@dataclass(frozen=True)
class Request:
    host: str
    path: str
    headers: dict[str, str]


@dataclass
class MediaServer:
    """`answers` by (host, path); `dialled` is every address anyone tried to connect to."""

    port: int
    tls: ssl.SSLContext
    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    dialled: list[str] = field(default_factory=list)
    accepted: int = 0

    def give(self, url_path: str, *parts: bytes, host: str = "media.example.com") -> None:
        self.answers[host, url_path] = b"".join(parts)


def file(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    return file(b"", f"Location: {location}", status=status)


class Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        server: MediaServer = self.server.media
        server.accepted += 1
        try:
            with server.tls.wrap_socket(self.request, server_side=True) as stream:
                self.answer(server, stream)
        except OSError:
            return  # the client refused the certificate or had enough

    def answer(self, server: MediaServer, stream: ssl.SSLSocket) -> None:
        with stream.makefile("rb") as lines:
            path = lines.readline().split()[1].decode()
            raw = iter(lines.readline, b"\r\n")
            headers = {k.lower(): v.strip() for k, v in (line.decode().split(":", 1) for line in raw)}
        server.requests.append(Request(headers["host"], path, headers))
        answer = server.answers[headers["host"], path]
        for part in [answer] if isinstance(answer, bytes) else answer():
            stream.sendall(part)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    media: MediaServer


def certificate(path: Path, hosts: Iterable[str] = HOSTS) -> Path:
    """A self-signed certificate with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "media")])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    return path


class Names:
    """Answers look-ups from a table; numbers and `localhost` as the system would. Counts the questions."""

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str]]] = {host: [[PUBLIC]] for host in HOSTS}
        self.asked: list[str] = []
        self.system = socket.getaddrinfo

    def __call__(self, host: str, port: int, *args: object, **options: object) -> list[tuple]:
        self.asked.append(host)
        if host not in self.answers:
            return self.system(host, port, *args, **options)
        answers = self.answers[host]
        current = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(family(ip), socket.SOCK_STREAM, 6, "", (ip, port)) for ip in current]


def family(ip: str) -> int:
    return socket.AF_INET if ipaddress.ip_address(ip).version == 4 else socket.AF_INET6


@pytest.fixture(scope="session")
def pem(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls") / "media.pem")


@pytest.fixture
def server(pem, monkeypatch):
    """Every connection, wherever it was meant to go, ends at this one listener and is written down."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem)
    with Server(("127.0.0.1", 0), Handler) as listener:
        media = listener.media = MediaServer(listener.server_address[1], tls)
        threading.Thread(target=listener.serve_forever, args=(0.01,), daemon=True).start()

        def dial(address, timeout=None, source_address=None):
            media.dialled.append(address[0])
            connection = socket.socket()
            connection.settimeout(timeout)
            connection.connect(("127.0.0.1", media.port))
            return connection

        monkeypatch.setattr(socket, "create_connection", dial)
        yield media
        listener.shutdown()


@pytest.fixture
def names(monkeypatch):
    names = Names()
    names.answers |= {"localhost": [["::1", "127.0.0.1"]], "localhost.": [["127.0.0.1"]]}
    monkeypatch.setattr(socket, "getaddrinfo", names)
    return names


@pytest.fixture
def internet(server, names, pem, monkeypatch):
    """The client trusts the server's certificate, whose names lead to a public address."""
    trusting = ssl.create_default_context(cafile=pem)
    monkeypatch.setattr(pinned, "tls_context", lambda: trusting)


@pytest.fixture
def clock(monkeypatch):
    """Seconds pass only when the test says so."""
    now = Mock(return_value=1000.0)
    monkeypatch.setattr(download, "monotonic", now)
    monkeypatch.setattr(pinned, "monotonic", now)
    return now


def fetch(url=URL, *, allowed_hosts=("media.example.com",), limit=64 * KB, **options):
    return download.stream(url, allowed_hosts=allowed_hosts, limit=limit, **options)


def body(*args, **options):
    return b"".join(fetch(*args, **options).chunks)
