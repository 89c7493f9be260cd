from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class SimulatorConfig(AppConfig):
    name = "simulator"

    def ready(self) -> None:
        """Raises ImproperlyConfigured in production: whoever reaches the simulator speaks as any customer."""
        if settings.PRODUCTION:
            raise ImproperlyConfigured("The simulator must not run in production. Unset SIMULATOR.")
