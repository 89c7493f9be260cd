"""Accessibility: axe finds nothing on any page of the desk, in light and in dark."""

import pytest

from .browser import CHROMIUM, sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
]

PAGES = [
    "/inbox/?view=all",
    "/inbox/?view=resolved",
    "/inbox/1/",
    "/inbox/3/",
    "/simulator/",
    "/simulator/phones/1/",
    "/settings/channels/",
    "/settings/channels/1/",
    "/settings/channels/new/telegram/",
    "/settings/agents/",
    "/settings/agents/invite/",
    "/settings/agents/2/",
    "/accounts/2fa/",
    "/accounts/logout/",
    "/accounts/reauthenticate/",
]
ENTRANCES = ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"]


@pytest.fixture(scope="module", params=["light", "dark"])
def page(browser, desk, request):
    """Lena's window in one colour scheme."""
    page = sign_in(browser, desk, color_scheme=request.param, reduced_motion="reduce")
    yield page
    page.context.close()


def violations(page, address):
    from axe_playwright_python.sync_playwright import Axe

    page.goto(address)
    page.wait_for_load_state("load")
    found = Axe().run(page).response["violations"]
    return [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found]


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(page, desk, path):
    assert violations(page, desk.url + path) == []
    assert page.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_before_signing_in(browser, desk, scheme):
    page = browser.new_page(color_scheme=scheme, reduced_motion="reduce")
    assert [violations(page, desk.url + path) for path in ENTRANCES] == [[], [], []]
    page.context.close()
