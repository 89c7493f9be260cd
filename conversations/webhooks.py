"""The way in: prove, keep, understand, commit, and only then answer 200."""

import hashlib
import logging
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from channels_app.adapter import Reply, WebhookRequest
from channels_app.errors import InvalidSignature
from channels_app.models import Channel
from jobs.failpoints import reach

from . import processing
from .models import WebhookEvent

logger = logging.getLogger(__name__)
RETRY_AFTER = 5  # seconds
LONGEST_KEY = 200
DEADLOCK = "40P01"  # PostgreSQL's name for it
DEADLOCKS = 3  # in a row, before the provider is asked to come again


class BodyTooLarge(Exception):
    """More than WEBHOOK_BODY_LIMIT bytes."""


def _patient(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 503 when the database is out of reach, so that the provider tries again."""

    @wraps(view)
    def answer(request: HttpRequest, key: str) -> HttpResponse:
        try:
            return view(request, key)
        except (OperationalError, InterfaceError) as error:
            logger.warning("webhook not stored, the database is out of reach: %s", type(error).__name__)
            return HttpResponse(status=503, headers={"Retry-After": str(RETRY_AFTER)})

    return answer


@csrf_exempt
@_patient
def receive(request: HttpRequest, key: str) -> HttpResponse:
    """Take one request of a provider. 200 means: stored, whatever became of its items."""
    channel = Channel.objects.filter(webhook_key=key).first()
    if channel is None:
        return HttpResponse(status=404)
    try:
        incoming = _read(request)
    except BodyTooLarge:
        return HttpResponse("The body is too large.", status=413, content_type="text/plain")
    except UnreadablePostError:
        return HttpResponse(status=400)
    reach("ingest.read")
    return _answer(channel, incoming)


def _answer(channel: Channel, incoming: WebhookRequest) -> HttpResponse:
    config = channel.config()
    challenge = channel.adapter.handshake(incoming, config)
    if challenge is not None:
        return _respond(challenge)
    try:
        channel.adapter.verify(incoming, config)
    except InvalidSignature:
        channel.count_rejection(timezone.now())
        logger.warning("webhook for channel %s refused: signature", channel.pk)
        return HttpResponse(status=403)
    reach("ingest.verified")
    keep(channel, incoming)
    reach("ingest.committed")
    return _respond(channel.adapter.acknowledgement)


def keep(channel: Channel, incoming: WebhookRequest) -> None:
    """Store the raw request and all it says, in one transaction. A repeat ends at the first insert.

    Two batches that speak of the same conversations in another order may block each other: one goes first.
    """
    for _ in range(DEADLOCKS):
        try:
            return _keep(channel, incoming)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != DEADLOCK:
                raise
            logger.info("webhook for channel %s met another one, and goes again", channel.pk)
    return _keep(channel, incoming)


def _keep(channel: Channel, incoming: WebhookRequest) -> None:
    with transaction.atomic():
        event = _insert(channel, incoming)
        if event is not None:
            reach("ingest.stored")
            processing.process(event)


def _insert(channel: Channel, incoming: WebhookRequest) -> WebhookEvent | None:
    adapter = channel.adapter
    digest = hashlib.sha256(incoming.query.encode() + b"\n" + incoming.body).hexdigest()
    key = adapter.dedupe_key(incoming)
    kept = {name: incoming.header(name) for name in adapter.kept_headers if incoming.header(name)}
    try:
        with transaction.atomic():
            return WebhookEvent.objects.create(
                channel=channel,
                method=incoming.method[:10],
                url=incoming.url,
                query=incoming.query,
                headers=kept,
                body=incoming.body,
                dedupe_key=key if 0 < len(key) <= LONGEST_KEY else f"digest:{digest}",
            )
    except IntegrityError:
        return None


def _read(request: HttpRequest) -> WebhookRequest:
    body = request.read(settings.WEBHOOK_BODY_LIMIT + 1)
    if len(body) > settings.WEBHOOK_BODY_LIMIT:
        raise BodyTooLarge
    return WebhookRequest(
        method=request.method or "",
        url=settings.PUBLIC_URL + request.path,
        query=request.META.get("QUERY_STRING", ""),
        headers=dict(request.headers),
        body=body,
    )


def _respond(reply: Reply) -> HttpResponse:
    return HttpResponse(reply.body, status=reply.status, content_type=reply.content_type)
