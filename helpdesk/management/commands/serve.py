from typing import Any

from django.core.management.base import BaseCommand

from helpdesk.startup import become_server, refuse_nonsense, refuse_taken_port


class Command(BaseCommand):
    help = "Serve the desk on HOST and PORT (default 127.0.0.1:8000)."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_nonsense()
        refuse_taken_port()
        become_server()
