"""Wiring: settings, urls, asgi."""
