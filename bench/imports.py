"""Rows of an import: three years of a borough in one file, beside COPY of the very same marks."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pghistory
import psycopg

from accounts.models import Membership, Organisation, User
from accounts.permissions import Role
from attendance import actions
from attendance.models import Mark
from bench import servers
from bench.borough import SINCE
from bench.timing import Effort, Result, Way, count_queries, in_turns

COPY_BUDGET = 5  # at least a fifth of COPY's rate
RUNS = Effort(3, 5)  # a run takes seconds
YEARS = 3  # some 450,000 marks
# Code E is for a pupil without provision, so no register of a provider takes it.
MARKS = """
    SELECT placement_id, mark.pupil_id, upn, date, session,
        CASE code WHEN 'E' THEN 'I' ELSE code END AS code, marked_by_id
    FROM attendance_mark AS mark JOIN pupils_pupil AS pupil ON pupil.id = mark.pupil_id
    ORDER BY date, session, placement_id
"""
AS_A_SYSTEM_EXPORTS = f"""
    SELECT upn, to_char(date, 'DD/MM/YYYY'), CASE session WHEN 0 THEN 'AM' ELSE 'PM' END, code
    FROM ({MARKS}) AS mark
"""  # noqa: S608 - constants of ours
AS_THE_TABLE_HOLDS = f"""
    COPY (SELECT placement_id, pupil_id, date, session, code, 1, marked_by_id, now()
          FROM ({MARKS}) AS mark) TO STDOUT
"""  # noqa: S608 - constants of ours
PLAIN = """
    CREATE TABLE plain_mark (
        placement_id bigint NOT NULL, pupil_id bigint NOT NULL, date date NOT NULL,
        session smallint NOT NULL, code varchar(2) NOT NULL, version smallint NOT NULL,
        marked_by_id bigint NOT NULL, marked_at timestamptz NOT NULL,
        PRIMARY KEY (placement_id, date, session)
    )
"""
COPY = """
    COPY {table} (placement_id, pupil_id, date, session, code, version, marked_by_id, marked_at)
    FROM STDIN
"""
EMPTIED = """
    TRUNCATE plain_mark, attendance_mark, attendance_markevent, attendance_weektotal CASCADE
"""
HEADINGS = ("UPN", "Date", "Session", "Mark")


@dataclass(frozen=True)
class Files:
    """The same marks twice: as a system exports them, and as COPY takes them."""

    exported: bytes
    copied: bytes
    marks: int

    @classmethod
    def read(cls, raw: psycopg.Connection) -> "Files":
        """Read the marks that are there."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(HEADINGS)
        found = raw.execute(AS_A_SYSTEM_EXPORTS).fetchall()
        writer.writerows(found)
        with raw.cursor().copy(AS_THE_TABLE_HOLDS) as copy:
            copied = b"".join(copy)
        return cls(text.getvalue().encode(), copied, len(found))


def rows(size: str, effort: Effort) -> Iterator[Result]:
    """Time the import of all marks into an empty table, each line checked, beside plain COPY.

    Between the two stands COPY into the table of marks itself: what its keys, its history and its
    totals take, and no check of a line. The table is emptied by it, so this comes last.
    """
    with servers.raw() as raw:
        files, by = Files.read(raw), _officer()
        raw.execute(PLAIN)
        empty = partial(raw.execute, EMPTIED)
        system = Way(lambda: _take(files, by), empty)
        own = Way(lambda: _copy(raw, files, "attendance_mark"), empty)
        floor = Way(lambda: _copy(raw, files, "plain_mark"), empty)
        runs = RUNS if effort.most > RUNS.most else effort
        yield Result(
            f"import of {files.marks:,} marks",
            size,
            files.marks,
            "COPY into a table with one key; no checks, history or totals",
            queries=count_queries(system),
            budget=COPY_BUDGET,
            **in_turns(system, floor, runs),
        )
        yield Result(
            f"import of {files.marks:,} marks, beside their own table",
            size,
            files.marks,
            "COPY into the table of marks: its keys, history and totals, and no checks",
            **in_turns(system, own, runs),
        )
        raw.execute("DROP TABLE plain_mark")


def _officer() -> User:
    council = Organisation.objects.get(kind=Organisation.Kind.COUNCIL)
    by = User.objects.create(email="officer@council.example", name="Officer")
    Membership.objects.create(user=by, organisation=council, role=Role.CASEWORKER, starts_on=SINCE)
    return by


def _take(files: Files, by: User) -> None:
    """Import as the command does, history named."""
    with pghistory.context(task="import_marks", user=by.pk):
        found = actions.import_file(files.exported, name="a.csv", provider=None, by=by)
    if found.new != files.marks or Mark.objects.count() != files.marks:
        raise servers.CannotRun(f"{found.new} marks of {files.marks} were imported.")


def _copy(raw: psycopg.Connection, files: Files, table: str) -> None:
    with raw.cursor().copy(COPY.format(table=table)) as copy:
        copy.write(files.copied)
