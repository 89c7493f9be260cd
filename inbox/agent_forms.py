"""What an administrator enters about an agent."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Agent, Role, Team


class AgentForm(forms.Form):
    name = forms.CharField(max_length=150, label=_("Name"))
    role = forms.ChoiceField(choices=Role.choices, label=_("Role"))
    teams = forms.ModelMultipleChoiceField(
        Team.objects.all(), required=False, widget=forms.CheckboxSelectMultiple, label=_("Teams")
    )


class InviteForm(AgentForm):
    email = forms.EmailField(label=_("E-mail address"))
    field_order = ["email", "name", "role", "teams"]


class ChangeForm(AgentForm):
    is_active = forms.BooleanField(required=False, label=_("May sign in"))

    def __init__(self, agent: Agent, data: Any = None) -> None:
        initial = {
            "name": agent.name,
            "role": agent.role,
            "teams": agent.teams.all(),
            "is_active": agent.is_active,
        }
        super().__init__(data, initial=initial)
