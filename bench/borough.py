"""Invented boroughs: the same rows in every run, shaped like alternative provision.

A borough has 400 children at a time. Every fourth moves to another provider after the autumn
term, every fourth shares the week between two providers, the others stay a year at one. Children
leave after three years and others follow. 190 school days a year make 152,000 expected sessions
a borough and year; four in a thousand are not marked.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

from django.db import connection
from django.utils.timezone import localdate
from stdnum.gb import upn

from accounts.models import HalfTerm, Membership, Organisation, User
from accounts.permissions import Role
from apsystem.lib.calendar import academic_year, school_days
from placements.models import EVERY_SESSION, Destination, Placement, Status
from pupils.models import Enrolment, Pupil
from pupils.models.codes import EnrolmentStatus
from referrals.models import Tier

LAST_YEAR = academic_year(localdate()) - 1  # the last year that is over
AS_OF = date(LAST_YEAR + 1, 8, 31)
SINCE = date(2012, 9, 1)
CHILDREN, PROVIDERS, SCHOOLS = 400, 12, 10
STAY_YEARS = 3
DAYS_A_YEAR = 190
SMALL, LARGE = 8, 30  # children in the first and in the second provider's register
MONDAY_TO_WEDNESDAY = 0b0000111111
SHARED, MOVES = 1, 3  # remainders of the child's number by four
HALF_TERMS = [  # month and day of the first day and of the day after the last
    ((9, 2), (10, 25)),
    ((11, 3), (12, 20)),
    ((1, 5), (2, 14)),
    ((2, 23), (3, 28)),
    ((4, 13), (5, 23)),
    ((6, 1), (8, 20)),  # ends after the 190th school day
]


def calendar(year: int) -> list[tuple[date, date]]:
    """Return the six half terms of a year that together hold 190 school days."""
    terms = [(_day(year, *start), _day(year, *end)) for start, end in HALF_TERMS]
    last = school_days(terms)[DAYS_A_YEAR - 1]
    return [*terms[:-1], (terms[-1][0], last + timedelta(days=1))]


def _day(year: int, month: int, day: int) -> date:
    return date(year if month >= HALF_TERMS[0][0][0] else year + 1, month, day)


def fill_people(boroughs: int, years: int) -> None:
    """Write everything but the marks. History triggers sleep: this is the state found."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    council = Organisation.objects.create(kind=Organisation.Kind.COUNCIL, name="Council")
    places = Organisation.objects.bulk_create(_organisations(boroughs))
    for role, place in (
        (Role.LEADERSHIP, council),
        (Role.PROVIDER_LEAD, places[0]),
        (Role.PROVIDER_LEAD, places[1]),
    ):
        person = User.objects.create(email=f"{place.pk}@council.example", name=f"{role} {place}")
        Membership.objects.create(user=person, organisation=place, role=role, starts_on=SINCE)
    HalfTerm.objects.bulk_create(
        HalfTerm(year=year, number=number, starts_on=start, ends_on=end)
        for year in range(LAST_YEAR - years + 1, LAST_YEAR + 1)
        for number, (start, end) in enumerate(calendar(year), start=1)
    )
    cohorts = -(-years // STAY_YEARS)
    pupils = Pupil.objects.bulk_create(pupils_of(boroughs, cohorts), batch_size=2000)
    staff = User.objects.order_by("pk").first()
    placements = Placement.objects.bulk_create(
        _placements(boroughs, years, pupils, places, staff), batch_size=2000
    )
    _enrol(placements)


def _organisations(boroughs: int) -> Iterator[Organisation]:
    for number in range(boroughs):
        for place in range(PROVIDERS):
            yield Organisation(
                kind=Organisation.Kind.PROVIDER, name=f"Provider {number}-{place:02d}"
            )
        for place in range(SCHOOLS):
            yield Organisation(kind=Organisation.Kind.SCHOOL, name=f"School {number}-{place:02d}")


def pupils_of(boroughs: int, cohorts: int) -> Iterator[Pupil]:
    """Yield cohort after cohort, the newest first, and in each borough after borough."""
    for number in range(cohorts * boroughs * CHILDREN):
        cohort = number // (boroughs * CHILDREN)
        body = f"205{1000 + number // 1000:04d}24{number % 1000:03d}"
        in_year_1 = LAST_YEAR - cohort * STAY_YEARS - 6 - number % 5  # years 7 to 11 in the end
        pupil = Pupil(
            forename=f"Ada{number % 97}",
            surname=f"Bright{number % 211}",
            date_of_birth=date(in_year_1 - 5, 1, 1) + timedelta(days=number % 240),
            sex="FM"[number % 2],
            upn=upn.calc_check_digit(f"A{body}") + body,
        )
        pupil.fill_derived()
        yield pupil


def _placements(
    boroughs: int, years: int, pupils: list[Pupil], places: list[Organisation], staff: User
) -> Iterator[Placement]:
    a_borough = PROVIDERS + SCHOOLS
    for year in range(LAST_YEAR - years + 1, LAST_YEAR + 1):
        terms = calendar(year)
        cohort = (LAST_YEAR - year) // STAY_YEARS
        begin = cohort * boroughs * CHILDREN
        for number, pupil in enumerate(islice(pupils, begin, begin + boroughs * CHILDREN)):
            borough, child = divmod(number, CHILDREN)
            here = places[borough * a_borough : (borough + 1) * a_borough]
            school = here[PROVIDERS + child % SCHOOLS]
            for place, start, end, sessions in _shape(child, terms):
                is_open = year == LAST_YEAR and end == terms[-1][1]
                yield Placement(
                    pupil=pupil,
                    tier=Tier.LONGER,
                    provider=here[place],
                    home_school=school,
                    status=Status.OPEN if is_open else Status.ENDED,
                    starts_on=start,
                    ends_on=None if is_open else end,
                    end_reason="" if is_open else "The year is over.",
                    destination="" if is_open else Destination.HOME_SCHOOL,
                    sessions=sessions,
                    opened_by=staff,
                )


def _shape(child: int, terms: list[tuple[date, date]]) -> list[tuple[int, date, date, int]]:
    """Return provider, first day, end and weekly pattern of a child's placements in a year."""
    start, end = terms[0][0], terms[-1][1]
    if child < SMALL + LARGE:
        return [(int(child >= SMALL), start, end, EVERY_SESSION)]
    one = 2 + child % (PROVIDERS - 2)
    other = 2 + (child + 3) % (PROVIDERS - 2)
    if child % 4 == SHARED:
        rest = EVERY_SESSION - MONDAY_TO_WEDNESDAY
        return [(one, start, end, MONDAY_TO_WEDNESDAY), (other, start, end, rest)]
    if child % 4 == MOVES:
        spring = terms[2][0]
        return [(one, start, spring, EVERY_SESSION), (other, spring, end, EVERY_SESSION)]
    return [(one, start, end, EVERY_SESSION)]


def _enrol(placements: list[Placement]) -> None:
    """Put the children on the rolls of their providers and, once each, of their schools."""
    schools = {row.pupil_id: row.home_school_id for row in placements}
    Enrolment.objects.bulk_create(
        (
            Enrolment(
                pupil_id=row.pupil_id,
                organisation_id=row.provider_id,
                status=EnrolmentStatus.SUBSIDIARY,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
            )
            for row in placements
        ),
        batch_size=2000,
    )
    Enrolment.objects.bulk_create(
        (
            Enrolment(
                pupil_id=pupil,
                organisation_id=school,
                status=EnrolmentStatus.MAIN,
                starts_on=SINCE,
            )
            for pupil, school in schools.items()
        ),
        batch_size=2000,
    )
