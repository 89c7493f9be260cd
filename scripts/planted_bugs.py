"""Break each guard that protects a customer, one at a time in a copy of the tree, and see a test go red.

Usage: python scripts/planted_bugs.py [PART OF A NAME]. Starts from green; ends with 1 when a bug survives.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bugs import DISORDERLY, SETTLING, Bug

ROOT = Path(__file__).resolve().parent.parent
LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache", ".hypothesis")


HEART = "tests/test_ingest.py tests/test_outbox.py tests/test_policy.py tests/test_webhooks.py"
BUGS = (
    Bug(
        "one provider id may have two messages",
        "conversations/migrations/0001_initial.py",
        "condition=models.Q(('provider_id', ''), _negated=True), fields=('channel', 'provider_id')",
        "condition=models.Q(('provider_id', ''), _negated=True), fields=('channel', 'provider_id', 'id')",
        "tests/test_constraints.py",
    ),
    Bug(
        "one identity may have two open conversations",
        "conversations/migrations/0001_initial.py",
        "fields=('channel', 'identity', 'topic'), name='one_open_conversation'",
        "fields=('channel', 'identity', 'topic', 'id'), name='one_open_conversation'",
        "tests/test_constraints.py",
    ),
    Bug(
        "a repeated click is two messages",
        "conversations/migrations/0001_initial.py",
        "fields=('author', 'client_token', 'part')",
        "fields=('author', 'client_token', 'part', 'id')",
        "tests/test_constraints.py",
    ),
    Bug(
        "a forged webhook is believed",
        "conversations/webhooks.py",
        "        channel.adapter.verify(incoming, config)\n",
        "        pass\n",
        HEART,
    ),
    Bug(
        "the provider is told all is well while the database is away",
        "conversations/webhooks.py",
        "return HttpResponse(status=503,",
        "return HttpResponse(status=200,",
        HEART,
    ),
    Bug(
        "a poisonous item takes half of itself along",
        "conversations/processing.py",
        "        with transaction.atomic():\n            return ingest.record(item, event)",
        "        return ingest.record(item, event)",
        HEART,
    ),
    Bug(
        "the database's outage counts as a poisonous item",
        "conversations/processing.py",
        "    except OUTAGES:\n        raise\n    except Exception as error:\n        logger.exception",
        "    except Exception as error:\n        logger.exception",
        HEART,
    ),
    Bug(
        "a late receipt overwrites a better one",
        "conversations/statuses.py",
        "max((s for s in states if s in RANK), key=RANK.__getitem__, default=",
        "min((s for s in states if s in RANK), key=RANK.__getitem__, default=",
        HEART,
    ),
    Bug(
        "a failure hides a delivery",
        "conversations/statuses.py",
        "    if furthest in ARRIVED:\n        return furthest\n",
        "",
        HEART,
    ),
    Bug(
        "an early receipt is dropped",
        "conversations/receipts.py",
        "        return waiting.wait(event, item.provider_id)",
        "        return DUPLICATE",
        HEART,
    ),
    Bug(
        "the gate is not asked at send time",
        "conversations/delivery.py",
        "    if decision.verdict != Verdict.ALLOW:",
        "    if False:",
        HEART,
    ),
    Bug(
        "a broken gate lets everything through",
        "conversations/policy.py",
        '        reasons = ("gate_error",)',
        "        reasons = ()",
        HEART,
    ),
    Bug(
        "an opted-out customer is written to",
        "conversations/policy.py",
        "    if suppressions.ALL in stopped:",
        "    if False:",
        HEART,
    ),
    Bug(
        "the window never closes",
        "conversations/policy.py",
        'return "" if closes is not None and question.now < closes else "window_closed"',
        'return ""',
        HEART,
    ),
    Bug(
        "an unapproved template goes out",
        "conversations/policy.py",
        'return "" if known is not None and known.status == "approved" else "template_not_approved"',
        'return ""',
        HEART,
    ),
    Bug(
        "an unreachable customer is written to",
        "conversations/policy.py",
        'return "unreachable" if question.conversation.identity.unreachable_since else ""',
        'return ""',
        HEART,
    ),
    Bug(
        "a lost answer is sent again",
        "conversations/delivery.py",
        "        return AttemptOutcome.UNKNOWN, code, reason",
        "        return AttemptOutcome.RETRY, code, reason",
        HEART,
    ),
    Bug(
        "a send that was cut off is sent again",
        "conversations/delivery.py",
        "            _abandon(message)\n            return None",
        "            return _decide(message)",
        HEART,
    ),
    Bug(
        "a stalled worker overrules what was settled",
        "conversations/delivery.py",
        "        elif is_ours:",
        "        else:",
        SETTLING,
    ),
    Bug(
        "messages of one conversation overtake each other",
        "conversations/outbox.py",
        "delivery.deliver.using(lane=_lane(message.conversation_id)).enqueue(message.pk)",
        "delivery.deliver.enqueue(message.pk)",
        HEART,
    ),
    Bug(
        "an old stop is undone by an older start",
        "customers/suppressions.py",
        "since__lte=at",
        "since__isnull=False",
        HEART,
    ),
    Bug(
        "a changed phone number takes the history along",
        "conversations/notices.py",
        "    if item.same_person and known is None:",
        "    if known is None:",
        HEART,
    ),
    *DISORDERLY,
    Bug(
        "a page is told of conversations it may not see",
        "inbox/hub.py",
        "        return self.rights.sees_all or mine",
        "        return True",
        "tests/test_live.py",
    ),
    Bug(
        "a withdrawn right leaves the socket open",
        "inbox/hub.py",
        "                listener.dismiss()",
        "                pass",
        "tests/test_live.py",
    ),
    Bug(
        "a change is announced before it is committed",
        "conversations/changes.py",
        "    transaction.on_commit(partial(_tell, conversation_id, message_ids), robust=True)",
        "    _tell(conversation_id, message_ids)",
        "tests/test_live.py",
    ),
    Bug(
        "another team's conversation can be opened",
        "conversations/access.py",
        "    return everything.filter(",
        "    return everything.filter() or everything.filter(",
        "tests/test_access.py",
    ),
)


def main() -> int:
    wanted = " ".join(sys.argv[1:])
    bugs = [bug for bug in BUGS if wanted in bug.name]
    with tempfile.TemporaryDirectory() as directory:
        tree = Path(directory) / "tree"
        shutil.copytree(ROOT, tree, ignore=LEFT_BEHIND)
        if not _is_green(tree, " ".join(sorted({test for bug in bugs for test in bug.tests.split()}))):
            print("The tests are not green to begin with.")
            return 1
        survivors = [bug for bug in bugs if not _is_noticed(tree, bug)]
    print(f"{len(bugs) - len(survivors)} of {len(bugs)} planted bugs were caught.")
    return int(bool(survivors))


def _is_noticed(tree: Path, bug: Bug) -> bool:
    path = tree / bug.path
    source = path.read_text()
    if source.count(bug.before) != 1:
        print(f"LOST      {bug.name}: its line stands {source.count(bug.before)} times in {bug.path}")
        return False
    path.write_text(source.replace(bug.before, bug.after))
    noticed = not _is_green(tree, bug.tests)
    path.write_text(source)
    print(f"{'caught' if noticed else 'SURVIVED':9} {bug.name}", flush=True)
    return noticed


def _is_green(tree: Path, tests: str) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", *tests.split()]
    return subprocess.run(command, cwd=tree, capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
