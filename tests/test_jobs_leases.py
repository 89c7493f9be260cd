"""Promises of leases, failures and the worker, on whichever database the settings name."""

import logging
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs import queue, worker
from jobs.errors import GiveUp, Retry
from jobs.models import Job, State
from jobs.outage import Outage
from jobs.tasks import task
from jobs.worker import Worker

pytestmark = pytest.mark.django_db

SECRET = "token-of-a-customer"
ran = []


@task()
def note(value, *, suffix=""):
    ran.append(f"{value}{suffix}")


@task(max_attempts=3)
def fail():
    raise LookupError(SECRET)


@task()
def ask_for_retry():
    raise Retry("The provider asked for a pause.", after=120)


@task()
def give_up():
    raise GiveUp("The message is gone.")


@task(max_attempts=1)
def once():
    ran.append("once")


@pytest.fixture(autouse=True)
def _forget():
    ran.clear()


def later(**delta):
    return timezone.now() + timedelta(**delta)


def lose_lease(claimed):
    Job.objects.filter(pk=claimed.id).update(lease_until=later(seconds=-1))


def test_a_leased_job_is_not_claimed_again_until_its_lease_ends():
    note.enqueue("x")
    first = queue.claim("one")

    assert queue.claim("two") is None
    lose_lease(first)
    second = queue.claim("two")
    assert (second.id, second.attempts) == (first.id, 2)


def test_a_job_seen_free_by_two_workers_is_taken_by_one():
    note.enqueue("x")
    seen = Job.objects.get()

    assert queue._take(seen, "one", timezone.now())
    assert queue._take(seen, "two", timezone.now()) is None


def test_a_worker_that_lost_its_lease_can_settle_nothing():
    note.enqueue("x")
    zombie = queue.claim("zombie")
    lose_lease(zombie)
    owner = queue.claim("owner")
    before = Job.objects.values().get()

    assert not queue.finish(zombie)
    assert not queue.retry(zombie, "late")
    assert not queue.put_back(zombie, "late")
    assert not queue.give_up(zombie, "late")
    assert not queue.renew(zombie)
    assert Job.objects.values().get() == before
    assert queue.finish(owner)


def test_a_renewed_lease_lasts_longer():
    note.enqueue("x")
    claimed = queue.claim("w")
    lose_lease(claimed)

    assert queue.renew(claimed)
    assert queue.claim("other") is None


def test_a_job_that_kills_every_worker_dies_in_the_end():
    once.using(lane="c1").enqueue()
    note.using(lane="c1").enqueue("next")
    lose_lease(queue.claim("killed"))

    assert queue.claim("w").args == ["next"]
    assert queue.dead().get().last_error == "The worker stopped during the last attempt."
    assert ran == []


def test_a_failing_job_is_retried_until_its_attempts_are_used_up():
    job = fail.enqueue()

    assert Worker().drain(until=later(days=1)) == 3
    job.refresh_from_db()
    assert (job.state, job.attempts, job.holder) == (State.DEAD, 3, None)


def test_the_text_of_an_exception_is_neither_stored_nor_logged(caplog):
    fail.enqueue()

    with caplog.at_level(logging.DEBUG):
        Worker().drain()

    error = Job.objects.get().last_error
    assert "LookupError at " in error
    assert fail.name in caplog.text
    assert SECRET not in error + caplog.text


def test_a_stored_reason_is_cut():
    note.enqueue("x")
    queue.retry(queue.claim("w"), "long " * 1000)

    assert len(Job.objects.get().last_error) == 500


def test_a_task_chooses_when_it_runs_again():
    job = ask_for_retry.enqueue()
    Worker().drain()

    job.refresh_from_db()
    assert later(seconds=100) < job.run_at < later(seconds=121)
    assert job.last_error == "The provider asked for a pause."


def test_a_task_that_gives_up_is_dead_at_once():
    job = give_up.enqueue()
    Worker().drain()

    job.refresh_from_db()
    assert (job.state, job.attempts, job.last_error) == (State.DEAD, 1, "The message is gone.")


def test_backoff_doubles_up_to_its_cap_and_spreads(monkeypatch):
    monkeypatch.setattr(queue.random, "uniform", lambda low, high: high)
    assert [queue.backoff(n) for n in (1, 2, 3, 20, 4000)] == [5, 10, 20, 900, 900]

    monkeypatch.setattr(queue.random, "uniform", lambda low, high: low)
    assert queue.backoff(8) == queue.SHORTEST_DELAY


def test_a_task_unknown_to_this_process_waits_for_one_that_knows_it():
    job = once.enqueue()
    Job.objects.update(task="newer.version.send")
    Worker().drain()

    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.READY, 0)
    assert "newer.version.send" in job.last_error
    assert job.run_at > timezone.now()


def test_a_revived_job_runs_again_with_all_its_attempts():
    job = give_up.enqueue()
    Worker().drain()
    Job.objects.update(task=note.name, args={"args": ["again"], "kwargs": {}})

    assert queue.revive(job)
    assert not queue.revive(job)
    Worker().drain()
    assert ran == ["again"]


def test_a_stopped_worker_claims_nothing_more():
    stopped = Worker()
    note.enqueue("x")
    stopped.stop()

    assert stopped.drain() == 0


def test_a_worker_survives_a_database_outage_and_says_so_once(monkeypatch, caplog):
    survivor = Worker()
    answers = [OperationalError("gone")] * 3 + [None]

    def claim(*_):
        if len(answers) == 1:
            survivor.stop()
        answer = answers.pop(0)
        if answer:
            raise answer

    monkeypatch.setattr(queue, "claim", claim)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)  # the test's own transaction
    monkeypatch.setattr("jobs.outage.FIRST_PAUSE", 0.01)
    survivor._loop()

    assert [record.message for record in caplog.records] == [
        "database away: OperationalError",
        "database back",
    ]


def test_the_pause_in_an_outage_grows_to_its_cap():
    outage = Outage()

    assert [outage.failed(OperationalError()) for _ in range(7)] == [0.5, 1, 2, 4, 8, 10, 10]


def test_an_unforeseen_error_ends_the_whole_worker(monkeypatch):
    broken = Worker(threads=2)
    monkeypatch.setattr(broken, "_loop", lambda: 1 / 0)
    monkeypatch.setattr(worker.connections, "close_all", lambda: None)

    with pytest.raises(ZeroDivisionError):
        broken._live()

    assert broken.crashed
    assert broken.stopping


def test_claim_and_finish_take_three_statements():
    note.using(lane="c1").enqueue("x")

    with CaptureQueriesContext(
        connection,
    ) as captured:
        queue.finish(queue.claim("w"))

    verbs = [query["sql"].split()[0] for query in captured]
    assert [verb for verb in verbs if verb in ("SELECT", "UPDATE", "DELETE", "INSERT")] == [
        "SELECT",
        "UPDATE",
        "DELETE",
    ]
