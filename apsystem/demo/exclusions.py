"""Suspensions and permanent exclusions of the demo borough: most from files, some by hand."""

import random
from datetime import date, timedelta

from accounts.models import Organisation, SchoolCalendar, User
from accounts.permissions import Role
from apsystem.demo.borough import Borough
from apsystem.lib.calendar import academic_year, year_bounds, year_label
from placements.models import Placement
from pupils import actions
from pupils.actions.file_rows import HEADCOUNTS, LAYOUTS, SUSPENSIONS
from pupils.models import Enrolment, ExclusionReason, PermanentExclusion, Pupil, Suspension
from pupils.models.codes import ROLL_STATUSES, EnrolmentStatus, Leaving, ReviewResult
from referrals import actions as referral_actions
from referrals.models import OPEN

REASONS = ["DB", "DB", "PP", "VA", "PA", "DM", "BU", "VR"]
ROLLS = 400  # rolls of which suspensions are told, whatever the size of the borough
APART = timedelta(days=12)
ON_ROLL = {"primary": 320, "secondary": 870, "all-through": 24}
IN_AP = {"primary": 18, "secondary": 46, "all-through": 24}
TINY, ITS_ROLL = 1, 64  # a small school that suspends often: one that is above England
LONG = 12  # half days: more than five days, so education is due from the sixth


def seed(borough: Borough, today: date, seed: int) -> None:
    """Take in headcounts and suspensions, and record what is still to be done."""
    chance = random.Random(seed)  # noqa: S311 - a story, not a secret
    manager = borough.people[Role.MANAGER]
    places = [*borough.schools, *(row for row in borough.providers if row.is_registered_school)]
    _take_in(HEADCOUNTS, _headcounts(places, today), manager)
    calendar = SchoolCalendar(today - timedelta(days=800), today)
    for back in (2, 1):
        _excluded_in(borough, calendar, academic_year(today) - back)
    rows = _suspensions(places, calendar, today, chance)
    if rows:
        _take_in(SUSPENSIONS, rows, manager)
    _by_hand(borough, calendar, today)


def _take_in(layout: str, rows: list[str], by: User) -> None:
    text = "\n".join([",".join(LAYOUTS[layout]), *rows])
    actions.import_suspensions(text.encode(), by=by)


def _headcounts(places: list[Organisation], today: date) -> list[str]:
    """Return three years of headcounts; that of the coming January is not known yet."""
    found = []
    for back in range(3):
        year = academic_year(today) - back
        for number, place in enumerate(places):
            is_ap = place.kind == Organisation.Kind.PROVIDER
            usual = ITS_ROLL if number == TINY else (IN_AP if is_ap else ON_ROLL)[place.phase]
            pupils = usual + 2 * number - 3 * back
            if date(year + 1, 1, 31) <= today:
                found.append(f"{place.urn},{year_label(year)},spring,{pupils}")
            if date(year, 10, 31) <= today:
                found.append(f"{place.urn},{year_label(year)},autumn,{pupils - 2}")
    return found


def _suspensions(
    places: list[Organisation], calendar: SchoolCalendar, today: date, chance: random.Random
) -> list[str]:
    """Return rows of one to three short suspensions of many pupils, apart from each other."""
    taken: dict[int, list[date]] = {}
    rows = []
    rolls = Enrolment.objects.filter(
        organisation__in=places, status__in=ROLL_STATUSES, pupil__upn__isnull=False
    )
    days = _clear_days(calendar)
    for roll in rolls.select_related("pupil", "organisation").order_by("pk")[:ROLLS]:
        is_ap = roll.organisation.kind == Organisation.Kind.PROVIDER
        is_often = is_ap or roll.organisation == places[TINY]
        until = min(roll.ends_on or today, today - APART)
        own = [day for day in days if roll.starts_on <= day < until - timedelta(days=4)]
        for _ in range(chance.choice([1, 2, 4, 6, 9] if is_often else [0, 0, 0, 1, 2])):
            if not own:
                break
            day = chance.choice(own)
            if any(abs(day - other) < APART for other in taken.get(roll.pupil_id, [])):
                continue
            taken.setdefault(roll.pupil_id, []).append(day)
            sessions = chance.choice([1, 2, 2, 3, 4])
            cancelled = (day + timedelta(days=1)).isoformat() if chance.random() < 0.03 else ""
            rows.append(
                f"{roll.pupil.upn},{roll.organisation.urn},{day.isoformat()},,{sessions},no,"
                f"{chance.choice(REASONS)},,,{cancelled}"
            )
    return rows


def _clear_days(calendar: SchoolCalendar) -> list[date]:
    """Return the school days that two more follow at once, so that two days fit and one is back."""
    days = calendar.days()
    two = timedelta(days=2)
    return [day for day, third in zip(days, days[2:], strict=False) if third - day == two]


def _excluded_in(borough: Borough, calendar: SchoolCalendar, year: int) -> None:
    """Tell of a pupil whom alternative provision excluded in a year, and of one whom a school did.

    Both stand before the year is out, and the second begins at another school afterwards.
    """
    start, end = year_bounds(year)
    rolls = Enrolment.objects.filter(status__in=ROLL_STATUSES).select_related("organisation")
    at_ap = rolls.filter(
        organisation__in=[row for row in borough.providers if row.is_registered_school],
        ends_on__gt=start + APART,
        ends_on__lte=end - 4 * APART,
    )
    roll = at_ap.order_by("pk").first()
    if roll and roll.ends_on:
        _exclude(roll, calendar, roll.ends_on - timedelta(days=1), borough)
    day = date(year + 1, 3, 10)
    primaries = borough.schools_for(1)
    at_school = rolls.filter(
        organisation__in=primaries, ends_on=None, starts_on__lt=day - timedelta(days=200)
    )
    away = Placement.objects.filter(ends_on__gt=day).values("pupil")
    at_school = at_school.exclude(pupil__in=away).exclude(pupil__referrals__status__in=OPEN)
    roll = at_school.order_by("pk").first()
    if roll and _exclude(roll, calendar, day, borough):
        new = next(school for school in primaries if school != roll.organisation)
        _begin_again(roll, new, day + 4 * APART, borough.people[Role.CASEWORKER])


def _exclude(
    roll: Enrolment, calendar: SchoolCalendar, by_day: date, borough: Borough
) -> PermanentExclusion | None:
    """Exclude on the last school day up to a day; the board did not reinstate, and that was all."""
    by, place = borough.people[Role.CASEWORKER], roll.organisation_id
    days = [day for day in calendar.days(place) if roll.starts_on <= day <= by_day]
    if not days:
        return None
    row = PermanentExclusion(
        school=roll.organisation,
        decided_on=days[-1],
        effective_on=days[-1],
        reason_1=ExclusionReason.objects.get(pk="PA"),
        given_by="The head",
        parents_told_on=days[-1],
        authority_told_on=days[-1],
        board_told_on=days[-1],
    )
    row = actions.exclude(row, pupil=roll.pupil, by=by)
    row.board_met_on = calendar.after(days[-1], 10, place)
    row.provision_from = row.day_six_on
    row.result = ReviewResult.ANO
    return actions.change_exclusion(row, seen=row.version, by=by)


def _begin_again(roll: Enrolment, at: Organisation, starts_on: date, by: User) -> None:
    new = Enrolment(organisation=at, status=EnrolmentStatus.CURRENT, starts_on=starts_on)
    actions.move(roll.pupil, enrolment=new, by=by)
    actions.say_destination(roll, left_because=Leaving.EXCLUDED, left_for=at.name, by=by)


def _by_hand(borough: Borough, calendar: SchoolCalendar, today: date) -> None:
    """Record what waits today at the school of the demo's own people."""
    school, by = borough.schools[6], borough.people[Role.SCHOOL_STAFF]
    excused = Suspension.objects.filter(starts_on__gt=today - timedelta(days=60)).values("pupil")
    free = Pupil.objects.on_roll_of([school.pk], today).exclude(pk__in=excused)
    pupils = list(free.exclude(referrals__status__in=OPEN).order_by("-pk")[:3])
    days = [day for day in calendar.days(school.pk) if day <= today]
    if len(pupils) < 3 or len(days) < 10:
        return
    start = next(day for day in reversed(days[:-2]) if _fits(calendar, day, school.pk))
    actions.suspend(
        Suspension(
            school=school,
            starts_on=start,
            sessions=LONG,
            reason_1=ExclusionReason.objects.get(pk="PP"),
            reason_2=ExclusionReason.objects.get(pk="VA"),
            given_by="Head of Northgate",
            parents_told_on=start,
        ),
        pupil=pupils[0],
        by=by,
    )
    row = actions.exclude(
        PermanentExclusion(
            school=school,
            decided_on=days[-3],
            effective_on=days[-3],
            reason_1=ExclusionReason.objects.get(pk="OW"),
            given_by="Head of Northgate",
            parents_told_on=days[-3],
            authority_told_on=days[-3],
        ),
        pupil=pupils[1],
        by=by,
    )
    referral_actions.open_for_exclusion(row)  # the outbox of the seed is not worked through
    roll = pupils[2].enrolments.filter(organisation=school).endable().first()
    if roll:
        actions.end_enrolment(
            roll,
            last_day=days[-6],
            left_because=Leaving.NOT_KNOWN,
            by=borough.people[Role.CASEWORKER],
        )


def _fits(calendar: SchoolCalendar, day: date, place: int) -> bool:
    term = calendar.term(day)
    return term is not None and calendar.between(day, term[1], place) >= LONG // 2
