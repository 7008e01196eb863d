"""Run the whole service for a visitor: servers, worker, scheduler and web, until Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any
from urllib.request import urlopen

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.permissions import Role
from apsystem import embedded
from apsystem.demo.invented import PASSWORD
from apsystem.rendering import quick_rendering
from reporting.nightly import compute_figures

HOST = "127.0.0.1"
WAIT_SECONDS = 30


class Command(BaseCommand):
    """Migrate, seed once, start everything, print the sign-ins, and stop all of it together."""

    help = "Run the demo borough on 127.0.0.1 (needs DEMO=1; PORT changes the port)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the port and the number of pupils."""
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--pupils", type=int, default=160)

    def handle(self, *args: Any, **options: Any) -> None:
        """Start, wait, stop."""
        if not settings.DEMO:
            raise CommandError("Set DEMO=1: the demo lets anybody in with a published password.")
        port = options["port"]
        self._check_port(port)
        with quick_rendering():
            call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("seed_demo", pupils=options["pupils"], stdout=self.stdout)
        compute_figures()
        children = [
            self._start("-m", "celery", "-q", "-A", "apsystem", "worker", "--concurrency=2", "-l",
                        "warning", "-n", f"demo-{port}@%h"),
            self._start("-m", "celery", "-q", "-A", "apsystem", "beat", "-l", "warning", "--schedule",
                        str(embedded.default_folder() / f"beat-{port}")),
            self._start("-m", "gunicorn", "apsystem.wsgi", "--bind", f"{HOST}:{port}",
                        "--workers=2", "--threads=4", "--log-level=warning"),
        ]  # fmt: skip
        try:
            self._wait_for_page(port, children)
            self._say(port)
            self._watch(children)
        finally:
            self._stop(children)

    def _check_port(self, port: int) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                raise CommandError(
                    f"Port {port} cannot be used: {error.strerror}. "
                    f"Choose another one: PORT={port + 1} make demo"
                ) from error

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own programs
            [sys.executable, *command], cwd=settings.BASE_DIR, start_new_session=True
        )

    def _wait_for_page(self, port: int, children: list[subprocess.Popen[bytes]]) -> None:
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            if any(child.poll() is not None for child in children):
                raise CommandError("A part of the demo ended at once; its message is above.")
            try:
                with urlopen(f"http://{HOST}:{port}/privacy/", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise CommandError("The web server did not answer in time.")

    def _say(self, port: int) -> None:
        self.stdout.write(f"\n  http://{HOST}:{port}/\n\n  Sign in with the password {PASSWORD}:")
        for role in Role:
            name = role.replace(" ", ".").replace("protection.officer", "protection")
            self.stdout.write(f"    {name}@demo.example")
        self.stdout.write("\n  Ctrl-C stops everything.\n")
        self.stdout.flush()

    def _watch(self, children: list[subprocess.Popen[bytes]]) -> None:
        def leave(number: int, frame: FrameType | None) -> None:
            raise KeyboardInterrupt

        signal.signal(signal.SIGTERM, leave)
        try:
            while all(child.poll() is None for child in children):
                time.sleep(0.5)
            self.stderr.write("A part of the demo ended; stopping the others.")
        except KeyboardInterrupt:
            self.stdout.write("\nStopping.")

    def _stop(self, children: list[subprocess.Popen[bytes]]) -> None:
        for child in children:
            if child.poll() is None:
                child.terminate()
        for child in children:
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
