from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Finds no tasks by itself: each app imports its own task modules in its `AppConfig.ready()`."""

    name = "jobs"
