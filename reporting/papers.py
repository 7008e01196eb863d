"""What the panel sees of a case, read across: who reaches the case is asked before anything here.

Members of the panel reach no other record of the child, so the rows are read for the case itself.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from accounts.models import HalfTerm, Organisation
from apsystem.lib.gds import day
from attendance.models import Mark, SchoolAttendance
from placements import places
from placements.models import Placement
from pupils.models import Enrolment, PermanentExclusion, Suspension
from reintegration.models import CaseKind, Entry, PanelCase, ledger, next_in_turn, year_group_of
from reintegration.models.ledger import leaving_out
from reintegration.models.readiness import Spoken, conversations, own_words, parents_words

Row = TypeVar("Row", Enrolment, Suspension, PermanentExclusion, Placement)

ATTENDANCE_WEEKS = 12
SUSPENSIONS_YEARS = timedelta(days=2 * 365)
MOST_ROLLS = 6


@dataclass(frozen=True)
class Option:
    """A provider with its places in the half term that counts: None where nobody entered any."""

    provider: Organisation
    half_term: HalfTerm
    free: int | None
    is_closed: bool

    @property
    def words(self) -> str:
        """Return how many places are free, in words."""
        if self.is_closed:
            return "Takes nobody new now"
        if self.free is None:
            return "Places not entered"
        if self.free <= 0:
            return "No free place: booking needs a reason"
        return f"{self.free} free"


@dataclass(frozen=True)
class Strip:
    """The way here: schools, suspensions, placements and attendance."""

    rolls: list[Enrolment]
    suspensions: int
    suspended_days: Decimal
    exclusions: list[PermanentExclusion]
    placements: list[Placement]
    present: int
    possible: int
    school_present: int
    school_possible: int

    @property
    def attendance(self) -> str:
        """Return the attendance at providers in the last 12 weeks, in words."""
        if not self.possible:
            return f"No session was marked in the last {ATTENDANCE_WEEKS} weeks."
        return _rate(self.present, self.possible, "at the provider")

    @property
    def at_school(self) -> str:
        """Return the attendance that schools told of the last 12 weeks, in words."""
        if not self.school_possible:
            return f"No school told of the last {ATTENDANCE_WEEKS} weeks."
        return _rate(self.school_present, self.school_possible, "at school")

    @property
    def suspension_words(self) -> str:
        """Return how often and how long the pupil was suspended in two years."""
        if not self.suspensions:
            return "None in the last two years"
        times = "1 suspension" if self.suspensions == 1 else f"{self.suspensions} suspensions"
        return f"{times} in the last two years, {self.suspended_days} school days"


def _rate(present: int, possible: int, where: str) -> str:
    rate = (Decimal(100) * present / possible).quantize(Decimal("0.1"))
    return (
        f"{rate}% in the last {ATTENDANCE_WEEKS} weeks: {present} of {possible} sessions {where}"
    )


@dataclass(frozen=True)
class Shown:
    """A case as the presenter's page and the pack show it."""

    case: PanelCase
    words: str
    words_from: str
    parent: str
    strip: Strip
    options: list[Option]
    entries: list[Entry]


def strip_of(case: PanelCase, today: date) -> Strip:
    """Return the way here of the child of a case. Six queries."""
    return strips_of([case.pupil_id], today)[case.pupil_id]


def strips_of(pupils: list[int], today: date) -> dict[int, Strip]:
    """Return the way here of some children, by child. Six queries, however many they are."""
    rolls = Enrolment.objects.filter(pupil__in=pupils).at_schools().select_related("organisation")
    suspensions = Suspension.objects.filter(
        pupil__in=pupils, starts_on__gte=today - SUSPENSIONS_YEARS, cancelled_on=None
    )
    exclusions = PermanentExclusion.objects.filter(pupil__in=pupils).select_related("school")
    placements = Placement.objects.filter(
        pupil__in=pupils, status__in=["open", "paused", "ended"]
    ).select_related("provider")
    since = today - timedelta(weeks=ATTENDANCE_WEEKS)
    weeks, at_school = defaultdict(list), defaultdict(list)
    for week in Mark.objects.filter(pupil__in=pupils).between(since, today).by_week():
        weeks[week["pupil"]].append(week)
    told = SchoolAttendance.objects.kept().filter(pupil__in=pupils).between(since, today)
    for row in told.values("pupil", "present", "possible"):
        at_school[row["pupil"]].append(row)
    rolls_of, suspended = _by_pupil(rolls), _by_pupil(suspensions)
    excluded, placed = _by_pupil(exclusions), _by_pupil(placements.order_by("-starts_on"))
    return {
        pupil: Strip(
            rolls=rolls_of[pupil][:MOST_ROLLS],
            suspensions=len(suspended[pupil]),
            suspended_days=Decimal(sum(row.sessions for row in suspended[pupil])) / 2,
            exclusions=excluded[pupil],
            placements=placed[pupil][:MOST_ROLLS],
            present=sum(week["present"] for week in weeks[pupil]),
            possible=sum(week["possible"] for week in weeks[pupil]),
            school_present=sum(row["present"] for row in at_school[pupil]),
            school_possible=sum(row["possible"] for row in at_school[pupil]),
        )
        for pupil in pupils
    }


def _by_pupil(rows: Iterable[Row]) -> defaultdict[int, list[Row]]:
    found = defaultdict(list)
    for row in rows:
        found[row.pupil_id].append(row)
    return found


def options_for(year_group: int, today: date) -> list[Option]:
    """Return the providers that teach a year group, with what is free in the next half term."""
    shown = places.spans_between(today, None)[:1]
    primary = year_group <= 6  # noqa: PLR2004 - the last year of a primary school
    phase = "primary" if primary else "secondary"
    phases = {phase, "all-through", "special", "not applicable"}
    providers = [row for row in Organisation.objects.providers() if row.phase in phases]
    return [
        Option(line.provider, cell.half_term, cell.free, line.closed is not None)
        for line in places.board(providers, shown, today)
        for cell in line.cells
    ]


def shown(case: PanelCase, today: date) -> Shown:
    """Return all that the panel sees of a case."""
    year_group = year_group_of(case.pupil, today)
    entries = ledger(year_group, today) if case.kind == CaseKind.FAIR_ACCESS else []
    options, spoken = options_for(year_group, today), conversations([case])
    return _shown(case, spoken, strip_of(case, today), options, entries)


def _shown(
    case: PanelCase,
    spoken: dict[int, Spoken],
    strip: Strip,
    options: list[Option],
    entries: list[Entry],
) -> Shown:
    words, source = own_words(case, spoken)
    return Shown(
        case=case,
        words=words,
        words_from=source,
        parent=parents_words(case, spoken),
        strip=strip,
        options=options,
        entries=leaving_out(entries, [row.school_id for row in strip.exclusions]),
    )


def paper(cases: Iterable[PanelCase], today: date) -> list[dict[str, Any]]:
    """Return the items of a pack: each with its sections in the order of the screen.

    Nothing is asked for each case; free places and the ledger are worked out once a year group.
    """
    rows = list(cases)
    strips, spoken = strips_of([case.pupil_id for case in rows], today), conversations(rows)
    years = {case.pk: year_group_of(case.pupil, today) for case in rows}
    options = {year: options_for(year, today) for year in set(years.values())}
    by_turn = {
        year: ledger(year, today)
        for year in {years[case.pk] for case in rows if case.kind == CaseKind.FAIR_ACCESS}
    }
    found = [
        _shown(
            case,
            spoken,
            strips[case.pupil_id],
            options[years[case.pk]],
            by_turn[years[case.pk]] if case.kind == CaseKind.FAIR_ACCESS else [],
        )
        for case in rows
    ]
    return [
        {
            "number": one.case.position,
            "name": f"{one.case.pupil}, {one.case.pupil.year_group(today)}",
            "minutes": f"{one.case.minutes} minutes",
            "sections": _sections(one),
        }
        for one in found
    ]


def _sections(found: Shown) -> list[tuple[str, str]]:
    case, strip = found.case, found.strip
    schools = [
        f"{row.organisation}, from {day(row.starts_on)}"
        + (f" to {day(row.last_day)}" if row.last_day else "")
        for row in strip.rolls
    ]
    return [
        (
            "In the pupil's own words",
            f"{found.words}\n({found.words_from})" if found.words else "",
        ),
        ("Why we are here", _why(case)),
        ("What a parent says", found.parent),
        ("What the school says", case.school_words),
        ("What the provider and the council say", case.other_words),
        ("Schools", "\n".join(schools)),
        ("Suspensions", strip.suspension_words),
        ("Attendance at providers", strip.attendance),
        ("Attendance at school", strip.at_school),
        ("Whose turn it is", _turn(found.entries)),
        (
            "Free places in alternative provision",
            "\n".join(f"{row.provider}, {row.half_term}: {row.words}" for row in found.options),
        ),
    ]


def _turn(entries: list[Entry]) -> str:
    if not entries:
        return ""
    turn = next_in_turn(entries)
    first = f"Next in turn: {turn.school}." if turn else "The order names nobody."
    lines = [f"{row.school}: {row.words} Free places: {row.free}." for row in entries]
    return "\n".join([first, *lines])


def _why(case: PanelCase) -> str:
    asked = f"Category {case.category}" if case.category else case.get_kind_display()
    brought = (
        f"\nDeferred before. What was missing: {case.follows.missing}" if case.follows else ""
    )
    return f"{asked}\n{case.why}{brought}"
