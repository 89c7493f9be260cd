"""Nobody signs up: an administrator invites, and a link that works once sets the password."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import Agent, Role, Team

logger = logging.getLogger(__name__)
MAIL_TIMEOUT = 10  # seconds


class AlreadyInvited(ValueError):
    """An agent with this e-mail address exists."""


class InvitationOnly(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing in as the desk does it. Links never take their host from a request."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        return _password_url(key)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        address = reverse("account_confirm_email", args=[emailconfirmation.key])
        return f"{settings.PUBLIC_URL}{address}"

    def format_email_subject(self, subject: str) -> str:
        return subject


def invite(email: str, name: str = "", role: str = Role.AGENT, teams: Iterable[Team] = ()) -> Agent:
    """A new agent who cannot sign in before setting a password. Raises AlreadyInvited."""
    try:
        with transaction.atomic():
            agent = Agent.objects.create_user(email.strip(), None, name=name.strip(), role=role)
            agent.teams.set(teams)
    except IntegrityError as error:
        raise AlreadyInvited(_("An agent with this e-mail address exists already.")) from error
    logger.info("agent %s invited as %s", agent.pk, role)
    return agent


def link(agent: Agent) -> str:
    """An address where the agent sets a password: once, until `expires`."""
    return _password_url(f"{user_pk_to_url_str(agent)}-{default_token_generator.make_token(agent)}")


def expires() -> datetime:
    """When a link made now stops working."""
    return timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def send(agent: Agent, address: str, by: Agent) -> bool:
    """Mail the link `address`. False when no mail server took it."""
    context = {"agent": agent, "link": address, "by": by, "expires": expires()}
    mail = EmailMessage(
        _("You are invited to the helpdesk"),
        render_to_string("accounts/invitation.txt", context),
        to=[agent.email],
        connection=get_connection(timeout=MAIL_TIMEOUT),
    )
    try:
        return bool(mail.send())
    except (SMTPException, OSError) as error:
        logger.warning("the invitation of agent %s was not mailed: %s", agent.pk, type(error).__name__)
        return False


def _password_url(key: str) -> str:
    """`key`: the agent's id and the token, as allauth writes them."""
    uid, _dash, token = key.partition("-")
    address = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
    return f"{settings.PUBLIC_URL}{address}"
