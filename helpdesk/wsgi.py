"""HTTP: Django's handler, with a bare one beside it for webhooks."""

import os
from collections.abc import Iterable
from typing import Any

import django
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.urls import ResolverMatch, get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
django.setup(set_prefix=False)


class BareHandler(WSGIHandler):
    """No sessions, cookies, CSRF or languages: a webhook proves itself by its signature."""

    def load_middleware(self, is_async: bool = False) -> None:
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        self._middleware_chain = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Look the webhook up without making its few addresses the only ones of the thread."""
        match = get_resolver("conversations.urls").resolve(request.path_info)
        request.resolver_match = match
        return match


pages = WSGIHandler()
webhooks = BareHandler()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    bare = environ.get("PATH_INFO", "").startswith("/webhooks/")
    return (webhooks if bare else pages)(environ, start_response)
