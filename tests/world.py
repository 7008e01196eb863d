"""A small borough for the sweeps: what is a person's own, what is foreign, what does not exist.

Every text that belongs to a child holds a token of that child, so that a leak is found wherever it
shows: in a page, a header, an address.
"""

import re
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import HalfTerm, Organisation, User
from accounts.models.personal import hash_of
from accounts.permissions import REACH_ALL, REACH_PROVIDER, REACH_SCHOOL, Role
from apsystem.lib.calendar import FRIDAY, academic_year, bank_holidays
from attendance.models import (
    SupportPlan,
)
from pupils.models import (
    Pupil,
)
from referrals.models import Referral, SavedFilter, Status, Tier
from reintegration.models import PANEL_ROLES
from reporting.models import BoardPack, Target
from tests import addresses, canaries, factories, kept_rows, onward, sides
from tests.addresses import FEED_TOKEN
from tests.factories import returns
from tests.side import Side

OWN, FOREIGN, ABSENT = "own", "foreign", "absent"
SIDES = [OWN, FOREIGN, ABSENT]
TOKEN = re.compile(r"zqx[a-z]+zqx", re.IGNORECASE)


@dataclass
class World:
    """Both sides, the people, and a day on which registers are open."""

    council: Organisation
    half_term: HalfTerm
    next_half_term: HalfTerm
    own: Side
    foreign: Side
    people: dict[Role, User]
    school_day: date
    target: Target
    pack: BoardPack
    known: dict[str, dict[tuple[str, str], object]] = field(default_factory=dict)

    def allowed(self, role: Role | None) -> set[str]:
        """Return the tokens that a person in a role may ever be shown."""
        if role in REACH_ALL:
            return self.own.tokens | self.foreign.tokens
        if role in REACH_SCHOOL | REACH_PROVIDER | PANEL_ROLES:
            return self.own.tokens
        return set()

    def arguments(self, route: str, name: str, side: str) -> dict[str, object]:
        """Return what to put into a route of the URL map. A route nobody thought of fails here."""
        found = re.findall(r"<(?:\w+:)?(\w+)>", route)
        return {key: self._argument(name, key, side) for key in found}

    def _argument(self, name: str, key: str, side: str) -> object:
        rows = self.own if side == OWN else self.foreign
        if rows.name not in self.known:
            self.known[rows.name] = addresses.values(self, rows)
        value = self.known[rows.name][name, key]
        if side != ABSENT:
            return value
        if isinstance(value, uuid.UUID):
            return uuid.uuid4()
        if isinstance(value, int):
            return 0
        return "no-such-thing" if key in {"code", "kind", "slug", "token"} else value


def build() -> World:
    """Return the world; the first test that asks for it makes it."""
    return kept_rows.again(_build)


def _build() -> World:
    """Make the world: dates lie around today, because scopes depend on today."""
    today = localdate()
    year = academic_year(today)
    # Autumn and spring reach almost to the end of August, so that any day of the year will do.
    edges = [(year, 9, 1), (year, 11, 1), (year + 1, 1, 1), (year + 1, 3, 1), (year + 1, 8, 28)]
    edges += [(year + 1, 8, 30), (year + 1, 9, 1)]
    for number, (start, end) in enumerate(pairwise(edges), start=1):
        factories.HalfTermFactory(
            year=year, number=number, starts_on=date(*start), ends_on=date(*end)
        )
    council = factories.CouncilFactory(name="The Council")
    own, foreign = _side("own", today), _side("foreign", today)
    people = {}
    for role in Role:
        place = council
        if role in REACH_SCHOOL:
            place = own.school
        elif role in REACH_PROVIDER:
            place = own.provider
        people[role] = factories.UserFactory(name=f"Demo {role.label}", email=_address(role))
        factories.MembershipFactory(user=people[role], organisation=place, role=role)
    sides.seats(people, council, today)
    for side in (own, foreign):
        canaries.fill(side, side.token)
        Referral.objects.filter(school=side.school).update(made_by=people[Role.SCHOOL_STAFF])
    own.cover = factories.CoverFactory(
        person=people[Role.CASEWORKER], colleague=people[Role.MANAGER], organisation=council
    )
    SavedFilter.objects.filter(pk=own.saved.pk).update(user=people[Role.CASEWORKER])
    factories.FeedFactory(user=people[Role.CASEWORKER], token_hash=hash_of(FEED_TOKEN))
    SupportPlan.objects.filter(pk=own.support["agreed"].pk).update(
        owner=people[Role.ATTENDANCE_OFFICER]
    )
    half_term = HalfTerm.objects.earliest("starts_on")
    coming = HalfTerm.objects.latest("starts_on")
    long_ago = timezone.now() - timedelta(days=400)
    target = factories.TargetFactory(year=year, owner=people[Role.MANAGER], set_at=long_ago)
    factories.MonthlyTablesFactory(month=date(1999, 9, 1))
    factories.FailedFigureFactory()
    pack = factories.PackFigureFactory(pack__made_by=people[Role.MANAGER], pack__year=year).pack
    return World(council, half_term, coming, own, foreign, people, own.mark.date, target, pack)


def build_with_a_case() -> World:
    """Make the world, and give the caseworker a referral that is due."""
    world = build()
    Referral.objects.filter(pk=world.own.submitted.pk).update(
        assigned_to=world.people[Role.CASEWORKER], decide_by=localdate() + timedelta(days=5)
    )
    return world


def _address(role: Role) -> str:
    return f"{role.replace(' ', '.')}@council.example"


def _side(name: str, today: date) -> Side:
    school = factories.SchoolFactory(name=f"School {name}")
    provider = factories.ProviderFactory(name=f"Provider {name}")
    tokens: set[str] = set()
    day = _last_weekday(today)
    start = day - timedelta(days=30)

    def token(text: str) -> str:
        made = f"zqx{name}{text}zqx"
        tokens.add(made)
        return made

    def pupil(number: str) -> Pupil:
        child = factories.PupilFactory(
            forename=token(f"forename{number}"),
            surname=token(f"surname{number}"),
            preferred_name=token(f"preferred{number}"),
            address=token(f"address{number}"),
            staff_need_to_know=token(f"need{number}"),
            sen_provision="K",
        )
        factories.EnrolmentFactory(pupil=child, organisation=school)
        factories.ContactFactory(
            pupil=child,
            name=token(f"contact{number}"),
            email=f"{token('mail' + number)}@x.example",
        )
        factories.NeedFactory(pupil=child)
        return child

    def referral(child: Pupil, status: Status) -> Referral:
        return factories.ReferralFactory(
            pupil=child,
            school=school,
            status=status,
            concern=token(f"concern{status}"),
            consent_from=token(f"consent{status}"),
            tried=token(f"tried{status}"),
            hoped=token(f"hoped{status}"),
            pupil_view=token(f"pupilview{status}"),
            parent_view=token(f"parentview{status}"),
        )

    one, two, three, four = (pupil(number) for number in ("one", "two", "three", "four"))
    factories.EhcPlanFactory(pupil=one)
    placement = factories.PlacementFactory(
        pupil=one, provider=provider, home_school=school, starts_on=start, purpose=token("purpose")
    )
    for child in (two, three, four):  # the provider knows them too: own means own for every role
        factories.EnrolmentFactory(pupil=child, organisation=provider, starts_on=start, status="O")
    objective = factories.ObjectiveFactory(
        placement=placement, words=token("objective"), measure=token("how")
    )
    change = sides.change_of(objective, token)
    review = factories.ReviewFactory(
        placement=placement, progress_words=token("review"), held_on=start, agreed=token("agreed")
    )
    factories.ProgressFactory(review=review, objective=objective)
    factories.PlacementEntryFactory(placement=placement, words=token("entry"))
    factories.AwardFactory(placement=placement, title=token("award"), gained_on=day)
    offer = factories.PlacementFactory(
        pupil=four,
        provider=provider,
        home_school=school,
        status="proposed",
        starts_on=today + timedelta(days=7),
        purpose=token("offer"),
    )
    factories.ObjectiveFactory(placement=offer, words=token("agreed"), measure=token("known"))
    factories.CommissionFactory(provider=provider)
    factories.RateFactory(provider=provider)
    accepted = referral(three, Status.ACCEPTED)
    Referral.objects.filter(pk=accepted.pk).update(tier=Tier.SHORT)
    mark = sides.mark(placement, day, token)
    letters = {
        status: factories.LetterFactory(
            pupil=one,
            status=status,
            about="placement",
            case=placement.uid,
            provider=provider,
            given_on=day,
            to_name=token(f"toname{status}"),
            to_address=token(f"toaddress{status}"),
            words=token(f"words{status}"),
            answers={"purpose": token(f"answer{status}")},
            facts={"purpose": token(f"fact{status}")},
            text=token(f"file{status}"),
        )
        for status in ("draft", "approved", "issued")
    }
    submitted, waiting = referral(one, Status.SUBMITTED), referral(four, Status.WAITING)
    factories.RequestForMoreFactory(referral=waiting, words=token("request"))
    factories.EntryFactory(referral=submitted, kind="amended", answer="tried",
                           before=token("before"), after=token("after"), at=timezone.now())  # fmt: skip
    attachment = factories.AttachmentFactory(
        referral=submitted, document__name=token("file"), document__text=token("content")
    )
    scale = factories.ScaleFactory()
    scores = [
        factories.AssessmentFactory(
            pupil=one,
            placement=placement,
            instrument=scale.instrument,
            held_on=start + timedelta(days=week * 7),
            recorded_for=place,
        )
        for week, place in enumerate([school, provider])
    ]
    for row in scores:
        factories.ScoreFactory(assessment=row, scale=scale)
        factories.AssessmentAmendmentFactory(
            assessment=row, before=token("scored"), reason=token("corrected")
        )
    plan = returns.PlanFactory(
        placement=placement,
        first_target=HalfTerm.objects.earliest("starts_on"),
        target=HalfTerm.objects.latest("starts_on"),
        barriers=token("barrier"),
        goals=token("goal"),
        school_coordinator=token("coordinator"),
        returning=True,
    )
    returns.GateFactory(plan=plan, kind="conversation", held_on=day, who=token("present"),
                        words=token("spoken"), parent_words=token("parentspoke"))  # fmt: skip
    returns.WeekFactory(plan=plan, goal=token("weekgoal"), lead=token("weeklead"))
    returns.WeekChangeFactory(plan=plan, reason=token("weekheld"))
    returns.TargetChangeFactory(
        plan=plan, before=plan.first_target, after=plan.target, reason=token("targetmoved")
    )
    returns.StayCheckFactory(plan=plan)
    returns.VersionFactory(plan=plan, content={"goals": token("sentgoal")})
    own = factories.SchoolPlacementFactory(
        pupil=two,
        school=school,
        provider_name=token("studio"),
        reason=factories.CensusCodeFactory(),
        why=token("because"),
        starts_on=start,
        progress=token("better"),
        pupil_words=token("said"),
    )
    factories.QualityCheckFactory(placement=own, found=token("found"))
    factories.CensusAnswerFactory(placement=placement)
    return Side(
        name=name,
        school=school,
        provider=provider,
        pupil=one,
        submitted=submitted,
        waiting=waiting,
        attachment=attachment,
        draft=referral(two, Status.DRAFT),
        accepted=accepted,
        placement=placement,
        offer=offer,
        change=change,
        mark=mark,
        contact=one.contacts.first(),
        notice=sides.absence(placement, day, token),
        closure=factories.ClosureFactory(
            organisation=provider, starts_on=today + timedelta(days=200)
        ),
        role=sides.member(school, provider),
        care=factories.CareStatusFactory(pupil=one, social_worker=token("social")),
        letters=letters,
        plan=plan,
        panel=sides.panel([two, three, four], plan, school, name, token),
        enrolment=one.enrolments.get(organisation=school),
        scores=scores[0],
        own=own,
        scale=scale,
        cover=factories.CoverFactory(organisation=school, role=Role.SCHOOL_STAFF),
        closed=factories.ClosedToNewFactory(
            provider=provider, starts_on=today + timedelta(days=300)
        ),
        hold=factories.HoldFactory(
            referral=submitted, provider=provider, against=token("against")
        ),
        timetable=sides.timetable(placement, day, token),
        suspension=factories.suspended(one, school, start, today, token),
        exclusion=factories.excluded(one, school, today, token),
        headcount=factories.HeadcountFactory(school=school),
        left=factories.EnrolmentFactory(
            pupil=four,
            starts_on=start - timedelta(days=300),
            ends_on=start,
            status="M",
            left_because="not known",
            left_for=token("gone"),
        ),
        key=factories.ApiKeyFactory(organisation=provider),
        at_school=factories.SchoolAttendanceFactory(
            pupil=one, school=school, starts_on=start - timedelta(days=30)
        ),
        upload=factories.uploaded(provider, mark, token("filename")),
        saved=factories.SavedFilterFactory(name=token("saved"), query=f"q={token('asked')}"),
        **onward.own_words_and_onward(one, token),
        **sides.support([one, two], placement, token, day),
        outreach=sides.outreach([one, two], placement, token, day),
        tokens=tokens,
    )


def _last_weekday(day: date) -> date:
    while day.weekday() > FRIDAY or day in bank_holidays():
        day -= timedelta(days=1)
    return day
