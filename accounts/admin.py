"""Agents to look at and teams to arrange. People are invited and changed on the settings page."""

from typing import TYPE_CHECKING, Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from channels_app.review import ReviewAdmin

from .models import Agent, Team

if TYPE_CHECKING:
    TeamModelAdmin = admin.ModelAdmin[Team]
else:
    TeamModelAdmin = admin.ModelAdmin


def change_password(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    return redirect("account_change_password")


# One way to sign in, with its limits and second factors: the admin's own form knows neither.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.password_change = change_password  # type: ignore[method-assign,assignment]
admin.site.unregister(Group)


@admin.register(Agent)
class AgentAdmin(ReviewAdmin):
    list_display = ["email", "name", "role", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    search_fields = ["email", "name"]
    fields = ["email", "name", "role", "is_active", "created_at", "last_login"]
    ordering = ["name", "pk"]


@admin.register(Team)
class TeamAdmin(TeamModelAdmin):
    """For administrators; supervisors look."""

    list_display = ["name"]
    filter_horizontal = ["members"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(getattr(request.user, "is_staff", False))

    has_module_permission = has_view_permission

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(getattr(request.user, "is_administrator", False))

    has_delete_permission = has_change_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)
