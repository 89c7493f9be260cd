"""What a Twilio request carries: form fields in the body, or in the query of a GET."""

from urllib.parse import parse_qsl

from django.utils.datastructures import MultiValueDict

from channels_app.adapter import WebhookRequest
from channels_app.errors import MalformedPayload

FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 1000


def is_form(request: WebhookRequest) -> bool:
    content_type = request.header("Content-Type").partition(";")[0].strip().lower()
    return request.method == "POST" and content_type == FORM


def posted(request: WebhookRequest) -> MultiValueDict[str, str]:
    """The fields of the body, blank and repeated ones too; none when the body is not a form.

    Raises MalformedPayload when they are not UTF-8.
    """
    return _read(request.body) if is_form(request) else MultiValueDict()


def fields(request: WebhookRequest) -> dict[str, str]:
    """Every field of the message or status; of a repeated name the last. Raises MalformedPayload."""
    found = _read(request.query.encode()) if request.method == "GET" else posted(request)
    return {name: values[-1] for name, values in found.lists()}


def _read(raw: bytes) -> MultiValueDict[str, str]:
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise MalformedPayload("The fields cannot be read.") from error
    found: MultiValueDict[str, str] = MultiValueDict()
    for name, value in pairs:
        found.appendlist(name, value)
    return found
