"""What every test stands on: loopback only, files in a temporary place, quick password hashes, a clean cache."""

import os

import pytest
import pytest_socket
from django.conf import settings as project
from django.core.cache import cache
from django.db.backends.base.base import BaseDatabaseWrapper

pytest_plugins = ["tests.media_server", "tests.browser"]

LOOPBACK = ["127.0.0.1", "::1", "localhost"]


def pytest_configure(config: pytest.Config) -> None:
    if project.PRODUCTION:
        pytest.exit("The tests run with PRODUCTION unset.", returncode=4)
    project.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    project.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    _separate_redis(os.environ.get("PYTEST_XDIST_WORKER", "gw0"))


def _separate_redis(worker: str) -> None:
    """Parallel workers share one Redis server: each gets a prefix of its own."""
    if project.REDIS_URL:
        project.CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] += f"-{worker}"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Connections leave this machine in no test, whatever the code under test does."""
    pytest_socket.socket_allow_hosts(LOOPBACK, allow_unix_socket=True)


@pytest.fixture
def no_network(socket_disabled: None) -> None:
    """Not even loopback: for code that promises to be pure."""


@pytest.fixture(autouse=True)
def temporary_media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def kept_connection(monkeypatch) -> None:
    """A test is one transaction: code that gives its connection back between requests must not end it."""
    give_back = BaseDatabaseWrapper.close_if_unusable_or_obsolete
    monkeypatch.setattr(
        BaseDatabaseWrapper,
        "close_if_unusable_or_obsolete",
        lambda connection: None if connection.in_atomic_block else give_back(connection),
    )


@pytest.fixture(autouse=True)
def clean_cache() -> None:
    cache.clear()


@pytest.fixture
def run_jobs():
    """Run, here and now, all jobs that are due."""
    from jobs.worker import Worker

    return Worker().drain
