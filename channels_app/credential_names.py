"""Credentials under names maintainers also use: `bot_token`, `TWILIO_AUTH_TOKEN`, `appSecret`."""

import re
from collections.abc import Mapping

from .adapter import Adapter, Credential

WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")


def recognised(given: Mapping[str, str], adapter: Adapter) -> dict[str, str]:
    """`given` with the kind's own names added. A name that may mean two credentials means none."""
    own = {credential.name for credential in adapter.credentials}
    known = dict(given)
    for name in given.keys() - own:
        meant = [credential.name for credential in adapter.credentials if _means(name, credential, adapter)]
        if len(meant) == 1:
            known.setdefault(meant[0], given[name])
    return known


def _means(name: str, credential: Credential, adapter: Adapter) -> bool:
    """Whether all its words, the kind's own aside, are the credential's."""
    words = _words(name) - _words(adapter.kind)
    return bool(words) and words <= _words(credential.name) | _words(credential.label)


def _words(text: str) -> set[str]:
    return {word.lower() for word in WORD.findall(text)}
