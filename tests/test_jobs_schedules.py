"""Promises of the schedules and of the admin's job list."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs import queue, schedules
from jobs.admin import MOST_COUNTED, CappedPaginator, JobAdmin
from jobs.errors import GiveUp
from jobs.models import Job, Schedule
from jobs.schedules import every, run_due, sync_schedules
from jobs.tasks import task
from jobs.worker import Worker
from tests import factories

pytestmark = pytest.mark.django_db

ran = []


@task()
def note(value, *, suffix=""):
    ran.append(f"{value}{suffix}")


@task()
def give_up():
    raise GiveUp("The message is gone.")


@every(60, name="test.tick")
@task()
def tick():
    ran.append("tick")


@pytest.fixture(autouse=True)
def _forget():
    ran.clear()


def later(**delta):
    return timezone.now() + timedelta(**delta)


@pytest.fixture
def _only_tick(monkeypatch):
    monkeypatch.setattr(schedules, "entries", {"test.tick": schedules.entries["test.tick"]})


@pytest.mark.usefixtures("_only_tick")
def test_a_schedule_enqueues_once_per_tick_however_many_workers_look():
    now = timezone.now()
    sync_schedules(now)
    seen_by_both = Schedule.objects.get()

    assert schedules._tick(seen_by_both, now)
    assert not schedules._tick(seen_by_both, now)
    assert run_due(now) == 0
    assert Worker().drain() == 1


@pytest.mark.usefixtures("_only_tick")
def test_missed_ticks_become_one_and_the_phase_is_kept():
    now = timezone.now()
    sync_schedules(now)

    assert run_due(now + timedelta(seconds=60 * 5 + 7)) == 1
    schedule = Schedule.objects.get()
    assert schedule.next_run_at == now + timedelta(seconds=60 * 6)
    assert schedule.last_run_at == now + timedelta(seconds=60 * 5 + 7)


@pytest.mark.usefixtures("_only_tick")
def test_syncing_again_keeps_the_clock_unless_the_declaration_changed():
    now = timezone.now()
    sync_schedules(now)
    run_due(now)
    sync_schedules(now + timedelta(seconds=1))
    assert Schedule.objects.get().next_run_at == now + timedelta(seconds=60)

    Schedule.objects.update(every=3600)
    sync_schedules(now + timedelta(seconds=2))
    assert Schedule.objects.get().every == 60
    assert Schedule.objects.get().next_run_at == now + timedelta(seconds=2)


@pytest.mark.usefixtures("_only_tick")
def test_a_schedule_of_another_version_is_left_alone():
    Schedule.objects.create(name="older.version", task="gone", every=1, next_run_at=later(days=-1))

    assert run_due() == 0


def test_two_schedules_of_one_name_are_refused():
    with pytest.raises(ValueError, match="declared twice"):
        every(5, name="test.tick")(tick)


def test_run_again_revives_the_dead_and_only_them(monkeypatch):
    give_up.enqueue()
    Worker().drain()
    waiting = note.using(run_after=timedelta(hours=1)).enqueue("x")
    listing = JobAdmin(Job, admin.site)
    said = []
    monkeypatch.setattr(listing, "message_user", lambda request, text, level: said.append(text))

    listing.run_again(RequestFactory().post("/"), Job.objects.all())

    assert said == ["1 dead job will run again."]
    assert not queue.dead().exists()
    assert Job.objects.get(pk=waiting.pk).run_at == waiting.run_at


@pytest.mark.parametrize(("role", "status"), [("supervisor", 200), ("administrator", 200), ("agent", 302)])
def test_supervisors_see_jobs_and_run_dead_ones_again(role, status, client):
    give_up.enqueue()
    Worker().drain()
    client.force_login(factories.agent(role=role))
    chosen = {"action": "run_again", "_selected_action": [queue.dead().get().pk]}

    assert client.get("/admin/jobs/job/").status_code == status
    assert client.get("/admin/jobs/schedule/").status_code == status
    client.post("/admin/jobs/job/", chosen)
    assert queue.dead().exists() is (status != 200)
    assert client.post("/admin/jobs/job/add/").status_code in (302, 403)


def test_the_job_list_never_counts_the_whole_table():
    note.enqueue("x")
    with CaptureQueriesContext(connection) as captured:
        assert CappedPaginator(Job.objects.order_by("-id"), 50).count == 1

    (query,) = captured
    assert "COUNT(" not in query["sql"]
    assert f"LIMIT {MOST_COUNTED}" in query["sql"]
