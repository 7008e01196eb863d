"""Outreach in the demo borough: support in every status, a log, what was bought, what followed."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from accounts.permissions import Role
from apsystem.demo.borough import Borough
from apsystem.lib.calendar import academic_year
from attendance.actions import record_at_school
from attendance.models import SchoolAttendance
from outreach import actions
from outreach.models import Cycle, FollowUp, LogEntry, Purchase, Support
from outreach.models.entry import EntryKind
from placements import actions as placement_actions
from placements.models import Assessment, Direction, Instrument, Placement, Scale
from referrals.models import Tier

MOST = 40  # interventions told in full; each is a dozen actions
LESSONS = "Joins in lessons (a scale of the council)"
FIRST = [7, 6, 9, 5, 4]  # SDQ by the teacher: emotional, conduct, hyperactivity, peers, prosocial
LINES = ["Stayed for the whole lesson with one break.", "Used the card twice, calmly.",
         "Needed ten minutes outside before maths.", "Helped a younger pupil at lunch."]  # fmt: skip
CAME_OF_IT = "Joins most lessons again; the form tutor keeps the card."
WHY_NONE = "The teacher who knew the pupil was on leave."
SUSPENDED = 5  # of how many followed, one was suspended
RETURNING = 3  # of how many schools, one returned no attendance after support
SILENT = 6  # of how many asked, one school did not answer


@dataclass(frozen=True)
class Told:
    """Who tells, until when, and with which chance."""

    today: date
    chance: random.Random
    lessons: Instrument
    worker: User
    officer: User


def seed(borough: Borough, today: date, seed: int) -> None:
    """Tell what became of the placements of tier 1, in the order of their first days."""
    told = Told(
        today,
        random.Random(seed),  # noqa: S311 - a story, not a secret
        _lessons(borough.people[Role.MANAGER]),
        borough.people[Role.OUTREACH_WORKER],
        borough.people[Role.CASEWORKER],
    )
    rows = Placement.objects.filter(tier=Tier.OUTREACH, status__in=["open", "ended"])
    for placement in rows.select_related("pupil", "home_school").order_by("-starts_on")[:MOST]:
        support = actions.set_up(placement)
        if support and placement.starts_on <= today - timedelta(days=7):
            _tell(support, told)
    _whole_school(borough, today, told.worker)
    _buy(borough, today)
    actions.ask_what_is_due(today)


def _lessons(by: User) -> Instrument:
    row = Instrument(name=LESSONS, informants=["teacher"], aspect="curriculum")
    instrument = placement_actions.save_instrument(row, by=by)
    scale = Scale(instrument=instrument, name="Lessons joined in ten", place=1, minimum=0,
                  maximum=10, direction=Direction.HIGHER)  # fmt: skip
    placement_actions.save_scale(scale, by=by)
    return instrument


def _tell(support: Support, told: Told) -> None:
    today, by = told.today, told.worker
    end = support.placement.ends_on if support.placement else None
    is_over = end is not None and end <= today
    last_day = end - timedelta(days=1) if end else today
    support.worker, support.aims = by, "Stay in lessons, with a card and a quiet start."
    support.planned_last_day = max(last_day, support.starts_on)
    for aspect, row in _scores(support, told, support.starts_on, 0).items():
        setattr(support, f"{aspect}_baseline", row)
        setattr(support, f"no_{aspect}_baseline", "" if row else WHY_NONE)
    support = actions.open_support(support, support, by=by)
    _work(support, min(last_day, today), told)
    _returned(support, support.starts_on, min(last_day, today), told)
    if not is_over or last_day <= support.starts_on:
        return
    for aspect, row in _scores(support, told, last_day, 3).items():
        setattr(support, f"{aspect}_exit", row)
        setattr(support, f"no_{aspect}_exit", "" if row else WHY_NONE)
    closed = actions.close(support, support, ended_on=last_day, end_words=CAME_OF_IT, by=by)
    is_returning = told.chance.randrange(RETURNING) != 0
    if is_returning:
        half_year = min(today, last_day + timedelta(days=181))
        _returned(closed, last_day + timedelta(days=1), half_year, told)
    _answer(closed, told, is_returning=is_returning)


def _scores(support: Support, told: Told, on: date, better: int) -> dict[str, Assessment | None]:
    """Record scores of a day; now and then nobody could be asked."""
    chance = told.chance
    if not support.pupil or chance.random() < 0.1:
        return {"semh": None, "curriculum": None}
    values = [max(0, value - chance.randint(0, better)) for value in FIRST[:4]]
    values.append(min(10, FIRST[4] + chance.randint(0, better)))
    joined = [min(10, chance.randint(2, 6) + chance.randint(0, better))]
    sdq = Instrument.objects.get(name__startswith="SDQ")
    found: dict[str, Assessment | None] = {}
    for aspect, instrument, scored in (
        ("semh", sdq, values),
        ("curriculum", told.lessons, joined),
    ):
        scales = instrument.scales.filter(is_total=False).order_by("place")
        found[aspect] = placement_actions.record(
            support.pupil,
            instrument=instrument,
            informant="teacher",
            held_on=on,
            scores={row.pk: Decimal(one) for row, one in zip(scales, scored, strict=True)},
            by=told.worker,
        )
    return found


def _work(support: Support, until: date, told: Told) -> None:
    chance, by = told.chance, told.worker
    kinds = [EntryKind.OBSERVATION, EntryKind.DIRECT, EntryKind.CONSULTATION]
    for number, kind in enumerate(kinds):
        on = support.starts_on + timedelta(weeks=number + 1)
        if on <= until:
            entry = LogEntry(kind=kind, school=support.school, worker=by, on=on,
                             minutes=chance.choice([30, 60, 90]), is_traded=number == 1)  # fmt: skip
            actions.log(entry, {support: chance.choice(LINES)}, by=by)
    if support.starts_on + timedelta(weeks=4) <= until:
        return
    cycle = Cycle(
        assessed="Leaves lessons when it is loud.",
        planned="A quiet start each day, a card for five minutes outside.",
        review_on=timezone.localdate() + timedelta(days=14),
    )
    actions.begin_cycle(support, cycle, by=by)


def _returned(support: Support, start: date, end: date, told: Told) -> None:
    """Return one school week in four of the time, as a school types it."""
    monday = start + timedelta(days=-start.weekday() % 7)
    while monday + timedelta(days=5) <= end:
        present = told.chance.randint(6, 10)
        row = SchoolAttendance(pupil=support.pupil, school=support.school, starts_on=monday,
                               ends_on=monday + timedelta(days=5), possible=10, present=present,
                               authorised=10 - present, unauthorised=0)  # fmt: skip
        if support.pupil and support.pupil.enrolments.in_force(monday).at_schools().exists():
            record_at_school(row, by=told.officer)
        monday += timedelta(weeks=4)


def _answer(support: Support, told: Told, *, is_returning: bool) -> None:
    """Let schools answer what was due in earlier weeks, as most do.

    Those that return no attendance say how many sessions it was.
    """
    chance = told.chance
    due = FollowUp.objects.due(told.today - timedelta(days=21)).filter(support=support)
    for row in due.order_by("months"):
        if chance.randrange(SILENT) == 0:
            continue
        is_suspended = chance.randrange(SUSPENDED) == 0
        actions.answer(
            row,
            name="Robin Example",
            position="SENCO",
            suspended="yes" if is_suspended else "no",
            suspensions=1 if is_suspended else None,
            excluded="no",
            possible=None if is_returning else 40 * row.months,
            present=None if is_returning else chance.randint(26, 38) * row.months,
            words="",
        )
    if chance.randrange(SILENT):
        actions.evaluate(
            support.evaluation,
            name="Robin Example",
            position="SENCO",
            rating=chance.randint(3, 5),
            helped=["direct", "staff"],
            words="More time with the class teacher would help.",
        )


def _whole_school(borough: Borough, today: date, by: User) -> None:
    for school, focus in zip(borough.schools[:3], ("trauma", "training", "policy"), strict=False):
        support = Support(
            school=school,
            focus=focus,
            aims="Every adult knows the three steps of calming.",
            worker=by,
            starts_on=today - timedelta(days=40),
            planned_last_day=today + timedelta(days=60),
        )
        actions.start_with_school(support, by=by)
        for days, status in ((-20, "done"), (3, "planned")):
            entry = LogEntry(kind=EntryKind.TRAINING, school=school, worker=by, status=status,
                             on=today + timedelta(days=days), is_traded=True,
                             minutes=120 if status == "done" else None)  # fmt: skip
            actions.log(entry, {support: "Twelve staff took part."}, by=by)


def _buy(borough: Borough, today: date) -> None:
    for school, hours in zip(borough.schools[:5], (30, 20, 12, 40, 20), strict=False):
        row = Purchase(quantity=Decimal(hours), bought_on=today - timedelta(days=30))
        actions.buy(
            row,
            school=school,
            year=academic_year(today),
            unit="hours",
            by=borough.people[Role.MANAGER],
        )
