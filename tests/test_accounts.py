"""Who gets in: by invitation, with limits, and out at once when deactivated."""

import re
import threading
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import changes, invitations
from accounts.models import Agent, Role
from tests import factories

pytestmark = pytest.mark.django_db
NEW = "correct horse battery staple"


@pytest.fixture
def administrator(client):
    agent = factories.agent("boss@desk.example", Role.ADMINISTRATOR)
    client.force_login(agent)
    return agent


def sign_in(client, email, password, **extra):
    return client.post("/accounts/login/", {"login": email, "password": password}, **extra)


def is_in(client):
    return client.get("/accounts/password/change/").status_code == 200


def choose(client, link, password=NEW):
    """Open a link as a browser would and choose a password there."""
    form = client.get(link.removeprefix("https://desk.example"), follow=True)
    return client.post(form.request["PATH_INFO"], {"password1": password, "password2": password})


@pytest.fixture(autouse=True)
def own_address(settings):
    settings.PUBLIC_URL = "https://desk.example"


def test_nobody_signs_up(client):
    client.post("/accounts/signup/", {"email": "me@x.example", "password1": NEW, "password2": NEW})

    assert Agent.objects.count() == 0


def test_an_invited_agent_chooses_a_password_and_signs_in(client):
    link = invitations.link(invitations.invite("new@desk.example", "New"))

    choose(client, link)
    sign_in(client, "NEW@desk.example", NEW)

    assert is_in(client)


def test_an_invitation_works_once(client):
    link = invitations.link(invitations.invite("new@desk.example", "New"))
    choose(client, link)

    again = client.get(link.removeprefix("https://desk.example"), follow=True)

    assert "no longer works" in again.content.decode()


def test_an_invitation_grows_old(client):
    link = invitations.link(invitations.invite("new@desk.example", "New"))

    with time_machine.travel(invitations.expires() + timedelta(minutes=1)):
        late = client.get(link.removeprefix("https://desk.example"), follow=True)

    assert "no longer works" in late.content.decode()


def test_an_invited_agent_has_no_password_to_guess(client):
    invitations.invite("new@desk.example", "New")

    sign_in(client, "new@desk.example", "")

    assert not is_in(client)


def test_the_links_host_is_ours_whatever_the_request_says(client, administrator, settings):
    settings.ALLOWED_HOSTS = ["*"]

    page = client.post(
        "/settings/agents/invite/",
        {"email": "new@desk.example", "name": "New", "role": "agent"},
        headers={"host": "evil.example"},
    )
    client.post("/accounts/password/reset/", {"email": administrator.email}, headers={"host": "evil.example"})

    assert "https://desk.example/accounts/password/reset/key/" in page.content.decode()
    assert len(mail.outbox) == 2
    assert all("https://desk.example/" in sent.body and "evil" not in sent.body for sent in mail.outbox)


def test_an_invitation_is_mailed_and_shown(client, administrator):
    team = factories.team()
    form = {"email": "new@desk.example", "name": "New", "role": "supervisor", "teams": [team.pk]}

    page = client.post("/settings/agents/invite/", form).content.decode()

    agent = Agent.objects.get(email="new@desk.example")
    (link,) = set(re.findall(r"https://desk\.example/accounts/password/reset/key/[^\s\"<]+", page))
    assert (agent.role, list(agent.teams.all()), mail.outbox[0].to) == ("supervisor", [team], [agent.email])
    assert link in mail.outbox[0].body


def test_without_a_mail_server_the_link_is_still_shown(client, administrator, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 9

    page = client.post(
        "/settings/agents/invite/", {"email": "new@desk.example", "name": "New", "role": "agent"}
    ).content.decode()

    assert "could not be sent" in page
    assert "/accounts/password/reset/key/" in page


def test_nobody_is_invited_twice_whatever_the_case(client, administrator):
    page = client.post(
        "/settings/agents/invite/", {"email": "BOSS@desk.example", "name": "Kept name", "role": "agent"}
    )

    assert page.status_code == 422
    assert "exists already" in page.content.decode()
    assert 'value="Kept name"' in page.content.decode()


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
def test_people_are_the_administrators_business(client, role):
    someone = factories.agent(role=role)
    client.force_login(someone)

    pages = ["/settings/agents/", "/settings/agents/invite/", f"/settings/agents/{someone.pk}/"]

    assert [client.get(page).status_code for page in pages] == [403, 403, 403]
    assert client.post(f"/settings/agents/{someone.pk}/link/").status_code == 403


def test_a_deactivated_agent_is_out_at_once(client, administrator):
    agent, browser = factories.agent("left@desk.example"), Client()
    sign_in(browser, agent.email, factories.PASSWORD)
    assert is_in(browser)

    client.post(f"/settings/agents/{agent.pk}/", {"name": agent.name, "role": agent.role})

    assert not is_in(browser)
    sign_in(browser, agent.email, factories.PASSWORD)
    assert not is_in(browser)


def test_the_last_administrator_cannot_step_down(client, administrator):
    form = {"name": "Boss", "role": "agent", "is_active": "on"}

    page = client.post(f"/settings/agents/{administrator.pk}/", form)

    administrator.refresh_from_db()
    assert page.status_code == 422
    assert administrator.role == Role.ADMINISTRATOR


def test_one_of_two_administrators_may_step_down(administrator):
    factories.agent(role=Role.ADMINISTRATOR)

    changes.change(administrator, name="Boss", role=Role.AGENT, teams=[], is_active=True)

    assert Agent.objects.get(pk=administrator.pk).role == Role.AGENT


def test_an_inactive_administrator_is_no_administrator(administrator):
    factories.agent(role=Role.ADMINISTRATOR, is_active=False)

    with pytest.raises(changes.CannotChange):
        changes.change(administrator, name="Boss", role=Role.ADMINISTRATOR, teams=[], is_active=False)


def test_guessing_one_agents_password_is_stopped(client):
    factories.agent("target@desk.example")
    for attempt in range(5):
        sign_in(client, "target@desk.example", f"guess {attempt}", REMOTE_ADDR=f"192.0.2.{attempt}")

    page = sign_in(client, "target@desk.example", factories.PASSWORD, REMOTE_ADDR="192.0.2.99")

    assert "Too many failed login attempts" in page.content.decode()
    assert not is_in(client)


def test_guessing_many_agents_passwords_from_one_place_is_stopped(client):
    factories.agent("target@desk.example")
    for attempt in range(10):
        sign_in(client, f"somebody{attempt}@desk.example", "guess")

    sign_in(client, "target@desk.example", factories.PASSWORD)

    assert not is_in(client)


def test_the_limit_on_guessing_passes(client):
    factories.agent("target@desk.example")
    for attempt in range(5):
        sign_in(client, "target@desk.example", f"guess {attempt}")

    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        sign_in(client, "target@desk.example", factories.PASSWORD)
        assert is_in(client)


@pytest.mark.parametrize("address", ["/admin/login/", "/admin/", "/admin/customers/customer/"])
def test_the_admin_signs_in_as_everybody_does(client, address):
    factories.agent("boss@desk.example", Role.ADMINISTRATOR)
    client.post(address, {"username": "boss@desk.example", "password": factories.PASSWORD})

    page = client.get(address, follow=True)

    assert page.request["PATH_INFO"] == "/accounts/login/"
    assert not is_in(client)


def test_an_agent_is_not_let_into_the_admin(client):
    client.force_login(factories.agent())

    assert client.get("/admin/", follow=True).status_code == 403


def test_nobody_adds_an_address_that_could_take_the_account_over(client):
    client.force_login(factories.agent())

    client.post("/accounts/email/", {"action_add": "", "email": "thief@x.example"}, follow=True)
    client.post("/accounts/password/reset/", {"email": "thief@x.example"})

    assert [sent for sent in mail.outbox if "/key/" in sent.body] == []


def test_a_reset_for_an_unknown_address_says_the_same(client):
    factories.agent("known@desk.example")
    answers = [
        client.post("/accounts/password/reset/", {"email": email}, follow=True).content
        for email in ("known@desk.example", "unknown@desk.example")
    ]

    assert answers[0] == answers[1]


def test_demo_people_are_offered_with_the_simulator_alone(client, settings):
    factories.agent("lena@example.com", Role.ADMINISTRATOR)

    settings.SIMULATOR = True
    assert "lena@example.com" in client.get("/accounts/login/").content.decode()
    settings.SIMULATOR = False
    assert "lena@example.com" not in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("page", ["login/", "password/reset/", "signup/", "password/reset/key/1-a-b/"])
def test_pages_before_the_desk_hold_no_inline_script_or_style(client, page):
    html = client.get(f"/accounts/{page}").content.decode()

    executable = [tag for tag in re.findall(r"<script[^>]*>", html) if "src=" not in tag]
    assert [tag for tag in executable if 'type="application/json"' not in tag] == []
    assert not re.search(r"<style|\sstyle=|\son\w+=", html)


def test_the_first_administrator_comes_from_the_command_line(client):
    out = StringIO()
    call_command("create_agent", "first@desk.example", name="First", role="administrator", stdout=out)

    choose(client, out.getvalue().strip())
    sign_in(client, "first@desk.example", NEW)

    assert client.get("/settings/agents/").status_code == 200


@pytest.mark.parametrize("email", ["boss@desk.example", "not an address"])
def test_the_command_refuses_what_it_cannot_create(administrator, email):
    with pytest.raises(CommandError):
        call_command("create_agent", email)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite in memory refuses a second writer")
@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_remove_each_other_at_the_same_moment():
    pair = [factories.agent(role=Role.ADMINISTRATOR) for _ in range(2)]
    gate = threading.Barrier(2)

    def step_down(agent):
        gate.wait()
        try:
            changes.change(agent, name="X", role=Role.AGENT, teams=[], is_active=True)
        except changes.CannotChange:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=step_down, args=[agent]) for agent in pair]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert Agent.objects.filter(role=Role.ADMINISTRATOR).count() == 1


def test_who_lacks_a_right_is_told_who_can_give_it(client):
    client.force_login(factories.agent())

    page = client.get("/settings/agents/")

    assert page.status_code == 403
    assert "An administrator" in page.content.decode()
