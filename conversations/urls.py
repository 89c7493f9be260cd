"""The providers' way in. Also the whole URLconf of the bare handler that serves it."""

from django.urls import path

from . import webhooks

urlpatterns = [path("webhooks/<str:key>/", webhooks.receive, name="webhook")]
