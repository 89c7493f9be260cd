"""Promises of enqueueing and of order, on whichever database the settings name."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from jobs import queue, wake
from jobs.models import Job
from jobs.tasks import task
from jobs.worker import Worker

pytestmark = pytest.mark.django_db

ran = []


@task()
def note(value, *, suffix=""):
    ran.append(f"{value}{suffix}")


@task(max_attempts=1)
def once():
    ran.append("once")


@pytest.fixture(autouse=True)
def _forget():
    ran.clear()


def later(**delta):
    return timezone.now() + timedelta(**delta)


def test_a_job_runs_once_with_its_arguments_and_leaves_no_row():
    note.enqueue("hello", suffix="!")

    assert Worker().drain() == 1
    assert ran == ["hello!"]
    assert not Job.objects.exists()


def test_a_job_exists_only_if_the_callers_transaction_commits():
    with transaction.atomic():
        note.enqueue("never")
        transaction.set_rollback(True)

    assert Worker().drain() == 0


@pytest.mark.parametrize("value", [(1, 2), {1: "a"}, datetime.now(UTC), float("nan"), {"x"}, b"raw"])
def test_arguments_that_json_would_change_are_refused(value):
    with pytest.raises(TypeError):
        note.enqueue(value)


def test_arguments_that_do_not_fit_the_function_are_refused():
    with pytest.raises(TypeError):
        note.enqueue()
    with pytest.raises(TypeError):
        note.enqueue("a", colour="red")


def test_a_delayed_job_waits_for_its_time():
    note.using(run_after=timedelta(hours=1)).enqueue("delta")
    note.using(run_after=later(hours=2)).enqueue("moment")

    assert Worker().drain() == 0
    assert Worker().drain(until=later(minutes=90)) == 1
    assert Worker().drain(until=later(hours=3)) == 1
    assert ran == ["delta", "moment"]


def test_a_time_without_zone_is_refused():
    with pytest.raises(TypeError):
        note.using(run_after=datetime(2030, 1, 1)).enqueue("x")


def test_using_leaves_the_task_itself_unchanged():
    job = note.using(queue="slow", lane="a", priority=5).enqueue("x")

    assert (job.queue, job.lane, job.priority) == ("slow", "a", 5)
    assert (note.queue, note.lane, note.priority) == ("default", None, 0)


def test_call_runs_inline_without_a_job():
    note.call("now")

    assert ran == ["now"]
    assert not Job.objects.exists()


def test_two_tasks_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two tasks"):
        task()(note.function)


def test_committing_a_due_job_nudges_the_workers_of_this_process(django_capture_on_commit_callbacks):
    embedded = Worker()
    wake.listen(embedded._wake)

    with django_capture_on_commit_callbacks(execute=True):
        note.enqueue("x")
        assert not embedded._wake.is_set()

    wake.forget(embedded._wake)
    assert embedded._wake.is_set()


def test_higher_priority_first_then_oldest():
    for value, priority in [("a", 0), ("b", 0), ("c", 9)]:
        note.using(priority=priority).enqueue(value)

    Worker().drain()

    assert ran == ["c", "a", "b"]


def test_a_worker_takes_only_its_queues():
    note.using(queue="mail").enqueue("mail")
    note.enqueue("default")

    assert Worker(queues=["mail"]).drain() == 1
    assert ran == ["mail"]


def test_a_lane_runs_one_at_a_time_and_other_work_passes_it():
    for value in ("first", "second"):
        note.using(lane="c1").enqueue(value)
    note.enqueue("free")

    held = queue.claim("one")
    other = queue.claim("two")

    assert (held.args, other.args) == (["first"], ["free"])
    assert queue.claim("three") is None
    queue.finish(held)
    assert queue.claim("three").args == ["second"]


def test_priority_does_not_overtake_inside_a_lane():
    note.using(lane="c1").enqueue("first")
    note.using(lane="c1", priority=9).enqueue("second")

    Worker().drain()

    assert ran == ["first", "second"]


def test_a_job_waiting_for_its_retry_keeps_its_lane_waiting():
    note.using(lane="c1").enqueue("first")
    note.using(lane="c1").enqueue("second")
    queue.retry(queue.claim("w"), "later", after=30)
    note.using(lane="c1").enqueue("third")

    assert Worker().drain() == 0
    Worker().drain(until=later(seconds=60))
    assert ran == ["first", "second", "third"]


def test_jobs_behind_a_waiting_one_are_out_of_the_way_of_the_search():
    note.using(lane="c1").enqueue("first")
    note.using(lane="c1").enqueue("second")
    queue.retry(queue.claim("w"), "later", after=30)

    waiting, behind = Job.objects.order_by("id")
    assert behind.run_at == waiting.run_at > timezone.now()


def test_a_dead_job_frees_its_lane():
    once.using(lane="c1").enqueue()
    note.using(lane="c1").enqueue("second")
    queue.give_up(queue.claim("w"), "no use")

    Worker().drain()

    assert ran == ["second"]


def test_two_jobs_of_a_lane_are_never_held_at_once_even_when_both_looked_free():
    note.using(lane="c1").enqueue("older")
    note.using(lane="c1").enqueue("newer")
    older, newer = Job.objects.order_by("id")
    now = timezone.now()

    assert queue._take(newer, "one", now)
    with pytest.raises(IntegrityError), transaction.atomic():
        queue._take(older, "two", now)


def test_a_begun_job_goes_before_an_older_one_that_committed_late():
    note.using(lane="c1").enqueue("late")
    note.using(lane="c1").enqueue("begun")
    begun = queue._take(Job.objects.latest("id"), "gone", timezone.now())

    assert queue.claim("w") is None
    Job.objects.filter(pk=begun.id).update(lease_until=later(seconds=-1))
    assert queue.claim("w").args == ["begun"]
