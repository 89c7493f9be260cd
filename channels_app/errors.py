"""What can go wrong at a provider: a closed list, each with its meaning for the caller."""

from enum import StrEnum
from typing import ClassVar

from django.core.exceptions import SuspiciousOperation


class InvalidSignature(SuspiciousOperation):
    """The request is not provably from the provider. Nothing of it was parsed."""


class MalformedPayload(ValueError):
    """The body is signed but cannot be read. The raw request is kept as a dead letter."""


class Failure(StrEnum):
    """Why a send did not succeed, for people and for the outbox alike."""

    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    UNREACHABLE = "unreachable"
    OPTED_OUT = "opted_out"
    WINDOW_CLOSED = "window_closed"
    CHANNEL_BROKEN = "channel_broken"
    UNKNOWN = "unknown"


class SendError(Exception):
    """A send that was not accepted, or not provably so.

    `reason` is one sentence for the agent; `code` is the provider's own code, kept for support.
    """

    failure: ClassVar[Failure]

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class TemporaryFailure(SendError):
    """Certainly not accepted; worth another try, after `retry_after` seconds when the provider said so."""

    failure = Failure.TEMPORARY

    def __init__(self, reason: str, code: str = "", retry_after: float | None = None) -> None:
        super().__init__(reason, code)
        self.retry_after = retry_after


class PermanentFailure(SendError):
    """This message will never be accepted as it is."""

    failure = Failure.PERMANENT


class RecipientUnreachable(SendError):
    """The address does not exist, left the channel, or blocked us."""

    failure = Failure.UNREACHABLE


class RecipientOptedOut(SendError):
    """The person told the provider to stop these messages."""

    failure = Failure.OPTED_OUT


class WindowClosed(SendError):
    """Free text is no longer allowed; only an approved template may go."""

    failure = Failure.WINDOW_CLOSED


class ChannelBroken(SendError):
    """Credentials or account trouble: pause the channel and tell an administrator."""

    failure = Failure.CHANNEL_BROKEN


class OutcomeUnknown(SendError):
    """The request may have been accepted. Never resend on our own initiative."""

    failure = Failure.UNKNOWN


class MediaUnavailable(Exception):
    """The provider no longer has the file, or it breaks a limit. Not worth another try.

    `status`: the HTTP status that said so, 0 when none did.
    """

    def __init__(self, reason: str, status: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
