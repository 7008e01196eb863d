"""The embedded servers: shared, adopted, stopped by the last, and clear when they cannot start."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from apsystem import embedded

ROOT = Path(__file__).resolve().parent.parent


def run(code: str, folder: Path, **more: str) -> subprocess.CompletedProcess:
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in {"DATABASE_URL", "REDIS_URL", "PYTEST_XDIST_WORKER"}
    }
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=ROOT,
        env={**environment, "AP_DATA": str(folder), **more},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def folder(request):
    """Make a folder that nobody may enter too: PostgreSQL does not run as root."""
    usual = embedded.default_folder()
    path = usual.parent / f"{usual.name}-try-{os.getpid()}-{request.node.name[:12]}"
    yield path
    shutil.rmtree(path, ignore_errors=True)


START = """
    from apsystem import embedded
    import psycopg, redis
    embedded.start_missing()
    print(psycopg.connect(host=str(embedded._sockets(None)), user="postgres",
          dbname="alternative_provision").execute("show server_version").fetchone()[0])
    print(redis.Redis.from_url(embedded.redis_url()).ping())
"""


def is_running(folder: Path) -> bool:
    return (folder / "postgres" / "postmaster.pid").exists()


def test_both_start_and_the_last_user_stops_them(folder):
    done = run(START, folder)

    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0].startswith("18.")
    assert done.stdout.split()[1] == "True"
    assert not is_running(folder)


def test_servers_whose_user_was_killed_are_adopted(folder):
    killed = run(START + "\n    import os, signal; os.kill(os.getpid(), signal.SIGKILL)", folder)
    assert killed.returncode == -9
    assert is_running(folder)

    done = run(START, folder)

    assert done.returncode == 0, done.stderr
    assert not is_running(folder)


def test_two_users_at_once_share_and_the_first_to_leave_stops_nothing(folder):
    code = (
        START
        + """
    import subprocess, sys
    inner = subprocess.run([sys.executable, "-c", "from apsystem import embedded; "
                            "embedded.start_missing()"], check=True)
    print(redis.Redis.from_url(embedded.redis_url()).ping())
"""
    )
    done = run(code, folder)

    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == "True"


@pytest.mark.parametrize(
    ("trick", "words"),
    [
        ("embedded.NEEDED_BYTES = 10**18", "Free some space"),
        ("embedded.importlib.util.find_spec = lambda name: None", "is not installed"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(folder, trick, words):
    done = run(f"from apsystem import embedded\n{trick}\nembedded.start_missing()", folder)

    assert done.returncode == 1
    assert words in done.stderr


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")

    done = run("from apsystem import embedded; embedded.start_missing()", tmp_path / "file" / "x")

    assert "cannot be made" in done.stderr


def test_named_servers_are_left_alone(folder):
    run(START, folder, DATABASE_URL="postgres://x@127.0.0.1/y", REDIS_URL="redis://127.0.0.1")

    assert not folder.exists()


def test_a_taken_port_is_said_before_anything_starts(folder):
    code = """
        import socket, sys
        held = socket.create_server(("127.0.0.1", 0))
        from apsystem import embedded
        embedded.start_missing()
        import django; django.setup()
        from django.core.management import call_command
        call_command("demo", port=held.getsockname()[1])
    """
    done = run(code, folder, DEMO="1", DJANGO_SETTINGS_MODULE="apsystem.settings")

    assert "Choose another one: PORT=" in done.stderr
