"""Customers with the addresses they write from, to read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from channels_app.review import ReviewInline, SearchableAdmin, phone_prefix

from .models import Customer, Identity


class IdentityInline(ReviewInline):
    model = Identity
    fields = ["kind", "address", "phone", "username", "profile_name", "verified", "held_back"]
    readonly_fields = ["held_back"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("suppressions").order_by("pk")

    @admin.display(description=_("not to be sent"))
    def held_back(self, identity: Identity) -> str:
        return ", ".join(found.purpose for found in identity.suppressions.all())


@admin.register(Customer)
class CustomerAdmin(SearchableAdmin):
    list_display = ["id", "name", "locale", "blocked_at", "created_at"]
    list_display_links = ["id", "name"]
    search_help_text = _("The number of a customer, or the beginning of a phone number")
    fields = ["name", "locale", "time_zone", "attributes", "blocked_at", "erased_at", "created_at"]
    inlines = [IdentityInline]

    def found_by(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        with_phone = Identity.objects.filter(phone__startswith=phone_prefix(text))
        return rows.filter(pk__in=with_phone.values("customer"))
