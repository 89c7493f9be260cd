"""A nudge for the workers inside this process, so that new work does not wait for the next poll."""

from threading import Event

_listeners: set[Event] = set()


def listen(event: Event) -> None:
    _listeners.add(event)


def forget(event: Event) -> None:
    _listeners.discard(event)


def nudge() -> None:
    for event in tuple(_listeners):
        event.set()
