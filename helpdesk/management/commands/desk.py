from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand

from helpdesk.startup import become_server, refuse_nonsense, refuse_taken_port


class Command(BaseCommand):
    """Safe to run again: data stays, the demonstration is loaded once."""

    help = "Prepare the database, load the demonstration where there is a simulator, and serve the desk."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        refuse_nonsense()
        refuse_taken_port()
        call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write(f"The desk opens at {settings.PUBLIC_URL}/ (stop it with Ctrl-C)")
        if settings.SIMULATOR and "load_demo" in get_commands():
            call_command("load_demo", stdout=self.stdout)
        self.stdout.flush()
        become_server()
