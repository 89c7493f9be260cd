"""Files as they leave: to agents who may see the conversation, and to providers with a signed address."""

import re
from collections.abc import Iterator, Mapping
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.models import Agent

from . import access, files, images
from .models import Attachment, AttachmentState, Direction

BLOCK = 64 * 1024  # bytes
# What a browser may show in place. Everything else is for saving; an image here was written by us.
INLINE = images.TYPES | {"video/mp4", "video/webm", "video/ogg", "video/quicktime", "video/3gpp"}
GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Accept-Ranges": "bytes",
}
FOR_AGENTS = {
    **GUARDS,
    "Cache-Control": "private, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FOR_PROVIDERS = {**GUARDS, "Cache-Control": "private, no-store"}
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


@require_safe
@login_required
def attachment(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The file. It never changes under its address."""
    found = _visible(request, uid)
    shown = found.mime_type in INLINE or found.mime_type.startswith("audio/")
    mime_type = found.mime_type if shown else "application/octet-stream"
    return _answer(request, found.file.name, mime_type, found.original_name, not shown, FOR_AGENTS)


@require_safe
@login_required
def thumbnail(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The small form of an image; 404 for everything without one."""
    found = _visible(request, uid)
    return _answer(request, found.thumbnail.name, "image/webp", "thumbnail.webp", False, FOR_AGENTS)


@require_safe
def public_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """A file that is being sent, for the provider that fetches it. The token is all it has to show."""
    rows = Attachment.objects.filter(message__direction=Direction.OUT, state=AttachmentState.STORED)
    uid = files.read_token(token)
    found = rows.filter(uid=uid).first() if uid else None
    if found is None:
        raise Http404
    return _answer(request, found.file.name, found.mime_type, found.original_name, True, FOR_PROVIDERS)


def _visible(request: HttpRequest, uid: UUID) -> Attachment:
    if not isinstance(request.user, Agent):
        raise Http404
    found = access.attachment(request.user, uid)
    if found.state != AttachmentState.STORED:
        raise Http404
    return found


def _answer(
    request: HttpRequest,
    storage_name: str | None,
    mime_type: str,
    name: str,
    save: bool,
    headers: Mapping[str, str],
) -> HttpResponseBase:
    if not storage_name or not default_storage.exists(storage_name):
        raise Http404
    size = default_storage.size(storage_name)
    asked = _part(request, size)
    if asked is not None and not asked:
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    part = asked or range(size)
    response = StreamingHttpResponse(
        () if request.method == "HEAD" else _blocks(storage_name, part),
        status=206 if asked else 200,
        content_type=mime_type,
        headers={**headers, "Content-Length": str(len(part))},
    )
    if asked:
        response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    if disposition := content_disposition_header(save, name):
        response["Content-Disposition"] = disposition
    return response


def _part(request: HttpRequest, size: int) -> range | None:
    """The bytes asked for; an empty range when there are none such, None when the whole file will do.

    Several ranges at once, and conditions on a version, are answered with the whole file, as RFC 9110 allows.
    """
    match = RANGE.fullmatch(request.headers.get("Range", "").strip())
    if request.method != "GET" or not match or "If-Range" in request.headers:
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size) if last else None
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


def _blocks(storage_name: str, part: range) -> Iterator[bytes]:
    left = len(part)
    with default_storage.open(storage_name) as source:
        source.seek(part.start)
        while left and (block := source.read(min(BLOCK, left))):
            left -= len(block)
            yield block
