"""An attendance display: what a provider celebrates of a week, by first name and initial.

Only pupils with a consent in force stand there, only with what went well, in the order of their
names: nobody is ranked, and of the others nothing is told.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import Organisation, User
from attendance.models.code import ABSENT_KINDS, PRESENT_KINDS, codes_of
from attendance.models.expected import Slot, sessions_of
from attendance.models.mark import Mark
from attendance.models.reward import DisplayConsent, Reward
from attendance.models.share import Share
from placements.models import Placement
from pupils.models import Pupil

Codes = dict[tuple[int, date, int], str]
WEEK = timedelta(days=7)
EVERY = "Came to every session"
BETTER = "Came more than the week before"


@dataclass(frozen=True)
class Star:
    """One name on a display, and what is celebrated."""

    pupil: Pupil
    reasons: list[str]

    @property
    def name(self) -> str:
        """Return the first name and the initial of the surname."""
        return f"{self.pupil.preferred_name or self.pupil.forename} {self.pupil.surname[:1]}."


def stars(provider: Organisation, monday: date, user: User, *, today: date) -> list[Star]:
    """Return who is celebrated in a week, by name. The same number of queries for every week."""
    until = monday + WEEK
    consents = DisplayConsent.objects.as_user(user).in_force().filter(provider=provider)
    pupils = {row.pupil_id: row.pupil for row in consents.select_related("pupil")}
    rows = Placement.objects.as_user(user).filter(provider=provider, pupil__in=pupils)
    placements = (
        rows.overlapping(monday - WEEK, until).with_register().values_list("pk", flat=True)
    )
    slots = sessions_of(placements, monday - WEEK, until)
    marks = Mark.objects.as_user(user).filter(placement__in=[slot.placement_id for slot in slots])
    codes = {
        (pupil, on, session): code
        for pupil, on, session, code in marks.between(monday - WEEK, until).values_list(
            "pupil", "date", "session", "code"
        )
    }
    rewards = defaultdict(list)
    for reward in Reward.objects.as_user(user).on_display(provider, monday, until):
        rewards[reward.pupil_id].append(reward.display_words)
    asked = [slot for slot in slots if slot.timetable_id is None]
    found = []
    for key in sorted({slot.pupil_id for slot in slots if slot.date >= monday}):
        own = [slot for slot in asked if slot.pupil_id == key]
        now = _week([slot for slot in own if slot.date >= monday], codes, today)
        before = _week([slot for slot in own if slot.date < monday], codes, today)
        if reasons := _earned(now, before) + rewards[key]:
            found.append(Star(pupils[key], reasons))
    return sorted(found, key=lambda star: (star.name.casefold(), star.pupil.pk))


def _week(slots: list[Slot], codes: Codes, today: date) -> Share | None:
    """Return what was attended of the sessions of a week that are asked for.

    None where one of a day that is over is not marked: what nobody marked is no success.
    """
    marked = {slot: codes.get((slot.pupil_id, slot.date, slot.session)) for slot in slots}
    if any(code is None and slot.date < today for slot, code in marked.items()):
        return None
    present = sum(code in codes_of(*PRESENT_KINDS) for code in marked.values())
    absent = sum(code in codes_of(*ABSENT_KINDS) for code in marked.values())
    return Share(present, present + absent)


def _earned(now: Share | None, before: Share | None) -> list[str]:
    """Say what went well in a week that is known."""
    if now is None or not now.possible:
        return []
    if now.present == now.possible:
        return [EVERY]
    if before is None or not before.possible:
        return []
    is_better = now.present * before.possible > before.present * now.possible
    return [BETTER] if is_better else []
