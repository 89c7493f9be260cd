"""What child processes do for the tests that kill them: one web process, one worker, one look at the rows.

Started as `python tests/children.py FUNCTION ARGUMENTS`, on the database of the environment.
"""

import io
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from pathlib import Path


def answer_calls():
    """One call per line, ["function", argument, ...]; what it prints is the answer, on one line."""
    for line in sys.stdin:
        function, *arguments = json.loads(line)
        with redirect_stdout(io.StringIO()) as printed:
            globals()[function](*arguments)
        print(printed.getvalue().strip() or "{}", flush=True)


def prepare(base_url):
    """An empty, migrated database with a WhatsApp and a Telegram channel."""
    from django.core.management import call_command

    from channels_app.models import Channel
    from tests.signing import CREDENTIALS

    call_command("migrate", verbosity=0)
    for kind in ("whatsapp", "telegram"):
        settings = {"base_url": base_url}
        Channel.objects.create(
            kind=kind, name=kind, credentials=CREDENTIALS[kind], settings=settings, webhook_key=kind
        )


def post(requests):
    """Send each request of a JSON Lines file through the real WSGI application; print the statuses."""
    lines = Path(requests).read_text().splitlines()
    print(json.dumps([_post(json.loads(line)) for line in lines]))


def post_at_once(requests, threads):
    """The same, from many threads."""
    lines = [json.loads(line) for line in Path(requests).read_text().splitlines()]
    with ThreadPoolExecutor(int(threads)) as pool:
        print(json.dumps(list(pool.map(_post, lines))))


def _post(request):
    from django.test import RequestFactory

    from helpdesk.wsgi import application

    body = request["body"].encode()
    environ = (
        RequestFactory()
        .post(request["path"], body, content_type="application/json", headers=request["headers"])
        .environ
    )
    environ["wsgi.input"] = io.BytesIO(body)
    statuses = []
    b"".join(application(environ, lambda status, headers, exc_info=None: statuses.append(status)))
    return int(statuses[0][:3])


def queue(channel, count):
    """An agent answers the channel's one conversation `count` times, by requests that may be repeated."""
    from accounts.models import Agent
    from conversations import outbox
    from conversations.drafts import Draft
    from conversations.models import Conversation

    conversation = Conversation.objects.get(channel__webhook_key=channel)
    agent, _ = Agent.objects.get_or_create(email="lena@desk.example", defaults={"name": "Lena"})
    for number in range(int(count)):
        outbox.queue(conversation, Draft(text=f"answer {number}"), agent, f"click-{number}")


def sign_in():
    """Print the session key of an agent who has just signed in."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from accounts.models import Agent

    agent, _ = Agent.objects.get_or_create(email="lena@desk.example", defaults={"name": "Lena"})
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(agent.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    session.create()
    print(json.dumps(session.session_key))


def sign_out():
    """End every session."""
    from django.contrib.sessions.models import Session

    Session.objects.all().delete()


def drain():
    """A worker that ends when nothing is left, not even what is to be tried later."""
    from datetime import timedelta

    from django.utils import timezone

    from jobs.worker import Worker

    Worker().drain(until=timezone.now() + timedelta(hours=1))


def expire_leases():
    """As if the time of every lease had passed."""
    from django.utils import timezone

    from jobs.models import Job

    Job.objects.exclude(lease_until=None).update(lease_until=timezone.now())


def facts():
    """Everything the tests judge, as JSON."""
    from conversations.models import Attachment, Conversation, Message, SendAttempt, WebhookEvent
    from customers.models import Customer

    messages = Message.objects.order_by("id")
    print(
        json.dumps(
            {
                "events": list(WebhookEvent.objects.values_list("state", flat=True)),
                "customers": Customer.objects.count(),
                "conversations": Conversation.objects.count(),
                "unread": sum(Conversation.objects.values_list("unread_count", flat=True)),
                "in": list(messages.filter(direction="in").values_list("text", flat=True)),
                "out": list(messages.filter(direction="out").values_list("text", "status")),
                "attempts": SendAttempt.objects.count(),
                "undecided": SendAttempt.objects.exclude(decision__verdict="allow").count(),
                "attachments": list(Attachment.objects.values_list("state", flat=True)),
            }
        )
    )


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    import django

    django.setup()
    globals()[sys.argv[1]](*sys.argv[2:])
