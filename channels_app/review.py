"""Pages of the admin where supervisors read what happened, on tables of any size."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import connections
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from jobs.admin import MOST_COUNTED, CappedPaginator, ReadOnly

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin, TabularInline = admin.ModelAdmin, admin.TabularInline

MOST_PAGES = 100
ESTIMATE = "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)"


class EstimatingPaginator(CappedPaginator):
    """A whole big table is estimated by PostgreSQL, a part of one counted to a limit."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        estimate = 0 if rows.query.where else _estimate(rows)
        # A small table's statistics are often stale, and counting it costs nothing.
        return estimate if estimate > MOST_COUNTED else super().count

    @cached_property
    def num_pages(self) -> int:
        """A far page would read all rows before it."""
        return min(super().num_pages, MOST_PAGES)


class ReviewAdmin(ReadOnly, ModelAdmin):
    """Rows in the order of the primary key, newest first: the one order every table has an index for."""

    show_full_result_count = False
    paginator = EstimatingPaginator
    list_per_page = 50
    ordering = ["-pk"]
    sortable_by = ()
    show_facets = admin.ShowFacets.NEVER


class SearchableAdmin(ReviewAdmin):
    """Search that an index answers: an exact id, or what `found_by` makes of any other text."""

    search_fields = ["pk"]

    def found_by(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        return rows.none()

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        text = search_term.strip()
        if not text:
            return queryset, False
        by_id = queryset.filter(pk=int(text)) if text.isdecimal() else queryset.none()
        return by_id if by_id.exists() else self.found_by(queryset, text), False


class ReviewInline(ReadOnly, TabularInline):
    extra = 0
    can_delete = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> "Any":
        """All: times a database sets itself have no form field."""
        return self.fields or ()


def phone_prefix(text: str) -> str:
    """E.164 of what was typed, as far as it goes: "+49 151-55" is "+4915155". Without digits no phone's."""
    digits = "".join(letter for letter in text if letter.isdecimal())
    return f"+{digits}" if digits else text


def _estimate(rows: "QuerySet[Any]") -> int:
    """Rows of the whole table; 0 when the database keeps no estimate."""
    connection = connections[rows.db]
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(ESTIMATE, [connection.ops.quote_name(rows.model._meta.db_table)])
        return int(cursor.fetchone()[0] or 0)
