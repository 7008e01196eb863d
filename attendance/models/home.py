"""What the home school sees of its pupils in alternative provision, and writes into its own register.

A mark of the provider is one thing, the code for the school's own register another (reference 1.3
and 1.4): D where the provider is a school at which the pupil is registered too, K where the council
arranged the education elsewhere, the code of the absence for an absence, and C2 where a part-time
timetable leaves the session out. What nobody has marked is never called absent.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accounts.models import Organisation, User
from apsystem.lib.calendar import Session
from attendance.models.code import PRESENT_KINDS, Code, Kind
from attendance.models.expected import TIMETABLE_CODE, sessions_of
from attendance.models.mark import DUAL, Mark
from placements.models import Placement
from pupils.models import Enrolment
from pupils.models.codes import EnrolmentStatus

COUNCIL = "K"
NOT_MARKED = "Not marked yet"
LEFT_OUT = "The part-time timetable leaves this session out"
EXPECTED_THERE = "Registered at the provider too, and expected there"
ATTENDED = "Came to education that the council arranged"
AT_SCHOOL = "The provider expects the pupil at the school: mark the pupil yourself"
NO_SESSION = "The provider had no session: mark the pupil yourself"
NOT_THERE = "Not at the provider: mark the pupil yourself"
OUTSIDE = "Not an agreed session. Talk to the provider before you mark"


@dataclass(frozen=True)
class HomeSession:
    """One session of one pupil: the provider's mark, and the code for the school's own register."""

    placement: Placement
    date: date
    session: int
    mark: Mark | None
    own_code: str
    words: str

    @property
    def marked(self) -> str:
        """Return what the provider wrote, in words."""
        return f"{self.mark.code_id}: {self.mark.code.meaning}" if self.mark else NOT_MARKED

    @property
    def half(self) -> str:
        """Return the session in words."""
        return "Morning" if self.session == Session.AM else "Afternoon"


def own_code(code: Code | None, *, is_left_out: bool, is_dual: bool) -> tuple[str, str]:
    """Return the code for the school's own register, and why. No code where there is none yet."""
    if is_left_out and (code is None or code.pk == TIMETABLE_CODE):
        return TIMETABLE_CODE, LEFT_OUT
    if is_dual:
        return DUAL, EXPECTED_THERE
    if code is None:
        return "", NOT_MARKED
    if code.kind in PRESENT_KINDS:
        return COUNCIL, ATTENDED
    if code.kind == Kind.ADMINISTRATIVE:
        return "", NO_SESSION
    return ("", AT_SCHOOL) if code.pk == DUAL else (code.pk, code.meaning)


def home_sessions(school: Organisation, user: User, start: date, end: date) -> list[HomeSession]:
    """Return the sessions of a school's pupils in provision from start up to, not on, end.

    In the order of the pupils' names, then of time. Six queries, however many pupils.
    """
    rows = Placement.objects.as_user(user).filter(home_school=school).overlapping(start, end)
    placements = {row.pk: row for row in rows.with_register().with_names().by_pupil()}
    marks = _marks(list(placements), user, start, end)
    rolls = _dual(placements.values(), user)
    found = []
    for slot in sessions_of(placements, start, end):
        placement = placements[slot.placement_id]
        mark = marks.pop((slot.placement_id, slot.date, slot.session), None)
        code, words = own_code(
            mark.code if mark else None,
            is_left_out=slot.timetable_id is not None,
            is_dual=_is_dual(rolls[placement.pupil_id, placement.provider_id], slot.date),
        )
        found.append(HomeSession(placement, slot.date, slot.session, mark, code, words))
    found += [
        HomeSession(placements[mark.placement_id], mark.date, mark.session, mark, "", OUTSIDE)
        for mark in marks.values()
    ]
    order = {pk: place for place, pk in enumerate(placements)}
    return sorted(found, key=lambda row: (order[row.placement.pk], row.date, row.session))


def _marks(
    placements: list[int], user: User, start: date, end: date
) -> dict[tuple[int, date, int], Mark]:
    rows = Mark.objects.as_user(user).filter(placement__in=placements).between(start, end)
    return {(row.placement_id, row.date, row.session): row for row in rows.select_related("code")}


def _dual(placements: Iterable[Placement], user: User) -> dict[tuple[int, int], list[Enrolment]]:
    """Return the subsidiary registrations of the pupils at providers that are schools."""
    at_schools = [row for row in placements if row.provider.is_registered_school]
    rows = Enrolment.objects.as_user(user).filter(
        status=EnrolmentStatus.SUBSIDIARY,
        pupil__in={row.pupil_id for row in at_schools},
        organisation__in={row.provider_id for row in at_schools},
    )
    found = defaultdict(list)
    for row in rows:
        found[row.pupil_id, row.organisation_id].append(row)
    return found


def _is_dual(rolls: list[Enrolment], on: date) -> bool:
    return any(row.starts_on <= on and (row.ends_on is None or on < row.ends_on) for row in rolls)
