"""Create an agent and print the link that sets the password: the first administrator, for instance."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from accounts import invitations
from accounts.models import Role


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="")
        parser.add_argument("--role", choices=Role.values, default=Role.AGENT)

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip()
        try:
            validate_email(email)
            agent = invitations.invite(email, options["name"], options["role"])
        except ValidationError as error:
            raise CommandError(error.messages[0]) from error
        except invitations.AlreadyInvited as error:
            raise CommandError(str(error)) from error
        self.stdout.write(invitations.link(agent))
