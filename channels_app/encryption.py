"""Secrets at rest: a JSON object encrypted with the first configured key, readable with any of them."""

import base64
import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


def box() -> MultiFernet:
    """All keys of CREDENTIAL_KEYS, the encrypting one first. A key may be any long string."""
    if not settings.CREDENTIAL_KEYS:
        raise ImproperlyConfigured("CREDENTIAL_KEYS is empty: credentials cannot be stored.")
    return _box(tuple(settings.CREDENTIAL_KEYS))


@cache
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_fernet_key(key)) for key in keys])


def _fernet_key(key: str) -> bytes:
    digest = hashlib.scrypt(key.encode(), salt=b"helpdesk.credentials", n=2**10, r=8, p=1, dklen=32)
    return base64.urlsafe_b64encode(digest)


def encrypt(value: dict[str, Any]) -> str:
    return box().encrypt(json.dumps(value).encode()).decode()


def decrypt(token: str) -> dict[str, Any]:
    """The stored object. Raises ImproperlyConfigured when no configured key fits."""
    try:
        value: dict[str, Any] = json.loads(box().decrypt(token.encode()))
    except InvalidToken as error:
        raise ImproperlyConfigured("No key in CREDENTIAL_KEYS can read the stored credentials.") from error
    return value


if TYPE_CHECKING:
    Text = models.TextField[Any, Any]
else:
    Text = models.TextField


class EncryptedJSONField(Text):
    """A dict in Python, an encrypted text in the database."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypt(value)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return {} if not value else decrypt(value)

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, dict) else {}
