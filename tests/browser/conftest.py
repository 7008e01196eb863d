"""Chromium, a live server, and people who are signed in. Without Chromium these tests are skipped."""

import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests import world as worlds
from tests.processes import Server
from tests.sessions import session_of

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

STUMBLES = r"Protocol error \(|has been closed|Target closed"


def pytest_collection_modifyitems(items):
    """Try once more where the browser itself stumbles; what a test asserts is never tried again."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=[STUMBLES]))


@pytest.fixture(scope="session")
def chromium():
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    # Playwright runs an event loop in this thread; Django would refuse its own queries beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def chromium_that_hears(chromium):
    """Open pages in a browser of its own, with a microphone that hums."""
    opened = []

    def open_page():
        opened.append(
            chromium.browser_type.launch(
                executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
                args=[
                    *SWITCHES,
                    "--use-fake-device-for-media-stream",
                    "--use-fake-ui-for-media-stream",
                ],
            )
        )
        return opened[-1].new_page()

    yield open_page
    for browser in opened:
        browser.close()


@pytest.fixture
def world(transactional_db):
    return worlds.build()


@pytest.fixture
def server(transactional_db):
    """Start the web server as a process of its own, on the database of the test."""
    assert connection.settings_dict["NAME"] == settings.DATABASES["default"]["NAME"]
    server = Server()
    server.start()
    yield server
    server.kill()


@pytest.fixture
def page_of(chromium, live_server):
    """Open a page as a person, at a width, with scripts or without."""
    contexts = []

    def open_page(user, *, width=1280, scripts=True, at=live_server.url):
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
            base_url=at,
            bypass_csp=False,
        )
        contexts.append(context)
        if user is not None:
            context.add_cookies(
                [
                    {
                        "name": settings.SESSION_COOKIE_NAME,
                        "value": session_of(user),
                        "url": at,
                    }
                ]
            )
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.off_origin = []
        page.console_errors = []
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((at, "data:"))
                else page.off_origin.append(request.url)
            ),
        )
        page.on(
            "console",
            lambda message: (
                page.console_errors.append(message.text) if message.type == "error" else None
            ),
        )
        return page

    yield open_page
    for context in contexts:
        context.close()
