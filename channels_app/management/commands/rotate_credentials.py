"""Encrypt every channel's credentials again with the first key of CREDENTIAL_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from channels_app.models import Channel


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            channels = list(Channel.objects.select_for_update())
            for channel in channels:
                channel.save(update_fields=["credentials"])
        self.stdout.write(f"{len(channels)} channels now use the first key. Older keys may be removed.")
