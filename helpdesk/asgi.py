"""One server for everything: HTTP on a fixed pool of threads, WebSockets on the loop.

Django's own ASGI handler costs several times as much per request, and gives each request a new thread,
which persistent database connections do not survive.
"""

import gc
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.urls import path

from .wsgi import application as wsgi  # sets Django up, so it stands before what needs it

from inbox.consumer import InboxConsumer  # isort: skip

from .bodies import WholeBodies  # isort: skip
from .lifespan import Lifespan  # isort: skip

FILES_AT_ONCE = 4  # of the largest size


def most_bytes(path: str) -> int:
    """How much a request may carry: webhooks little, uploads several files."""
    if path.startswith("/webhooks/"):
        limit: int = settings.WEBHOOK_BODY_LIMIT
        return limit
    return FILES_AT_ONCE * int(settings.ATTACHMENT_LIMIT)


http = WholeBodies(cast(Any, WSGIMiddleware(cast(Any, wsgi), workers=settings.HTTP_THREADS)), most_bytes)
sockets = AllowedHostsOriginValidator(
    AuthMiddlewareStack(URLRouter([path("ws/inbox/", InboxConsumer.as_asgi())]))
)
lifespan = Lifespan()

# A full collection over a large heap is what makes a push late now and then.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    kind: str = scope["type"]
    match kind:
        case "http":
            await http(scope, receive, send)
        case "websocket":
            await sockets(scope, receive, send)
        case "lifespan":
            await lifespan(scope, receive, send)
        case _:
            raise ValueError(f"unknown protocol {kind}")
