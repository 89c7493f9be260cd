"""What log lines may say of a request."""

import logging

from django.http import HttpRequest


class RoutesOnly(logging.Filter):
    """Names a request's route in place of its address: addresses hold webhook keys and link tokens."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            match = request.resolver_match
            route = f"/{match.route}" if match else "an unknown address"
            record.args = tuple(route if _is_address(argument) else argument for argument in record.args)
        return True


def _is_address(argument: object) -> bool:
    return isinstance(argument, str) and argument.startswith("/")
