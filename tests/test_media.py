"""Promises on the files of received messages: shown when they come, explained when they do not."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from channels_app import registry
from channels_app.adapters.whatsapp import WhatsApp
from channels_app.content import MessageKind
from channels_app.errors import MediaUnavailable, TemporaryFailure
from channels_app.events import Media
from channels_app.outbound import Download
from conversations import files, media
from conversations.models import Attachment, Message
from conversations.signals import conversation_changed
from jobs import queue
from jobs.errors import Retry
from jobs.models import Job, State
from jobs.worker import Worker

from . import factories, samples

pytestmark = pytest.mark.django_db

PHOTO = samples.photo()


class Provider(WhatsApp):
    """Answers a fetch with `answer`: bytes, or an error to raise. `seen` holds what was asked for."""

    def __init__(self) -> None:
        self.answer: bytes | Exception = PHOTO
        self.seen: list[Media] = []

    def fetch(self, media, channel):
        self.seen.append(media)
        if isinstance(self.answer, Exception):
            raise self.answer
        return Download(chunks=iter([self.answer[:100], self.answer[100:]]), filename="from-header.jpg")


@pytest.fixture
def provider(monkeypatch) -> Provider:
    fake = Provider()
    monkeypatch.setitem(registry.ADAPTERS, "whatsapp", fake)
    return fake


@pytest.fixture
def pending(provider) -> Attachment:
    return received()


def received(**fields) -> Attachment:
    """A pending attachment of a message that has just come."""
    item = Media(**{"reference": "media-1", "kind": MessageKind.IMAGE, "mime_type": "image/jpeg", **fields})
    message = factories.received(factories.channel(), media=(item,), kind=item.kind)
    return message.attachments.get()


def stored_files() -> list[Path]:
    return [path for path in Path(default_storage.location).rglob("*") if path.is_file()]


def run() -> int:
    return Worker().drain(until=timezone.now() + timedelta(days=2))


def test_a_received_file_is_fetched_checked_and_shown(provider, pending) -> None:
    run()

    pending.refresh_from_db()
    assert (pending.state, pending.error) == ("stored", "")
    assert (pending.mime_type, pending.width, pending.height) == ("image/jpeg", 40, 80)
    assert pending.original_name == "from-header.jpg"
    assert pending.sha256 == hashlib.sha256(PHOTO).hexdigest()
    assert sorted(stored_files()) == sorted(
        Path(default_storage.path(name)) for name in (pending.file.name, pending.thumbnail.name)
    )


def test_the_adapter_is_asked_with_all_that_the_provider_said(provider) -> None:
    said = Media(
        reference="media-1",
        kind=MessageKind.VOICE,
        mime_type="audio/ogg; codecs=opus",
        filename="../voice.ogg",
        size=5,
        duration=2.5,
        sha256="0" * 64,
        url="https://media.example/1",
    )
    factories.received(factories.channel(), media=(said,))

    run()

    assert provider.seen == [said]


def test_the_provider_is_not_called_inside_a_transaction(provider, pending, monkeypatch) -> None:
    outside = connection.in_atomic_block, len(connection.savepoint_ids)
    inside = []
    monkeypatch.setattr(
        provider,
        "fetch",
        lambda media, channel: (
            inside.append((connection.in_atomic_block, len(connection.savepoint_ids)))
            or Download(chunks=iter([PHOTO]))
        ),
    )

    run()

    assert inside == [outside]


def test_the_screens_are_told_once_when_the_file_is_there(
    pending, django_capture_on_commit_callbacks
) -> None:
    told = []
    version = pending.message.conversation.version
    conversation_changed.connect(
        lambda **news: told.append(news["message_ids"]), weak=False, dispatch_uid="t"
    )

    with django_capture_on_commit_callbacks(execute=True):
        run()
    conversation_changed.disconnect(dispatch_uid="t")

    assert told == [(pending.message_id,)]
    assert Message.objects.get(pk=pending.message_id).conversation.version == version + 1


def test_what_the_provider_said_of_a_film_is_kept(provider) -> None:
    provider.answer = samples.mp4()
    film = received(kind=MessageKind.VIDEO, width=640, height=360, duration=12.5, filename="a.mp4")

    run()

    film.refresh_from_db()
    assert (film.state, film.kind, film.mime_type) == ("stored", "video", "video/mp4")
    assert (film.width, film.height, film.duration, film.original_name) == (640, 360, 12.5, "a.mp4")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (MediaUnavailable("The provider deleted the file.", 404), "The provider deleted the file."),
        (b"", "The file is empty."),
        (bytes(2000), "The file is too large: the most is 0.0 MB here."),
    ],
)
def test_a_file_that_cannot_be_had_is_explained_and_not_asked_for_again(
    provider, pending, settings, answer, error
) -> None:
    provider.answer, settings.ATTACHMENT_LIMIT = answer, 1000

    run()

    pending.refresh_from_db()
    assert (pending.state, pending.error) == ("unavailable", error)
    assert len(provider.seen) == 1
    assert (Job.objects.count(), stored_files()) == (0, [])


def test_a_file_with_another_digest_than_promised_is_damaged(provider) -> None:
    damaged = received(sha256="0" * 64)
    sound = received(sha256=hashlib.sha256(PHOTO).hexdigest(), reference="media-2")

    run()

    damaged.refresh_from_db()
    sound.refresh_from_db()
    assert (damaged.state, damaged.error) == ("unavailable", "The file was damaged on the way.")
    assert sound.state == "stored"


@pytest.mark.parametrize(("asked", "delay"), [(0, 10), (77, 77), (86400, 3600)])
def test_a_busy_provider_is_not_asked_again_before_it_said(provider, pending, asked, delay) -> None:
    provider.answer = TemporaryFailure("The file's server is busy.", "429", retry_after=asked)

    assert _one_attempt() == pytest.approx(delay, abs=5)

    pending.refresh_from_db()
    assert (pending.state, pending.error) == ("pending", "")


@pytest.mark.parametrize(("attempts", "delay"), [(1, 10), (4, 300), (7, 3600)])
def test_a_failing_provider_is_asked_again_ever_later(provider, pending, attempts, delay) -> None:
    provider.answer = TemporaryFailure("The file's server is failing.", "500")
    Job.objects.update(attempts=attempts - 1)

    assert _one_attempt() == pytest.approx(delay, abs=5)


def _one_attempt() -> float:
    """Run the job once, and return in how many seconds it runs again."""
    claimed = queue.claim("test")
    with pytest.raises(Retry) as wish:
        media.fetch.call(*claimed.args)
    queue.retry(claimed, wish.value.reason, wish.value.after)
    return (Job.objects.get().run_at - timezone.now()).total_seconds()


def test_a_provider_that_fails_for_an_hour_is_outlived() -> None:
    assert sum(media.DELAYS) > 3600
    assert media.fetch.max_attempts == len(media.DELAYS) + 1


def test_after_the_last_attempt_the_file_is_not_available(provider, pending) -> None:
    provider.answer = TemporaryFailure("The file's server is failing.", "500", retry_after=1)

    run()

    pending.refresh_from_db()
    assert len(provider.seen) == 8
    assert pending.state == "unavailable"
    assert pending.error == "The file could not be fetched. The file's server is failing."
    assert not Job.objects.exists()


def test_a_provider_that_recovers_delivers_the_file(provider, pending, monkeypatch) -> None:
    answers = [TemporaryFailure("busy", retry_after=1), TemporaryFailure("busy", retry_after=1)]
    fetch = provider.fetch

    def recover(media, channel):
        provider.answer = answers.pop() if answers else PHOTO
        return fetch(media, channel)

    monkeypatch.setattr(provider, "fetch", recover)
    run()

    pending.refresh_from_db()
    assert (pending.state, len(provider.seen)) == ("stored", 3)


def test_a_file_that_breaks_off_is_tried_again_and_leaves_nothing(provider, pending, monkeypatch) -> None:
    def broken():
        yield PHOTO[:200]
        raise TemporaryFailure("The file's server broke off.")

    monkeypatch.setattr(provider, "fetch", lambda *_: Download(chunks=broken()))

    assert _one_attempt() == pytest.approx(10, abs=5)
    assert stored_files() == []


def test_a_settled_file_is_not_fetched_again(provider, pending) -> None:
    run()
    media.fetch.enqueue(pending.pk)
    run()

    assert len(provider.seen) == 1
    assert len(stored_files()) == 2


@pytest.mark.parametrize("state", ["stored", "unavailable"])
def test_whoever_settles_late_drops_the_file_and_changes_nothing(
    provider, pending, monkeypatch, state
) -> None:
    def overtaken(media, channel):
        Attachment.objects.update(state=state, error="settled elsewhere")
        return Download(chunks=iter([PHOTO]))

    monkeypatch.setattr(provider, "fetch", overtaken)
    run()

    pending.refresh_from_db()
    assert (pending.state, pending.error, pending.file.name) == (state, "settled elsewhere", "")
    assert stored_files() == []


def test_a_refusal_that_comes_late_does_not_hide_a_stored_file(provider, pending, monkeypatch) -> None:
    def overtaken(media, channel):
        Attachment.objects.update(state="stored", file="2026/01/a.jpg")
        raise MediaUnavailable("gone")

    monkeypatch.setattr(provider, "fetch", overtaken)
    run()

    pending.refresh_from_db()
    assert (pending.state, pending.error) == ("stored", "")


def test_what_is_pending_for_a_day_without_a_job_is_given_up(pending) -> None:
    _age(pending, hours=25)
    Job.objects.update(state=State.DEAD)

    media.give_up_on_old.call()

    pending.refresh_from_db()
    assert pending.state == "unavailable"
    assert pending.error == "The file could not be fetched within a day."


@pytest.mark.parametrize(("hours", "job_state"), [(23, State.DEAD), (25, State.READY)])
def test_what_may_still_come_is_not_given_up(pending, hours, job_state) -> None:
    _age(pending, hours=hours)
    Job.objects.update(state=job_state)

    media.give_up_on_old.call()

    pending.refresh_from_db()
    assert pending.state == "pending"


def _age(attachment: Attachment, hours: int) -> None:
    created_at = timezone.now() - timedelta(hours=hours)
    Message.objects.filter(pk=attachment.message_id).update(created_at=created_at)


def test_a_stored_file_becomes_the_attachment_of_a_message_and_back(provider, pending) -> None:
    run()
    pending.refresh_from_db()
    file = files.of(pending)

    copy = file.as_attachment(factories.received(factories.channel()), 3)

    copy.refresh_from_db()
    assert (copy.position, copy.state) == (3, "stored")
    again = files.of(copy)
    assert (again.name, again.mime_type, again.size, again.sha256) == (
        file.name,
        file.mime_type,
        file.size,
        file.sha256,
    )
    assert (again.storage_name, again.thumbnail_name, again.width, again.kind) == (
        file.storage_name,
        file.thumbnail_name,
        40,
        MessageKind.IMAGE,
    )
