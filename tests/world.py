"""A desk made of real processes on one database, and a provider that keeps its own truth."""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Lock, Thread

from PIL import Image

from channels_app.adapter import WebhookRequest

from .databases import database_url
from .signing import CREDENTIALS, sign

FILE = {"ok": True, "result": {"file_id": "f", "file_unique_id": "u", "file_path": "photos/1.jpg"}}
ROOT = Path(__file__).resolve().parent.parent


class Provider:
    """Plays Telegram over real HTTP. `accepted` counts the copies of every text it took."""

    def __init__(self):
        self.accepted = Counter()
        self._lock = Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def accept(self, body):
        with self._lock:
            self.accepted[body["text"]] += 1
            number = 1000 + sum(self.accepted.values())
        chat = {"id": int(body["chat_id"]), "type": "private"}
        return {"ok": True, "result": {"message_id": number, "chat": chat, "date": 1786000000}}

    def _handler(provider):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                found = FILE if self.path.endswith("/getFile") else provider.accept(body)
                self.answer("application/json", json.dumps(found).encode())

            def do_GET(self):
                self.answer("image/jpeg", picture())

            def answer(self, mime_type, body):
                self.send_response(200)
                self.send_header("Content-Type", mime_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        return Handler


@dataclass
class World:
    """Start children on the test's database; look at its rows from outside."""

    directory: Path
    provider: Provider = field(default_factory=Provider)
    children: list = field(default_factory=list)
    hand: subprocess.Popen | None = None

    def __post_init__(self):
        self.environment = os.environ | {
            "DATABASE_URL": database_url(self.directory),
            "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
            "LOG_LEVEL": "CRITICAL",
            "REDIS_URL": "",
            "DATA_DIR": str(self.directory / "data"),
            "PUBLIC_URL": self.provider.url,
        }
        self.run("prepare", self.provider.url)

    def close(self):
        for child in self.children:
            child.kill()
            child.wait()
        self.provider.close()

    def start(self, function, *arguments, **environment):
        command = [sys.executable, str(ROOT / "tests" / "children.py"), function, *map(str, arguments)]
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.children.append(child)
        return child

    def run(self, function, *arguments, **environment):
        """Run to the end and return what it printed, as JSON; None when it was killed.

        With nothing special in its environment a child that lives on does it: starting one costs more.
        """
        if not environment:
            return self._ask(function, *map(str, arguments))
        child = self.start(function, *arguments, **environment)
        output, _ = child.communicate(timeout=100)
        assert child.returncode in (0, -9), f"{function} ended with {child.returncode}"
        return (json.loads(output) if output else {}) if child.returncode == 0 else None

    def _ask(self, *call):
        if self.hand is None or self.hand_environment != self.environment:
            self.hand, self.hand_environment = self.start("answer_calls"), dict(self.environment)
        self.hand.stdin.write(json.dumps(call) + "\n")
        self.hand.stdin.flush()
        answer = self.hand.stdout.readline()
        assert answer, f"{call[0]} did not end well"
        return json.loads(answer)

    def facts(self):
        return self.run("facts")

    def failpoint(self, k):
        """The environment that kills at the k-th point reached from now on."""
        return {"FAILPOINT": f"{k}:{self.directory / f'reached-{k}'}"}

    def requests(self, name, *bodies, kind="whatsapp"):
        """A file of signed webhook requests."""
        path = self.directory / name
        path.write_text("\n".join(json.dumps(_signed(kind, body)) for body in bodies))
        return path


def _signed(kind, body):
    raw = json.dumps(body)
    request = WebhookRequest(method="POST", url="", body=raw.encode())
    headers = dict(sign(kind, request, CREDENTIALS[kind]).headers)
    return {"path": f"/webhooks/{kind}/", "headers": headers, "body": raw}


def whatsapp_text(wamid, sender="447700900123", **fields):
    """The body of one WhatsApp message."""
    message = {
        "from": sender,
        "id": wamid,
        "timestamp": "1786000000",
        "type": "text",
        "text": {"body": wamid},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": CREDENTIALS["whatsapp"]["phone_number_id"]},
        "messages": [message | fields],
    }
    entry = {"id": "100200300400500", "changes": [{"field": "messages", "value": value}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def whatsapp_image(wamid):
    """A photo of an album."""
    return whatsapp_text(wamid, type="image", image={"id": f"media-{wamid}", "mime_type": "image/jpeg"})


def picture():
    """A small JPEG."""
    content = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(content, "JPEG")
    return content.getvalue()


def telegram_photo(update_id):
    update = telegram_text(update_id)
    size = {"file_id": f"f{update_id}", "file_unique_id": f"u{update_id}", "width": 40, "height": 30}
    del update["message"]["text"]
    update["message"]["photo"] = [size]
    return update


def telegram_text(update_id):
    person = {"id": 5500600700, "is_bot": False, "first_name": "Ada"}
    chat = {"id": 5500600700, "type": "private", "first_name": "Ada"}
    message = {"message_id": update_id, "from": person, "chat": chat, "date": 1786000000, "text": "Hello"}
    return {"update_id": update_id, "message": message}
