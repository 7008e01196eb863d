"""The children of the demo borough: how each came to alternative provision, and what followed.

The stories go through the same actions that people use. Beyond a few hundred children a bulk path
writes the rows in large statements; the database's constraints check them all the same.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from stdnum.gb import upn as stdnum_upn

from accounts.models import Organisation, User
from accounts.models.calendar import school_days_at
from accounts.permissions import Role
from apsystem.demo import invented
from apsystem.demo.borough import TIER_2_WEEKS, Borough
from apsystem.lib.calendar import academic_year
from placements import actions as placement_actions
from placements.models import (
    EVERY_SESSION,
    Award,
    Destination,
    Ending,
    NextStep,
    Outcome,
    Placement,
    Review,
    Route,
)
from pupils import actions as pupil_actions
from pupils.models import CareStatus, Contact, Pupil
from pupils.models.codes import CareKind, NeedType, SenProvision
from referrals import actions as referral_actions
from referrals.models import Reason, Referral, Status, Tier

MORNINGS = 0b0101010101
FOUR_DAYS = 0b0011111111
# How long placements last, from and to.
WEEKS = {Tier.OUTREACH: (8, 26), Tier.SHORT: (6, TIER_2_WEEKS - 1), Tier.LONGER: (20, 75)}
# Of ten children, which are known to social care: a setting of the demo, no published share.
CARE = {
    3: CareKind.CHILD_IN_NEED,
    6: CareKind.CHILD_PROTECTION,
    7: CareKind.LOOKED_AFTER,
}
LIVE = ["draft", "submitted", "waiting", "accepted", "declined", "withdrawn"]


@dataclass
class Story:
    """One child's way: who, when referred, what was decided."""

    pupil: Pupil
    school: Organisation
    provider: Organisation
    needs: list[str]
    reason: str
    tier: int
    submitted_on: date
    starts_on: date
    weeks: int
    sessions: int
    live: str = ""  # a case that is still open, in this status
    care: str = ""  # how social care knows the child, if it does


def stories(borough: Borough, count: int, today: date, first: date, seed: int) -> Iterator[Story]:
    """Yield the children's stories, always the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - a story, not a secret
    days = school_days_at(None, first, today)
    for number in range(count):
        year_group = chance.choices(range(2, 12), weights=[1, 2, 2, 3, 4, 4, 7, 10, 12, 9])[0]
        live = LIVE[number // 8 % len(LIVE)] if number % 8 == 0 else ""
        start = days[-1] if live else _start(chance, days, number)
        tier = chance.choices([1, 2, 3], weights=[2, 5, 5])[0]
        provider = chance.choices(
            places := borough.providers_for(year_group),
            weights=[6, *[2] * (len(places) - 1)],
        )[0]
        yield Story(
            pupil=_pupil(chance, number, year_group, start),
            school=chance.choice(borough.schools_for(year_group)),
            provider=provider,
            needs=chance.choice([[NeedType.SEMH], [NeedType.SEMH, NeedType.SLCN], [NeedType.ASD]]),
            reason=chance.choice(Reason.values),
            tier=tier,
            submitted_on=start - timedelta(days=chance.randint(12, 30)),
            starts_on=start,
            weeks=chance.randint(*WEEKS[Tier(tier)]),
            sessions=chance.choices([EVERY_SESSION, FOUR_DAYS, MORNINGS], weights=[8, 1, 1])[0],
            live=live,
            care=CARE.get(number % 10, ""),
        )  # fmt: skip


def _start(chance: random.Random, days: list[date], number: int) -> date:
    if number % 3 == 0:  # a third are here now: a demo without pupils today shows nothing
        return chance.choice(days[-60:])
    return chance.choice(days[:-20])


def _pupil(chance: random.Random, number: int, year_group: int, on: date) -> Pupil:
    sex = chance.choices(["M", "F"], weights=[7, 3])[0]
    born_year = academic_year(on) - year_group - 5
    born = date(born_year, 9, 1) + timedelta(days=chance.randint(0, 364))
    body = f"2059{900 + number // 1000:03d}{born.year % 100:02d}{number % 1000:03d}"
    is_known = number % 29 != 0
    pupil = Pupil(
        forename=chance.choice(invented.FORENAMES[sex]),
        surname=chance.choice(invented.SURNAMES),
        date_of_birth=born,
        sex=sex,
        ethnicity=chance.choice(invented.ETHNICITIES),
        upn=stdnum_upn.calc_check_digit(body) + body if is_known else None,
        upn_unknown="" if is_known else "UN3",
        sen_provision=chance.choices(SenProvision.values, weights=[2, 5, 2])[0],
        has_free_meals=chance.random() < 0.55,
        address=f"{chance.randint(1, 900)} Invented Street",
        postcode="DE1 0MO",
    )
    pupil.fill_derived()
    return pupil


def tell(story: Story, borough: Borough, today: date) -> Placement | None:
    """Let a story happen through the actions that people use; return its placement, if any."""
    officer = borough.people[Role.CASEWORKER]
    referrer = borough.referrers[story.school.pk]
    joined = story.submitted_on - timedelta(days=200)
    pupil = pupil_actions.add(
        story.pupil,
        school=story.school,
        on_roll_from=joined,
        by=referrer,
        needs=story.needs,
    )
    _contact(pupil, officer)
    _care(story, joined, officer)
    if pupil.sen_provision == SenProvision.EHC_PLAN:
        pupil_actions.record_plan(
            pupil, issued_on=joined, reviewed_on=joined + timedelta(days=150), by=officer
        )
    referral = _refer(story, referrer)
    if story.live == Status.DRAFT:
        return None
    referral = referral_actions.submit(referral, by=referrer, at=_moment(story.submitted_on))
    if story.live == Status.SUBMITTED:
        return None
    if story.live == Status.WAITING:
        referral_actions.ask(referral, questions=["basis"], words=invented.QUESTION, by=officer)
        return None
    if story.live == Status.WITHDRAWN:
        referral_actions.withdraw(referral, by=referrer)
        return None
    is_declined = story.live == Status.DECLINED
    decided_on = story.submitted_on + timedelta(days=6)
    referral = referral_actions.decide(
        referral,
        verb="decline" if is_declined else "accept",
        reason=invented.DECISIONS[0 if is_declined else story.tier],
        tier=story.tier,
        by=officer,
        on=decided_on,
    )
    if decided_on < today - timedelta(days=14):
        referral_actions.note_read(referral, by=referrer)
    if story.live and (is_declined or story.pupil.pk % 2):
        return None
    return _place(story, borough, referral, officer, today)


def _refer(story: Story, referrer: User) -> Referral:
    text = story.pupil.forename
    return referral_actions.make(
        Referral(
            pupil=story.pupil,
            school=story.school,
            reason=story.reason,
            event_on=story.submitted_on - timedelta(days=2)
            if story.reason in (Reason.SUSPENSION, Reason.PERMANENT_EXCLUSION)
            else None,
            concern=invented.CONCERNS[story.reason],
            tried=invented.TRIED,
            hoped=invented.HOPED,
            pupil_view=invented.PUPIL_VIEWS[len(text) % len(invented.PUPIL_VIEWS)],
            parent_view=invented.PARENT_VIEWS[len(text) % len(invented.PARENT_VIEWS)],
            made_by=referrer,
            made_at=_moment(story.submitted_on - timedelta(days=1)),
        ),
        by=referrer,
    )


def _review(placement: Placement, officer: User, today: date) -> None:
    """Record the first review where its day came more than a week ago: the others are due."""
    due = placement.next_review_on
    if due and due < today - timedelta(days=7):
        placement_actions.review(
            placement,
            Review(
                held_on=due,
                attended=invented.ATTENDED,
                progress_words=invented.PROGRESS,
                next_step=NextStep.CONTINUE,
            ),
            outcomes={row.pk: Outcome.PARTLY for row in placement.objectives.all()},
            by=officer,
            at=_moment(due),
        )


def _place(
    story: Story, borough: Borough, referral: Referral, officer: User, today: date
) -> Placement:
    planned_end = story.starts_on + timedelta(weeks=story.weeks)
    placement = placement_actions.propose(
        Placement(
            provider=story.provider,
            starts_on=story.starts_on,
            ends_on=planned_end,
            sessions=0 if story.tier == Tier.OUTREACH else story.sessions,
            route=Route.UNDECIDED if story.tier == Tier.OUTREACH else Route.MAINSTREAM,
            returns_in=None if story.tier == Tier.OUTREACH else borough.half_term(planned_end),
            purpose=invented.PURPOSE,
        ),
        referral=referral,
        objectives=invented.OBJECTIVES,
        by=officer,
        at=_moment(story.starts_on - timedelta(days=5)),
    )
    if story.live == Status.ACCEPTED:
        return placement
    lead = borough.tutors[story.provider.pk]
    placement = placement_actions.accept(
        placement, lead=lead, by=officer, at=_moment(story.starts_on - timedelta(days=3))
    )
    if planned_end <= today:
        placement = placement_actions.end(
            placement,
            last_day=planned_end - timedelta(days=1),
            reason=invented.END_REASON,
            destination=Destination.HOME_SCHOOL,
            ending=Ending(
                progress=invented.PROGRESS, pupil_rating=4, pupil_words=invented.PUPIL_SAYS
            ),
            outcomes={row.pk: Outcome.MET for row in placement.objectives.all()},
            by=officer,
            at=_moment(planned_end - timedelta(days=1)),
        )
        if story.tier != Tier.OUTREACH and story.pupil.pk % 3 == 0:
            award = Award(kind="vocational", title="Food hygiene, level 1", result="Passed")
            award.gained_on = planned_end - timedelta(days=1)
            placement_actions.add_award(placement, award, by=officer)
    else:
        _review(placement, officer, today)
    return placement


def _contact(pupil: Pupil, officer: User) -> None:
    contact = Contact(
        name=f"Alex {pupil.surname}",
        relationship="parent",
        phone="020 7946 0000",  # a number that the regulator keeps free for fiction
        has_parental_responsibility=True,
    )
    pupil_actions.add_contact(contact, pupil=pupil, by=officer)


def _care(story: Story, since: date, officer: User) -> None:
    if story.care:
        care = CareStatus(kind=story.care, starts_on=since, social_worker="Robin Worker (demo)")
        pupil_actions.add_care(story.pupil, care=care, by=officer)


def _moment(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time(10, 15)))
