"""The demo as a visitor has it: on an empty home it starts, is well, lets in, and is gone again."""

import http.cookiejar
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings

from apsystem.demo.invented import PASSWORD
from tests import servers
from tests.processes import free_port, health, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not servers.HAS_WHEELS, reason="no build for this machine"),
]
TO_START = 360  # on a machine that is busy with other tests; a fraction of it where it is not
TO_STOP = 60


@pytest.fixture
def folder():
    path = servers.folder_of("demo")
    yield path
    shutil.rmtree(path, ignore_errors=True)


def processes_of(folder):
    """Return the processes that were told of the folder, by their number."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (process / "cmdline").read_bytes()
            if str(folder).encode() in words + (process / "environ").read_bytes():
                found[int(process.name)] = words.replace(b"\0", b" ").decode()
    return found


@pytest.fixture
def demo(folder, tmp_path):
    """Start the demo, small, with nothing in the environment but where things are."""
    port = free_port()
    said = tmp_path / "said"
    with said.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(port), "--pupils", "12"],
            cwd=settings.BASE_DIR,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(tmp_path),
                "AP_DATA": str(folder),
                "DEMO": "1",
            },
            stdout=file,
            stderr=subprocess.STDOUT,
            # What a shell starts in the background, and what that starts, does not hear SIGINT.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )
    yield process, f"http://127.0.0.1:{port}", said
    for pid in processes_of(folder):  # none, unless the test failed
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait(timeout=10)


def page_after_sign_in(url, email):
    """Sign in as a browser does, and return the page that comes."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    form = browser.open(f"{url}/account/sign-in/", timeout=30).read().decode()
    [token] = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form))
    given = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    sent = urlencode(given).encode()
    with browser.open(f"{url}/account/sign-in/", sent, timeout=30) as answer:
        return answer.read().decode()


def test_the_demo_starts_is_well_lets_in_and_leaves_nothing_behind(demo, folder):
    process, url, said = demo

    def is_well():
        return process.poll() is not None or health(url)[0] == 200

    assert until(TO_START, is_well), (health(url), said.read_text())
    status, answers = health(url)
    assert status == 200, said.read_text()
    assert all(answers[part]["ok"] for part in ("database", "broker", "worker", "figures"))
    assert len(processes_of(folder)) > 5  # demo, web, worker, clock, and both servers
    page = page_after_sign_in(url, "caseworker@demo.example")
    assert "Sign out" in page
    assert "<h1" in page

    process.send_signal(signal.SIGINT)

    assert process.wait(timeout=TO_STOP) == 0, said.read_text()
    assert processes_of(folder) == {}
    assert "Stopping." in said.read_text()
