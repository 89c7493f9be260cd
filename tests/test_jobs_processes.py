"""Promises of the job queue that only real processes, real signals and a real crash can show."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from jobs.tasks import task
from tests.databases import database_url

ROOT = Path(__file__).resolve().parent.parent
LANES, IN_LANE, FREE = 30, 10, 600
CHILD = f"""
import importlib, sys, django
django.setup()
getattr(importlib.import_module({__name__!r}), sys.argv[1])(*sys.argv[2:])
"""


def effect(*facts):
    """Append one line to the witness file; the kernel keeps the lines of all processes in order."""
    descriptor = os.open(os.environ["EFFECTS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, (json.dumps(facts) + "\n").encode())
    os.close(descriptor)


@task(queue="processes")
def record(key, lane=None):
    effect("start", key, lane, os.getpid())
    time.sleep(0.002)
    effect("end", key, lane, os.getpid())


@task(queue="processes", lease=3.0)
def record_slowly(key, seconds):
    effect("start", key, None, os.getpid())
    time.sleep(seconds)
    effect("end", key, None, os.getpid())


# What the child processes do


def prepare():
    from django.core.management import call_command

    call_command("migrate", "jobs", verbosity=0)
    with transaction.atomic():
        for key in range(LANES * IN_LANE):
            lane = f"lane-{key % LANES}"
            record.using(lane=lane).enqueue(key, lane)
        for key in range(LANES * IN_LANE, LANES * IN_LANE + FREE):
            record.enqueue(key)


def prepare_one(seconds):
    from django.core.management import call_command

    call_command("migrate", "jobs", verbosity=0)
    record_slowly.enqueue("only", float(seconds))


def expire(pid):
    """Let the lease of a dead worker pass without waiting for it."""
    from jobs.models import Job

    Job.objects.filter(holder__contains=f"-{pid}/").update(lease_until=timezone.now())


def work(*arguments):
    from django.core.management import call_command

    call_command("work", "--queue", "processes", *arguments)


def write_slowly(first, count):
    """Enqueue into three lanes by transactions that stay open a while, so that ids commit out of order."""
    for key in range(int(first), int(first) + int(count)):
        with transaction.atomic():
            lane = f"lane-{key % 3}"
            record.using(lane=lane).enqueue(key, lane)
            time.sleep(0.003 * (key % 4))


def contend():
    """Four workers and three writers over the same three lanes, in threads."""
    from django.core.management import call_command

    from jobs.models import Job
    from jobs.worker import Worker

    call_command("migrate", "jobs", verbosity=0)
    worker = Worker(threads=4, queues=["processes"])
    worker.start()
    writers = [threading.Thread(target=write_slowly, args=(n * 1000, 40)) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    while Job.objects.filter(task=record.name).exists():
        time.sleep(0.05)
    worker.stop()
    sys.exit(not worker.join(10))


# The stage


@pytest.fixture
def stage(tmp_path, transactional_db):
    """Start child processes on one database; none survives the test."""
    environment = os.environ | {
        "DATABASE_URL": database_url(tmp_path),
        "EFFECTS": str(tmp_path / "effects"),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent), *sys.path]),
        "LOG_LEVEL": "ERROR",
    }
    (tmp_path / "effects").touch()
    children = []

    def start(*arguments):
        child = subprocess.Popen([sys.executable, "-c", CHILD, *arguments], env=environment, cwd=ROOT)
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.wait()


def effects(tmp_path):
    return [json.loads(line) for line in (tmp_path / "effects").read_text().splitlines()]


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def ended(tmp_path):
    return [key for what, key, *_ in effects(tmp_path) if what == "end"]


def overlaps(events):
    """Jobs that began while another of their lane was running. A killed job's own second start is none."""
    running, found = {}, []
    for what, key, lane, _ in events:
        if what == "start":
            if lane and running.get(lane, key) != key:
                found.append(key)
            running[lane] = key
        elif running.get(lane) == key:
            del running[lane]
    return found


# The promises


@pytest.mark.processes
def test_every_job_runs_though_a_worker_is_killed_and_the_others_run_none_twice(stage, tmp_path):
    assert stage("prepare").wait(60) == 0
    workers = [stage("work", "--threads", "1") for _ in range(4)]
    wait_for(lambda: len(ended(tmp_path)) >= 300)

    workers[0].send_signal(signal.SIGKILL)
    workers[0].wait()
    assert stage("expire", str(workers[0].pid)).wait(60) == 0
    wait_for(lambda: len(set(ended(tmp_path))) == LANES * IN_LANE + FREE)
    for worker in workers[1:]:
        worker.terminate()

    assert [worker.wait(30) for worker in workers[1:]] == [0, 0, 0]
    seen = effects(tmp_path)
    starts = [key for what, key, *_ in seen if what == "start"]
    in_flight = [key for _, key, _, pid in seen if pid == workers[0].pid][-1:]
    assert {key for key in starts if starts.count(key) > 1} <= set(in_flight)
    assert_lanes_in_order(seen)


def assert_lanes_in_order(seen):
    order = defaultdict(list)
    for what, key, lane, _ in seen:
        if what == "start" and lane and key not in order[lane]:
            order[lane].append(key)
    assert len(order) == LANES
    assert all(keys == sorted(keys) and len(keys) == IN_LANE for keys in order.values())
    assert overlaps(seen) == []


@pytest.mark.processes
def test_a_job_cut_off_by_a_kill_runs_again_when_its_lease_ends(stage, tmp_path):
    assert stage("prepare_one", "1").wait(60) == 0
    victim = stage("work", "--threads", "1")
    wait_for(lambda: effects(tmp_path))

    victim.send_signal(signal.SIGKILL)
    victim.wait()
    stage("work", "--threads", "1")
    wait_for(lambda: ended(tmp_path))

    first, second, _ = effects(tmp_path)
    assert first[:2] == second[:2] == ["start", "only"]
    assert first[3] == victim.pid != second[3]


@pytest.mark.processes
def test_a_job_longer_than_its_lease_keeps_it(stage, tmp_path):
    assert stage("prepare_one", "6").wait(60) == 0
    for _ in range(2):
        stage("work", "--threads", "1")

    wait_for(lambda: ended(tmp_path))

    assert [what for what, *_ in effects(tmp_path)] == ["start", "end"]


@pytest.mark.processes
def test_sigterm_lets_the_running_job_finish(stage, tmp_path):
    assert stage("prepare_one", "1").wait(60) == 0
    worker = stage("work")
    wait_for(lambda: effects(tmp_path))

    worker.terminate()

    assert worker.wait(30) == 0
    assert ended(tmp_path) == ["only"]


@pytest.mark.processes
def test_a_job_that_outlasts_the_grace_makes_the_exit_code_say_so(stage, tmp_path):
    assert stage("prepare_one", "60").wait(60) == 0
    worker = stage("work", "--grace", "0.2")
    wait_for(lambda: effects(tmp_path))

    worker.terminate()

    assert worker.wait(30) == 1
    assert ended(tmp_path) == []


@pytest.mark.processes
def test_drain_runs_what_is_due_and_ends(stage, tmp_path):
    assert stage("prepare_one", "0").wait(60) == 0

    assert stage("work", "--drain").wait(60) == 0
    assert ended(tmp_path) == ["only"]


@pytest.mark.processes
def test_a_lane_is_never_held_twice_while_writers_commit_out_of_order(stage, tmp_path):
    assert stage("contend").wait(60) == 0

    seen = effects(tmp_path)
    assert sorted(ended(tmp_path)) == [n * 1000 + m for n in range(3) for m in range(40)]
    assert len(seen) == 240
    assert overlaps(seen) == []
