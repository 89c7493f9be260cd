"""The people of the demonstration, offered on the sign-in page while the simulator is on."""

from django import template
from django.conf import settings

from accounts.models import Agent

register = template.Library()


@register.simple_tag
def demo_agents() -> list[Agent]:
    """Those that exist; none outside demonstrations."""
    if not settings.SIMULATOR:
        return []
    from simulator.demo_script import AGENTS

    emails = [email for email, _name, _role in AGENTS]
    found = {agent.email: agent for agent in Agent.objects.filter(email__in=emails, is_active=True)}
    return [found[email] for email in emails if email in found]


@register.simple_tag
def demo_password() -> str:
    from simulator.demo_script import PASSWORD

    return PASSWORD
