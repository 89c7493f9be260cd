"""Process stored webhook events again: the ones named, or all that match every condition given."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from conversations.models import EventState, WebhookEvent
from conversations.replay import replay

LOOKUPS = {"id": "pk__in", "state": "state", "channel": "channel", "since": "received_at__gte"}


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--id", type=int, nargs="+", action="extend", help="webhook events")
        parser.add_argument("--state", choices=EventState.values)
        parser.add_argument("--channel", type=int, help="id of a channel")
        parser.add_argument("--since", type=moment, help="ISO date or time of receipt")

    def handle(self, *args: Any, **options: Any) -> None:
        conditions = {lookup: options[name] for name, lookup in LOOKUPS.items() if options[name] is not None}
        if not conditions:
            raise CommandError("Say which: --id, --state, --channel or --since.")
        found = WebhookEvent.objects.filter(**conditions).order_by("pk").values_list("pk", flat=True)
        counts = replay(found.iterator())
        for state, count in sorted(counts.items()):
            self.stdout.write(f"{state}: {count}")
        if not counts:
            self.stdout.write("No webhook event matches.")


def moment(text: str) -> datetime:
    """A time without a zone is the desk's own; a date is its first moment."""
    day = parse_date(text)
    found = datetime(day.year, day.month, day.day) if day else parse_datetime(text)  # noqa: DTZ001
    if found is None:
        raise ValueError(text)
    return found if timezone.is_aware(found) else timezone.make_aware(found)
