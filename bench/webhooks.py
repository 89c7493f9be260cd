"""WhatsApp messages as the provider would post them: signed, about a kilobyte each, no two alike."""

import hashlib
import hmac
import itertools
import json
import random
import time
from collections.abc import Iterator

CREDENTIALS = {
    "whatsapp": {
        "app_secret": "benchmark-app-secret",
        "access_token": "benchmark-access-token",
        "verify_token": "benchmark-verify-token",
        "phone_number_id": "106500000000001",
        "waba_id": "100200300400500",
    },
    "telegram": {"token": "8100200300:benchmarkbenchmarkbenchmarkbenchmark", "secret_token": "benchmark"},
}
SCOPES = {"whatsapp": "100200300400500", "telegram": "8100200300"}
TEXT = "Hello, the parcel with the blue lamp has not arrived yet. Could you look where it is? " * 5


def address(customer: int) -> str:
    return str(447_700_000_000 + customer)


def requests(customers: int, path: str = "/webhooks/whatsapp/") -> Iterator[bytes]:
    """Complete HTTP requests without end, each from one of the customers with a WhatsApp identity."""
    numbers, run = random.Random(1), time.time_ns()  # noqa: S311  nothing secret
    template = json.dumps(_body("NUMBER", "ADDRESS", "MOMENT"))
    secret = CREDENTIALS["whatsapp"]["app_secret"].encode()
    for number in itertools.count(1):
        sender = numbers.randrange(1, customers + 1, 2)
        text = (
            template.replace("NUMBER", f"{run:x}-{number:08}")
            .replace("ADDRESS", address(sender))
            .replace("PERSON", str(sender))
        )
        body = text.replace("MOMENT", str(int(time.time()))).encode()
        digest = hmac.new(secret, body, hashlib.sha256).hexdigest()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"User-Agent: facebookexternalua\r\nX-Hub-Signature-256: sha256={digest}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


def _body(number: str, sender: str, moment: str) -> dict[str, object]:
    message = {
        "from": sender,
        "id": f"wamid.{number}",
        "timestamp": moment,
        "type": "text",
        "text": {"body": TEXT.strip()},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": "15550102030",
            "phone_number_id": CREDENTIALS["whatsapp"]["phone_number_id"],
        },
        "contacts": [{"profile": {"name": "Customer PERSON"}, "wa_id": sender}],
        "messages": [message],
    }
    changes = [{"field": "messages", "value": value}]
    return {"object": "whatsapp_business_account", "entry": [{"id": SCOPES["whatsapp"], "changes": changes}]}
