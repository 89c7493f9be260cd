"""Jobs and schedules for those who look after the system: to read, and to run a dead job again."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from . import queue
from .models import Job, Schedule

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    RowPaginator = Paginator[Any]
else:
    ModelAdmin, RowPaginator = admin.ModelAdmin, Paginator

MOST_COUNTED = 5_000


class CappedPaginator(RowPaginator):
    """Counts no further than the pages anybody turns, since counting a big table reads all of it."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return len(rows.order_by().values_list("pk")[:MOST_COUNTED])


class ReadOnly:
    """Supervisors and administrators look; nobody writes."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(getattr(request.user, "is_staff", False))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, ModelAdmin):
    show_full_result_count = False
    paginator = CappedPaginator


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["id", "state", "task", "lane", "attempts", "run_at", "last_error"]
    list_filter = ["state"]
    search_fields = ["task", "lane"]
    ordering = ["-id"]
    actions = ["run_again"]

    def has_revive_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.action(description=_("Run again"), permissions=["revive"])
    def run_again(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        revived = sum(queue.revive(job) for job in jobs)
        text = ngettext("%d dead job will run again.", "%d dead jobs will run again.", revived) % revived
        self.message_user(request, text, messages.SUCCESS if revived else messages.WARNING)


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    list_display = ["name", "task", "every", "next_run_at", "last_run_at"]
    ordering = ["name"]
