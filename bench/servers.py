"""The throw-away servers of a run, and the databases in them."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg

from apsystem import embedded

MAIN = "alternative_provision"  # what the embedded server makes; migrated, and kept empty
NEEDED_BYTES = 8 * 2**30
ENVIRONMENT = {
    "SECRET_KEY": "a-key-that-protects-invented-people",
    "DEBUG": "0",
    "DEMO": "0",
    "HTTPS": "0",
    "DJANGO_SETTINGS_MODULE": "bench.settings",
}


class CannotRun(Exception):
    """The run cannot begin; the sentence says why and what to do."""


def start(*, is_large: bool) -> None:
    """Start servers of the run's own, and name them for Django. They are deleted at the end.

    A database that somebody named is never used: it may hold real children.
    """
    if os.environ.get("DATABASE_URL"):
        raise CannotRun(
            "DATABASE_URL is set. The benchmark fills and deletes a database of its own and runs "
            "on no other: unset DATABASE_URL."
        )
    usual = embedded.default_folder()
    usual.parent.mkdir(parents=True, exist_ok=True)
    if is_large and shutil.disk_usage(usual.parent).free < NEEDED_BYTES:
        raise CannotRun(f"Size M needs 8 GB free where {usual.parent} lies. Run --sizes S.")
    prefix = f"{usual.name}-bench-"
    with suppress(FileNotFoundError):  # another run ended, and deleted its folder, meanwhile
        embedded.sweep(usual.parent, prefix)
    folder = usual.parent / f"{prefix}{os.getpid()}"
    embedded.start(folder, durable=True, keep=False)
    os.environ.update(ENVIRONMENT)
    os.environ["DATABASE_URL"] = embedded.database_url(folder)
    os.environ["REDIS_URL"] = embedded.redis_url(folder)


def migrate() -> None:
    """Make the tables in the database from which the others are copied."""
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()
    from django.db import connection  # noqa: PLC0415

    from apsystem.rendering import quick_rendering  # noqa: PLC0415

    with quick_rendering():
        call_command("migrate", verbosity=0)

    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pupils_pupil)")
        if cursor.fetchone()[0]:
            raise CannotRun("There are pupils in the database already. Nothing was changed.")
    connection.close()


def raw(name: str | None = None) -> psycopg.Connection:
    """Connect as a hand-written program would, to the database that Django uses now.

    Every statement is planned anew: a plan that was kept would be measured for other tables.
    Nothing is compiled, as for Django: one of two that are compared would wait for it.
    """
    from django.db import connection  # noqa: PLC0415 - after django.setup()

    settings = connection.settings_dict
    return psycopg.connect(
        host=settings["HOST"],
        user=settings["USER"],
        dbname=name or settings["NAME"],
        autocommit=True,
        prepare_threshold=None,
        options="-c jit=off",
    )


def make(name: str) -> None:
    """Copy the migrated, empty database, and turn Django to the copy."""
    use(name)
    with raw("postgres") as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {MAIN}")


def use(name: str) -> None:
    """Turn Django to a database; it connects at its next query."""
    from django.db import connection  # noqa: PLC0415 - after django.setup()

    connection.close()
    connection.settings_dict["NAME"] = name


def within(name: str, work: Callable[[], object]) -> tuple[Callable[[], object], ...]:
    """Return the work, and what turns Django to the database and warms its connection first.

    One core each: a small table is read by two and a large one perhaps not, which says nothing
    about how much is read.
    """
    from django.db import connection  # noqa: PLC0415 - after django.setup()

    def before() -> None:
        use(name)
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")
        work()

    return work, before


@contextmanager
def made(name: str) -> Iterator[None]:
    """Hold a database of this name, and drop it afterwards: the disk is small."""
    make(name)
    try:
        yield
    finally:
        use(MAIN)
        with raw("postgres") as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
