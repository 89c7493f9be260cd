from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from simulator import demo
from simulator.demo_script import AGENTS, PASSWORD


class Command(BaseCommand):
    help = "Make the demo desk: agents, simulated channels and conversations. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        demo.load()
        self.stdout.write(f"The desk:    {settings.PUBLIC_URL}/")
        self.stdout.write(f"The phones:  {settings.PUBLIC_URL}/simulator/")
        for email, name, role in AGENTS:
            self.stdout.write(f"Sign in:     {email}  {PASSWORD}  ({name}, {role.label.lower()})")
