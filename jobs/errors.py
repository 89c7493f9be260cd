"""What a task may raise to settle its own job, and how any other exception is put into words."""

from traceback import extract_tb

LONGEST_ERROR = 500  # characters


class Retry(Exception):
    """Run me again, `after` so many seconds; by the usual backoff when None. Uses up an attempt."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class GiveUp(Exception):
    """Another attempt is useless: the job is dead at once."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def describe(error: BaseException) -> str:
    """The exception's type and place. Its text is left out: it may quote a message, an address or a token."""
    frames = extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__qualname__}{place}"


def trail(error: BaseException) -> str:
    """The places the exception passed through, outermost first, without source or text."""
    return " > ".join(f"{frame.filename}:{frame.lineno}" for frame in extract_tb(error.__traceback__))
