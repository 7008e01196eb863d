"""Organisations, calendar and staff of the demo borough."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import ClockRule, HalfTerm, Membership, Organisation, User
from accounts.permissions import REACH_PROVIDER, REACH_SCHOOL, Role
from apsystem.demo import invented
from apsystem.lib.calendar import academic_year
from placements import actions, places
from placements.models import ClosedToNew, Commission, Hold, Placement, Rate, TierRule, Unit
from placements.models.places import MOST_PLACES
from referrals.models import Referral, Status, Tier

DAYS_TO_DECIDE = 10  # settings of the demo borough: the strategy names no number
TIER_2_WEEKS = 18
FIRST_URN = 990_001  # far beyond the numbers of real schools
SPARE = [3, 1, 0]
PRICED = 200  # placements with a rate: one action each, whatever the size of the borough
PACKAGES = [("Full programme", Unit.SESSION, Decimal(38)), ("Whole week", Unit.WEEK, Decimal(360))]


@dataclass
class Borough:
    """What the stories need: who acts, and where."""

    council: Organisation
    schools: list[Organisation]
    providers: list[Organisation]
    people: dict[Role, User] = field(default_factory=dict)
    referrers: dict[int, User] = field(default_factory=dict)
    tutors: dict[int, User] = field(default_factory=dict)
    half_terms: list[HalfTerm] = field(default_factory=list)

    def schools_for(self, year_group: int) -> list[Organisation]:
        """Return the schools that teach a year group."""
        phase = "primary" if year_group <= 6 else "secondary"
        return [school for school in self.schools if school.phase == phase]

    def half_term(self, day: date) -> HalfTerm:
        """Return the half term of a day, or the last one that begins before it."""
        return [row for row in self.half_terms if row.starts_on <= day][-1]

    def providers_for(self, year_group: int) -> list[Organisation]:
        """Return the providers that teach a year group."""
        phase = "primary" if year_group <= 6 else "secondary"
        return [place for place in self.providers if place.phase in (phase, "all-through")]


def build(years: list[int], today: date) -> Borough:
    """Make organisations, half terms, rules and people."""
    council = _organisation(invented.COUNCIL, Organisation.Kind.COUNCIL, "not applicable")
    borough = Borough(
        council=council,
        schools=[
            _organisation(
                name,
                Organisation.Kind.SCHOOL,
                phase,
                urn=f"{FIRST_URN + number}",
                is_maintained=number % 4 == 0,
            )
            for number, (name, phase) in enumerate(invented.SCHOOLS)
        ],
        providers=[
            _organisation(
                name,
                Organisation.Kind.PROVIDER,
                phase,
                is_registered_school=is_school,
                is_maintained=False if is_school else None,
                urn=f"{FIRST_URN + 50 + number}" if is_school else None,
            )
            for number, (name, phase, is_school) in enumerate(invented.PROVIDERS)
        ],
    )
    for year in [*years, max(years) + 1]:
        for number, (start, end) in enumerate(invented.half_terms(year), start=1):
            borough.half_terms.append(
                HalfTerm.objects.create(year=year, number=number, starts_on=start, ends_on=end)
            )
    TierRule.objects.filter(tier=Tier.SHORT).update(longest_weeks=TIER_2_WEEKS)
    ClockRule.objects.create(
        kind=ClockRule.Kind.DECISION,
        school_days=DAYS_TO_DECIDE,
        starts_on=date(min(years) - 1, 9, 1),
        source="A setting of the demo borough",
    )
    _staff(borough, date(min(years) - 1, 9, 1))
    return borough


def commission(borough: Borough, today: date) -> None:
    """Commission places near to what is taken, enter rates, and close one provider to new pupils.

    The numbers are settings of the demo borough, like the rates.
    """
    manager = borough.people[Role.MANAGER]
    shown = places.spans(HalfTerm.objects.not_over(today)[:1], today)
    since = today.replace(month=9, day=1, year=academic_year(today))
    for number, line in enumerate(places.board(borough.providers, shown, today)):
        taken = sum(cell.filled + cell.held for cell in line.cells)
        wanted = min(taken + SPARE[number % 3], MOST_PLACES)  # in a large borough, overbooked
        actions.commission(
            Commission(provider=line.provider, starts_on=since, places=wanted), by=manager
        )
        for package, unit, pounds in PACKAGES:
            rate = Rate(provider=line.provider, package=package, unit=unit, starts_on=since)
            rate.pounds = pounds + number
            actions.enter_rate(rate, by=manager)
    last = borough.providers[-1]
    actions.close_to_new(
        ClosedToNew(
            provider=last, starts_on=today, reason="A new head begins in the next half term"
        ),
        by=manager,
    )
    running = Placement.objects.running().with_register().filter(starts_on__gte=since)
    for row in running.order_by("pk")[:PRICED]:
        rate = Rate.objects.filter(provider=row.provider_id, unit=Unit.SESSION).earliest("pk")
        actions.agree_rate(row, rate=rate, by=manager)
    waiting = (
        Referral.objects.filter(status=Status.SUBMITTED, is_placed=False).order_by("pk").first()
    )
    if waiting:
        hold = Hold(referral=waiting, provider=borough.providers[0], starts_on=today)
        hold.expires_on = today + timedelta(days=10)
        actions.hold(hold, by=borough.people[Role.CASEWORKER])


def _organisation(name: str, kind: str, phase: str, **details: Any) -> Organisation:
    organisation = Organisation(name=name, kind=kind, phase=phase, source="invented", **details)
    organisation.full_clean()
    organisation.save()
    return organisation


def _staff(borough: Borough, since: date) -> None:
    password = User()
    password.set_password(invented.PASSWORD)
    for role in Role:
        if role in REACH_SCHOOL:
            place = borough.schools[6]
        elif role in REACH_PROVIDER:
            place = borough.providers[1]
        else:
            place = borough.council
        borough.people[role] = person(
            f"{role.replace(' ', '.')}@demo.example",
            f"Demo {role.label}",
            [(place, role)],
            since,
            password.password,
        )
    borough.referrers[borough.schools[6].pk] = borough.people[Role.SCHOOL_STAFF]
    borough.tutors[borough.providers[1].pk] = borough.people[Role.PROVIDER_STAFF]
    for number, school in enumerate(borough.schools):
        if school.pk not in borough.referrers:
            borough.referrers[school.pk] = person(
                f"senco.{number + 1}@demo.example", f"Sam Senco {number + 1}",
                [(school, Role.SCHOOL_STAFF)], since, password.password,
            )  # fmt: skip
    for number, place in enumerate(borough.providers):
        if place.pk not in borough.tutors:
            borough.tutors[place.pk] = person(
                f"tutor.{number + 1}@demo.example", f"Toni Tutor {number + 1}",
                [(place, Role.PROVIDER_STAFF)], since, password.password,
            )  # fmt: skip


def person(
    email: str,
    name: str,
    roles: list[tuple[Organisation, Role]],
    since: date,
    password: str,
) -> User:
    """Make a person with roles."""
    email = email.replace("data.protection.officer@", "data.protection@")
    user = User(email=email, name=name, position=roles[0][1].label, password=password)
    user.full_clean()
    user.save()
    for place, role in roles:
        Membership.objects.create(user=user, organisation=place, role=role, starts_on=since)
    return user
