"""The web server and the worker in processes of their own, on the database of a test."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from tests import servers


def redis_url() -> str:
    """Return the address of a Redis database that no other worker of the tests clears.

    The tests' own caches are in the lower half of the sixteen (tests.settings), these in the upper.
    """
    number = 8 + settings.CACHES["default"]["OPTIONS"]["db"]
    usual = settings.CACHES["default"]["LOCATION"]
    return f"{usual}?db={number}" if usual.startswith("unix:") else f"{usual}/{number}"


def environment() -> dict[str, str]:
    """Return what makes a process use the database of the test."""
    usual = os.environ["DATABASE_URL"]
    name = settings.DATABASES["default"]["NAME"]
    path, _, options = usual.partition("?")
    return {
        **{key: value for key, value in os.environ.items() if key != servers.RUN},
        "DATABASE_URL": f"{path.rpartition('/')[0]}/{name}?{options}".rstrip("?"),
        "REDIS_URL": redis_url(),
        "DJANGO_SETTINGS_MODULE": "apsystem.settings",
        "SECRET_KEY": settings.SECRET_KEY,
        "DEBUG": "1",  # static files are served as they lie
        "HTTPS": "0",
    }


def free_port() -> int:
    """Return a port of this machine that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def health(url: str) -> tuple[int, dict[str, Any]]:
    """Return the status of the health page of a server, and what it says."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except OSError as error:  # it is not there yet
        return 0, {"says": str(error)}


def until(seconds: float, is_so: Callable[[], bool]) -> bool:
    """Wait until something is so, and tell whether it came to be."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.5)
    return False


class Process:
    """A program that is killed without warning, and started again."""

    def __init__(self) -> None:
        self.process = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.command()],
            cwd=settings.BASE_DIR,
            env=environment(),
            start_new_session=True,
        )

    def kill(self) -> None:
        """Kill the whole group with SIGKILL."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)

    def kill_a_child(self) -> bool:
        """Kill one of the processes below it; tell whether there was one."""
        pid = self.process.pid
        try:
            below = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
            os.kill(int(random.choice(below)), signal.SIGKILL)  # noqa: S311 - not a secret
        except (OSError, IndexError):
            return False
        return True


class Server(Process):
    """gunicorn with two workers."""

    def __init__(self, application: str = "apsystem.wsgi") -> None:
        super().__init__()
        self.application = application
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        return ["gunicorn", self.application, "--workers", "2",
                "--bind", f"127.0.0.1:{self.port}", "--log-level", "critical"]  # fmt: skip

    def start(self) -> None:
        super().start()
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/accessibility/", timeout=5).close()  # noqa: S310
                return
            time.sleep(0.1)
        raise TimeoutError("the server does not answer")


class Beat(Process):
    """The clock of Celery."""

    def command(self) -> list[str]:
        schedule = Path(tempfile.mkdtemp()) / "beat"
        return ["celery", "-q", "-A", "apsystem", "beat", "--loglevel", "CRITICAL",
                "--schedule", str(schedule)]  # fmt: skip


class Worker(Process):
    """A Celery worker with one child."""

    def command(self) -> list[str]:
        return ["celery", "-q", "-A", "apsystem", "worker", "-c", "1", "--loglevel", "CRITICAL",
                "--without-gossip", "--without-mingle"]  # fmt: skip
