"""Attendance support of the demo borough: contracts, reviews, home visits, rewards, an EBSA pathway."""

from datetime import date, timedelta

from accounts.models import User
from accounts.models.calendar import school_days_at
from accounts.permissions import Role
from apsystem.demo.borough import Borough
from apsystem.lib.calendar import academic_year, year_bounds
from attendance import actions
from attendance.models import (
    DisplayConsent,
    EbsaPathway,
    HomeVisit,
    ReturnStep,
    Reward,
    SupportPlan,
)
from placements.models import Placement

CONTRACTS = 9
DRAFTS = 2
WEEK = timedelta(days=7)
WHY = "Missed many sessions this term, most of them on Mondays. The bus changed in September."
SIDES = {
    "pupil_will": "Gets up at seven, and texts the key worker from the bus.",
    "parent_will": "Rings before nine where something is wrong, and comes to each review.",
    "place_will": "The key worker waits at the gate. Workshop first on Mondays.",
    "council_will": "Asks the transport team for the earlier bus.",
}
CHANGED = "Comes on most Mondays now. Fridays are still hard."
NEXT = "The Friday group moves to the morning. The parent rings on Thursday evening."
TIMES = ["9.30am", "11am", "1.30pm", "3pm", "4.30pm"]
SAYS = "The gate is easier when somebody waits there."


def seed(borough: Borough, today: date) -> None:
    """Open contracts for pupils who are placed now; let reviews of some be held, of one be late."""
    officer = borough.people[Role.ATTENDANCE_OFFICER]
    first, _ = year_bounds(academic_year(today))
    rows = Placement.objects.running().with_register().filter(starts_on__lte=today - 4 * WEEK)
    rows = rows.filter(ends_on__gt=today).select_related("pupil", "provider")
    # Those of the demo provider first: its people find something on their pages.
    home = borough.providers[1].pk
    found = sorted(rows, key=lambda row: (row.provider_id != home, -row.starts_on.toordinal()))
    for number, placement in enumerate(found[:CONTRACTS]):
        start = max(first, placement.starts_on + 2 * WEEK, today - 6 * WEEK)
        plan = _open(placement, officer, start, is_draft=number < DRAFTS)
        if number >= DRAFTS:
            _go_on(plan, officer, start, today, number)
        if number % 2 == 0:
            _visit(placement, officer, today, number)
        _celebrate(placement, borough, today, number)
    if found:
        _return(found[min(DRAFTS, len(found) - 1)], officer, today)


def _open(placement: Placement, by: User, start: date, *, is_draft: bool) -> SupportPlan:
    sides = {} if is_draft else SIDES
    plan = SupportPlan(placement=placement, why=WHY, opened_on=start, target_percent=85, **sides)
    return actions.open_support(placement.pupil, plan, by=by)


def _go_on(plan: SupportPlan, by: User, start: date, today: date, number: int) -> None:
    """Agree a contract; hold its reviews while they are past, but leave one contract's waiting."""
    plan = actions.agree_support(
        plan,
        agreed_on=start,
        pupil_answer="no" if number == DRAFTS else "yes",
        pupil_words="I do not like papers, but the gate is fine." if number == DRAFTS else SAYS,
        parent_name=parent.name if (parent := plan.pupil.contacts.first()) else "The mother",
        parent_agreed_on=start,
        by=by,
    )
    due = plan.reviews.get().due_on
    while due <= today and number != DRAFTS + 1:
        said = {"changed": CHANGED, "next_step": NEXT, "pupil_view": SAYS}
        actions.review_support(
            plan, held_on=due, attended="The pupil, the mother, the key worker", by=by, **said
        )
        due = plan.reviews.filter(held_on=None).get().due_on
    if number == CONTRACTS - 1:
        words = "Comes to nine sessions of ten. The family wants to go on without the contract."
        actions.meet_support(plan, ended_on=today, end_words=words, by=by)


def _visit(placement: Placement, by: User, today: date, number: int) -> None:
    """Plan a visit; every second one was made a week ago."""
    visit = HomeVisit(
        purpose="To meet the family, and to see how the mornings go.",
        planned_on=today - WEEK if number % 4 else today,
        planned_at=TIMES[number // 2 % len(TIMES)],
        visitor=by,
        goes_with="the key worker" if number % 4 else "",
        lone_working="" if number % 4 else "The duty line knows the address; rings back by 11am.",
    )
    visit = actions.plan_visit(visit, pupil=placement.pupil, by=by)
    if number % 4:
        is_in = number % 3 != 0
        actions.record_visit(
            visit,
            status="made" if is_in else "nobody in",
            went_on=today - WEEK,
            seen="The mother and the pupil",
            pupil_was_seen=True,
            found="A calm morning. The phone charges in the kitchen now."
            if is_in
            else "A card was left, with the number of the key worker.",
            by=by,
        )


def _celebrate(placement: Placement, borough: Borough, today: date, number: int) -> None:
    """Let most agree to displays, and give a reward on the last school day."""
    provider, pupil = placement.provider, placement.pupil
    by = borough.tutors[provider.pk]
    if number % 4 != 3:
        consent = DisplayConsent(
            provider=provider, agreed_by="The pupil, and the mother", agreed_on=today - WEEK
        )
        actions.agree_display(consent, pupil=pupil, by=by)
    days = school_days_at(provider, today - 3 * WEEK, today)
    if days and number % 3 == 0:
        reward = Reward(
            given_for="a whole week on time",
            what="A postcard home",
            display_words="A whole week on time",
            given_on=days[-1],
            provider=provider,
        )
        actions.give_reward(reward, pupil=pupil, by=by)


def _return(placement: Placement, by: User, today: date) -> None:
    pathway = EbsaPathway(
        risks="The canteen at noon, and the way in through the main hall.",
        resilience="The art room, the tutor who knows the family, a friend in the same group.",
        pupil_view="I can do mornings. I cannot do the hall.",
        opened_on=today - 2 * WEEK,
        timetable=placement.timetables.first(),
    )
    pathway = actions.open_pathway(pathway, pupil=placement.pupil, by=by)
    for words, day in (
        ("Comes to the gate and meets the tutor", today - 2 * WEEK),
        ("An hour in the art room", today - WEEK),
        ("A whole morning, in by the side door", today + WEEK),
    ):
        step = actions.add_step(pathway, ReturnStep(words=words, planned_on=day), by=by)
        if day < today:
            went = {"went": "well", "went_words": "Stayed the whole time, and wants the next."}
            actions.record_step(step, tried_on=day, by=by, **went)
