"""The desk and the simulator in one process: adapters and webhooks meet without a network or a clock."""

import heapq
import itertools
from collections import defaultdict, deque

import httpx2
import requests
from django.core.handlers.wsgi import WSGIHandler

from channels_app import http
from channels_app.models import Channel
from simulator import courier, deliver
from simulator.models import Phone

from .signing import CREDENTIALS

URL = "http://desk.test"
PATHS = {"whatsapp": "graph", "telegram": "telegram", "twilio_sms": "twilio", "twilio_whatsapp": "twilio"}
ADDRESSES = {
    "whatsapp": "447700900123",
    "telegram": "5500600700",
    "twilio_sms": "+15005550101",
    "twilio_whatsapp": "+15005550101",
}
KINDS = tuple(PATHS)


class Patient:
    """A courier whose tasks wait until `run`, and then happen in the order they are due."""

    def __init__(self):
        self.due, self.numbers, self.now = [], itertools.count(), 0.0

    def after(self, seconds, task, *args):
        heapq.heappush(self.due, (self.now + seconds, next(self.numbers), task, args))

    def run(self, until=float("inf")):
        while self.due and self.due[0][0] <= until:
            self.now, _, task, args = heapq.heappop(self.due)
            task(*args)


class Desk:
    """`posted`: every webhook that reached the desk; `answers`: statuses to give in place of the desk's own."""

    def __init__(self, monkeypatch, settings):
        settings.PUBLIC_URL = URL
        self.courier, self.posted, self.answers = Patient(), [], []
        self.client = httpx2.Client(transport=httpx2.WSGITransport(app=WSGIHandler()))
        monkeypatch.setattr(http, "client", lambda: self.client)
        monkeypatch.setattr(courier, "courier", self.courier)
        monkeypatch.setattr(deliver, "post", self._post)
        monkeypatch.setattr(deliver, "_lanes", defaultdict(deque))
        monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", self._send)

    def phone(self, kind, channel=None, **fields):
        fields = {"name": "Ada Tester", "address": ADDRESSES[kind], **fields}
        return Phone.objects.create(channel=channel or self.channel(kind), **fields)

    def channel(self, kind):
        base = {"base_url": f"{URL}/simulator/{PATHS[kind]}"}
        return Channel.objects.create(kind=kind, name="Harbour", credentials=CREDENTIALS[kind], settings=base)

    def run(self, until=float("inf")):
        self.courier.run(until)

    def events(self):
        """What the adapters make of everything posted, each signature checked."""
        return [event for webhook in self.posted for event in understood(webhook)]

    def _post(self, webhook):
        if self.answers:
            return self.answers.pop(0)
        self.posted.append(webhook)
        headers = dict(webhook.headers)
        return self.client.post(webhook.address, content=webhook.body, headers=headers).status_code

    def _send(self, request, **options):
        given = self.client.request(
            request.method, request.url, content=request.body, headers=dict(request.headers)
        )
        answer = requests.Response()
        answer.status_code, answer._content = given.status_code, given.content
        answer.headers.update(given.headers)
        return answer


def understood(webhook):
    channel, request = webhook.channel, webhook.as_request()
    channel.adapter.verify(request, channel.config())
    return channel.adapter.parse(request, channel.config())
