from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"

    def ready(self) -> None:
        from . import courtesies, delivery, media, waiting  # noqa: F401  their tasks register on import
