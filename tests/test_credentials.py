"""Secrets at rest: unreadable in the database, readable with any current key, moved to the first by a command."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection

from channels_app.models import Channel

from . import factories
from .signing import CREDENTIALS

pytestmark = pytest.mark.django_db
TOKEN = CREDENTIALS["whatsapp"]["access_token"]


def stored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM channels_app_channel")
        return cursor.fetchone()[0]


def test_the_database_holds_no_readable_secret():
    factories.channel()

    assert TOKEN not in stored()
    assert Channel.objects.get().credentials["access_token"] == TOKEN


def test_a_new_first_key_reads_what_the_old_one_wrote_and_rotation_frees_the_old_one(settings):
    settings.CREDENTIAL_KEYS = ["old"]
    factories.channel()
    settings.CREDENTIAL_KEYS = ["new", "old"]
    assert Channel.objects.get().credentials["access_token"] == TOKEN

    call_command("rotate_credentials", verbosity=0)
    settings.CREDENTIAL_KEYS = ["new"]
    assert Channel.objects.get().credentials["access_token"] == TOKEN


def test_without_a_fitting_key_the_error_says_what_to_look_at(settings):
    factories.channel()
    settings.CREDENTIAL_KEYS = ["another"]

    with pytest.raises(ImproperlyConfigured, match="CREDENTIAL_KEYS"):
        Channel.objects.get()


def test_secrets_show_in_no_representation():
    channel = factories.channel()

    assert TOKEN not in repr(channel.config()) + repr(channel) + str(channel)


def test_the_webhook_key_is_made_by_chance_and_long():
    keys = {factories.channel().webhook_key for _ in range(3)}

    assert len(keys) == 3
    assert all(len(key) >= 32 for key in keys)
