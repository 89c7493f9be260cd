"""A webhook that is read, verified and answered, without a database, on the product's handler and server."""

import json

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, get_resolver, path
from django.views.decorators.csrf import csrf_exempt

from helpdesk.wsgi import BareHandler  # sets Django up, so it stands before what needs it

from channels_app.adapter import ChannelConfig, WebhookRequest  # isort: skip
from channels_app.registry import adapter  # isort: skip

from .webhooks import CREDENTIALS

CONFIG = ChannelConfig(kind="whatsapp", credentials=CREDENTIALS["whatsapp"])


@csrf_exempt
def receive(request: HttpRequest) -> HttpResponse:
    incoming = WebhookRequest(
        method=request.method or "", url="", headers=dict(request.headers), body=request.read()
    )
    if incoming.method == "POST":
        adapter(CONFIG.kind).verify(incoming, CONFIG)
        json.loads(incoming.body)
    return HttpResponse("", content_type="text/plain")


urlpatterns = [path("", receive)]


class Handler(BareHandler):
    """The handler of webhooks, with one address."""

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        match = get_resolver("bench.verify_only").resolve(request.path_info)
        request.resolver_match = match
        return match


application = WSGIMiddleware(Handler(), workers=settings.HTTP_THREADS)  # type: ignore[arg-type]
