"""What an import would do: every line checked by the database at once, and set beside what is there.

The lines are copied into a table that lasts as long as the transaction. One statement then finds
the placement, the mark that is there, and the first thing that is wrong; `writing` moves all.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Any

from django.db import connection

from accounts.models import Organisation
from accounts.models.calendar import school_days_at
from apsystem.lib.calendar import Session
from apsystem.lib.tables import ERRORS_SHOWN
from attendance.actions.reading import Reading
from attendance.models import PLANNED_CLOSURE
from attendance.models.code import AFTERNOON, MORNING
from attendance.models.expected import TIMETABLE_CODE
from attendance.models.mark import DUAL
from placements.models import TAKEN_UP

MOST_DIFFERENCES = 200
NOT_ON_ROLL, NOT_REQUIRED, UNPROVIDED = "Z", "X", "E"
STAGE = """
    DROP TABLE IF EXISTS pg_temp.import_line, pg_temp.import_plan;
    CREATE TEMPORARY TABLE import_line (
        place integer, pupil_id bigint, date date, session smallint, code varchar(2)
    ) ON COMMIT DROP
"""
AT_ONCE = 5_000  # lines that are sent together
# A million lines are sorted, grouped and kept for the triggers; what is usual would put them on disk.
ROOM = "SELECT set_config('work_mem', '64MB', true)"
COPY = "COPY import_line (place, pupil_id, date, session, code) FROM STDIN"
EDGES = "SELECT min(date), max(date) FROM import_line"
TWICE = """
    SELECT min(place), max(place), date, session, count(*) - 1, sum(count(*) - 1) OVER ()
    FROM import_line GROUP BY pupil_id, date, session HAVING count(*) > 1
    ORDER BY 2 LIMIT %(most)s
"""
SINCE_MONDAY = "mod(staged.date - DATE '2000-01-03', 7)"
SLOT = f"({SINCE_MONDAY} * 2 + staged.session)"
# What speaks for one of two placements, where two providers share a pupil's week.
NOT_EXPECTED, NOT_THAT_DAY, EXPECTED, MARKED = range(4)
# A pupil has at most one placement at a provider at a time, a placement one pattern of a week and one
# timetable, and a session one mark of another place that counts: no line is joined twice, unless two
# providers may be meant. C2 at a session that a timetable leaves out is for the clock to write.
# Which codes a line can hold, `why_not` tells for one line of a register; a test holds both together.
PLAN = f"""
    CREATE TEMPORARY TABLE import_plan ON COMMIT DROP AS
    SELECT *, CASE WHEN problem IS NOT NULL THEN 'problem' WHEN is_left_out THEN 'left out'
        WHEN mark_id IS NULL THEN 'new' WHEN before = code THEN 'same' ELSE 'changed' END AS kind
    FROM (
        SELECT place, pupil_id, date, session, code, placement_id, mark_id, before, seen,
            is_left_out,
            CASE WHEN before = code OR before <> %(dual)s THEN {MARKED}
                WHEN is_outside OR is_timetabled_out OR before = %(dual)s THEN {NOT_EXPECTED}
                WHEN is_closed OR is_paused THEN {NOT_THAT_DAY}
                ELSE {EXPECTED} END AS claim,
            CASE
            WHEN is_unknown THEN 'this is not an attendance code'
            WHEN is_not_in_force THEN 'the code was not in force on that day'
            WHEN code = CASE session WHEN 0 THEN %(afternoon)s ELSE %(morning)s END
                THEN 'the code belongs to the other session of the day'
            WHEN is_left_out THEN NULL
            WHEN date > %(today)s THEN 'the day has not come yet'
            WHEN placement_id IS NULL THEN 'the pupil is not placed here on that day'
            WHEN is_closed THEN 'it is no school day here'
            WHEN is_paused THEN 'the placement is paused on that day'
            WHEN is_outside THEN 'the placement does not expect the pupil at that session'
            WHEN is_timetabled_out THEN 'a part-time timetable leaves that session out. Mark who '
                'came in the register, with the reason'
            WHEN is_elsewhere THEN 'another place has marked the pupil for that session'
            WHEN before = code THEN NULL
            WHEN code = %(not_on_roll)s THEN 'the pupil is placed here, and Z is for who is not yet'
            WHEN code = %(closure)s
                THEN 'it is a school day here. Enter a closure in the calendar instead'
            WHEN code = %(unprovided)s AND NOT is_school
                THEN 'E is for a pupil without alternative provision, and this pupil has it'
            WHEN code = %(not_required)s AND is_of_age
                THEN 'X is not for pupils of compulsory school age'
            END AS problem
        FROM (
            SELECT *, code = ANY(%(administrative)s) AND (is_closed OR placement_id IS NULL)
                OR code = ANY(%(elsewhere)s) AND (is_outside OR is_timetabled_out)
                OR code = %(left_out)s AND is_timetabled_out
                    AND NOT (is_closed OR is_paused OR is_outside) AS is_left_out
            FROM (
                SELECT staged.*, placement.id AS placement_id, mark.id AS mark_id,
                    mark.code AS before, mark.version AS seen,
                    code.code IS NULL AS is_unknown,
                    staged.date < code.in_force_from OR staged.date >= code.in_force_to
                        AS is_not_in_force,
                    NOT staged.date = ANY(%(days)s) OR closed.date IS NOT NULL AS is_closed,
                    pause.date IS NOT NULL AS is_paused,
                    mark.id IS NULL AND (coalesce(week.sessions, placement.sessions)
                        >> {SLOT}) & 1
                        = 0 AS is_outside,
                    mark.id IS NULL AND timetable.id IS NOT NULL AS is_timetabled_out,
                    other.id IS NOT NULL AS is_elsewhere, provider.is_registered_school AS is_school,
                    extract(year FROM staged.date)::int - (extract(month FROM staged.date) < 9)::int
                        - pupil.starts_year_1 + 1 BETWEEN 1 AND 11 AS is_of_age
                FROM import_line AS staged
                JOIN pupils_pupil AS pupil ON pupil.id = staged.pupil_id
                LEFT JOIN attendance_code AS code ON code.code = staged.code
                LEFT JOIN placements_placement AS placement
                    ON placement.pupil_id = staged.pupil_id
                    AND placement.status = ANY(%(taken_up)s) AND placement.sessions > 0
                    AND placement.starts_on <= staged.date
                    AND (placement.ends_on IS NULL OR placement.ends_on > staged.date)
                    AND (%(provider)s::bigint IS NULL OR placement.provider_id = %(provider)s)
                LEFT JOIN accounts_organisation AS provider ON provider.id = placement.provider_id
                LEFT JOIN (
                    SELECT DISTINCT organisation_id, generate_series(greatest(starts_on, %(first)s),
                        least(ends_on - 1, %(last)s), '1 day')::date AS date
                    FROM accounts_closure WHERE organisation_id IS NOT NULL
                ) AS closed
                    ON closed.organisation_id = placement.provider_id AND closed.date = staged.date
                LEFT JOIN (
                    SELECT DISTINCT placement_id, generate_series(greatest(starts_on, %(first)s),
                        least(ends_on - 1, %(last)s), '1 day')::date AS date
                    FROM placements_pause
                ) AS pause ON pause.placement_id = placement.id AND pause.date = staged.date
                LEFT JOIN placements_weekpattern AS week ON week.placement_id = placement.id
                    AND week.monday = staged.date - {SINCE_MONDAY}
                LEFT JOIN attendance_parttimetimetable AS timetable
                    ON timetable.placement_id = placement.id
                    AND staged.date >= timetable.starts_on AND staged.date < timetable.ends_on
                    AND (timetable.sessions
                        >> {SLOT}) & 1
                        = 0
                LEFT JOIN attendance_mark AS mark
                    ON mark.placement_id = placement.id AND mark.date = staged.date
                    AND mark.session = staged.session
                    AND mark.date BETWEEN %(first)s AND %(last)s
                LEFT JOIN attendance_mark AS other
                    ON other.pupil_id = staged.pupil_id AND other.date = staged.date
                    AND other.session = staged.session AND other.code <> %(dual)s
                    AND other.date BETWEEN %(first)s AND %(last)s
                    AND other.placement_id <> placement.id AND staged.code <> %(dual)s
            ) AS joined
        ) AS judged
        OFFSET 0 -- so that what is wrong is found once, not once for each use
    ) AS checked
"""  # noqa: S608 - constants of ours
# Where two providers may be meant, the one with more claim is. Where neither expects the pupil, what
# is wrong, or left out, is said once.
MEANT = f"""
    DELETE FROM import_plan AS line USING import_plan AS other
    WHERE other.place = line.place AND other.pupil_id = line.pupil_id AND other.date = line.date
        AND other.session = line.session AND (other.claim > line.claim
            OR other.claim = line.claim AND line.claim < {EXPECTED}
                AND other.placement_id < line.placement_id)
"""  # noqa: S608 - constants of ours
AMBIGUOUS = """
    SELECT place, date, session, sum(count(*) - 1) OVER () FROM import_plan
    GROUP BY place, pupil_id, date, session
    HAVING count(DISTINCT placement_id) > 1 ORDER BY place LIMIT %(most)s
"""
PROBLEMS = """
    SELECT place, date, session, code, problem, count(*) OVER () FROM import_plan
    WHERE kind = 'problem' ORDER BY place, date, session LIMIT %(most)s
"""
COUNTS = """
    SELECT kind, code, count(*), min(date), max(date) FROM import_plan
    WHERE kind <> 'problem' GROUP BY kind, code
"""
FINGERPRINT = """
    SELECT md5(coalesce(string_agg(concat_ws(':', mark_id, seen, code), ' ' ORDER BY mark_id), ''))
    FROM import_plan WHERE kind = 'changed'
"""
DIFFERENCES = """
    SELECT place, planned.pupil_id, forename || ' ' || surname, date, session, before, code
    FROM import_plan AS planned JOIN pupils_pupil AS pupil ON pupil.id = planned.pupil_id
    WHERE kind = 'changed' ORDER BY surname, forename, planned.pupil_id, date, session
    LIMIT %(most)s
"""


@dataclass(frozen=True)
class Difference:
    """A mark that is there and that the import would change."""

    place: int
    pupil_id: int
    pupil: str
    on: date
    session: int
    before: str
    code: str

    @property
    def half(self) -> str:
        """Return the session in words."""
        return half_words(self.session)


@dataclass(frozen=True)
class CodeCount:
    """How many marks of one code there are, by what would become of them."""

    code: str
    new: int
    changed: int
    same: int


@dataclass
class Plan:
    """What an import would do, and what stands against it.

    `problems` are sentences for people, `rows` the same by row for a system.
    """

    problems: list[str] = field(default_factory=list)
    rows: list[tuple[int, str]] = field(default_factory=list)
    wrong: int = 0
    blank: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    codes: list[CodeCount] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    fingerprint: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def new(self) -> int:
        """Return how many marks would be written."""
        return self.counts.get("new", 0)

    @property
    def same(self) -> int:
        """Return how many marks are there already."""
        return self.counts.get("same", 0)

    @property
    def changed(self) -> int:
        """Return how many marks would be changed."""
        return self.counts.get("changed", 0)

    @property
    def left_out(self) -> int:
        """Return how many marks say only that nobody was expected."""
        return self.counts.get("left out", 0)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing would change."""
        return not (self.problems or self.new or self.changed)

    @property
    def more_differences(self) -> int:
        """Return how many differences are not listed."""
        return self.changed - len(self.differences)


def half_words(session: int) -> str:
    """Return a session in words."""
    return "afternoon" if session == Session.PM else "morning"


def plan(reading: Reading, provider: Organisation | None, today: date) -> Plan:
    """Stage the lines, check them, and say what would change. Ask within a transaction.

    `provider` None stands for every provider: the placement then decides where a mark belongs.
    Raise ImportRefused where the lines cannot be read on.
    """
    with connection.cursor() as cursor:
        cursor.execute(ROOM)
        cursor.execute(STAGE)
        with cursor.copy(COPY) as copy:
            lines = _copied(reading)
            while text := "".join(islice(lines, AT_ONCE)):
                copy.write(text)
        cursor.execute("ANALYZE import_line")
        first, last = _row(cursor, EDGES)
        if first is not None:
            given = _given(provider, first, last, today)
            cursor.execute(PLAN, given)
            spare = cursor.rowcount - reading.read
            if spare:
                cursor.execute(MEANT)
                spare -= cursor.rowcount
            _find_problems(cursor, reading, is_ambiguous=spare > 0)
        wrong = reading.problems
        found = Plan(wrong.sentences, wrong.first, wrong.count, reading.blank)
        if first is not None and not found.problems:
            _count(cursor, found)
        return found


def _copied(reading: Reading) -> Iterator[str]:
    """Yield the lines as COPY reads them. Days and codes come again and again: written once."""
    written: dict[tuple[date, int, str], str] = {}
    for line in reading:
        mark = line[2:]
        if mark not in written:
            on, session, code = mark
            written[mark] = "{}\t{}\t{}\n".format(on, session, code.replace("\\", r"\\"))
        yield f"{line[0]}\t{line[1]}\t{written[mark]}"


def _find_problems(cursor: Any, reading: Reading, *, is_ambiguous: bool) -> None:
    """Add what the database found to what the reading found. Each row ends with the whole count."""
    problems, most = reading.problems, {"most": ERRORS_SHOWN}
    twice, wrong = (_rows(cursor, sql, most) for sql in (TWICE, PROBLEMS))
    ambiguous = _rows(cursor, AMBIGUOUS, most) if is_ambiguous else []
    for first, place, on, session, *_ in twice:
        where = "twice in this row" if first == place else f"in row {first:,} already"
        problems.keep(place, f"{_when(on, session)} of this pupil stands {where}")
    for place, on, session, _ in ambiguous:
        said = "two providers expect the pupil then. Import for one of them"
        problems.keep(place, f"{_when(on, session)}: {said}")
    for place, on, session, code, problem, _ in wrong:
        problems.keep(place, f"{code} on {_when(on, session)}: {problem}")
    problems.count += sum(int(found[0][-1]) for found in (twice, ambiguous, wrong) if found)


def _when(on: date, session: int) -> str:
    return f"{on.day} {on:%B %Y}, {half_words(session)}"


def _count(cursor: Any, found: Plan) -> None:
    by_code: dict[str, dict[str, int]] = {}
    for kind, code, count, first, last in _rows(cursor, COUNTS):
        found.counts[kind] = found.counts.get(kind, 0) + count
        by_code.setdefault(code, {})[kind] = count
        found.first = min(found.first or first, first)
        found.last = max(found.last or last, last)
    found.codes = [
        CodeCount(code, *(counts.get(kind, 0) for kind in ("new", "changed", "same")))
        for code, counts in sorted(by_code.items())
        if set(counts) != {"left out"}
    ]
    if found.changed:
        found.fingerprint = _row(cursor, FINGERPRINT)[0]
        rows = _rows(cursor, DIFFERENCES, {"most": MOST_DIFFERENCES})
        found.differences = [Difference(*row) for row in rows]


def _row(cursor: Any, sql: str, given: dict[str, Any] | None = None) -> Any:
    cursor.execute(sql, given)
    return cursor.fetchone()


def _rows(cursor: Any, sql: str, given: dict[str, Any] | None = None) -> list[Any]:
    cursor.execute(sql, given)
    return cursor.fetchall()


def _given(provider: Organisation | None, first: date, last: date, today: date) -> dict[str, Any]:
    return {
        "provider": provider.pk if provider else None,
        "first": first,
        "last": last,
        "today": today,
        "days": school_days_at(None, first, last + timedelta(days=1)),
        "taken_up": [status.value for status in TAKEN_UP],
        "administrative": [PLANNED_CLOSURE, NOT_ON_ROLL],
        "not_on_roll": NOT_ON_ROLL,
        "not_required": NOT_REQUIRED,
        "closure": PLANNED_CLOSURE,
        "unprovided": UNPROVIDED,
        "elsewhere": [DUAL, NOT_REQUIRED, PLANNED_CLOSURE],
        "left_out": TIMETABLE_CODE,
        "dual": DUAL,
        "morning": MORNING,
        "afternoon": AFTERNOON,
    }
