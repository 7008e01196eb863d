"""Plans of the way back in the demo borough: in preparation, in the weeks of return, completed."""

from datetime import date, datetime, time, timedelta

from django.utils.timezone import make_aware

from accounts.models import User
from accounts.models.calendar import school_days_at
from accounts.permissions import Role
from apsystem.demo.borough import Borough
from apsystem.lib.seen import state_of
from placements.models import RUNNING, Assessment, Placement
from reintegration import actions
from reintegration.actions import Agreed
from reintegration.models import Gate, Judgement, Kind, Plan, StayCheck
from reintegration.models.week import Stay, Week, last_sessions

PREPARED, RETURNING = 6, 4
WEEK = timedelta(weeks=1)
ANSWERS = [Stay.THERE, Stay.LEFT, Stay.NOT_KNOWN, Stay.THERE]  # of the returns that are completed
LONG_AGO = timedelta(weeks=30)
AT_SCHOOL = [2, 4, 6, 8, 10, 10]
GOALS = ["Meet the form tutor", "Two lessons a day", "English and maths with the class",
         "Lunch in the canteen", "A whole week of lessons", "All lessons without a card"]  # fmt: skip
BARRIERS = "Busy corridors between lessons; arguments that began before the placement."
AIMS = "Ask for five minutes out before it gets too much. Come every morning."
PUPIL_SAYS = "I want to see my friends again. I do not want everybody to stare on the first day."
PARENT_SAYS = "We are glad. Please ring us in the morning if it does not go well, not at three."
SHOWN = (
    "Fewer worries and better concentration than at the start; the work of six weeks was shown."
)


def seed(borough: Borough, today: date) -> None:
    """Set up a plan for each placement that has one, and tell the story of some of them."""
    by, told = borough.people[Role.CASEWORKER], iter(ANSWERS)
    for placement in Placement.objects.exclude(returns_in=None).order_by("pk"):
        if placement.status not in ("proposed", "declined"):
            plan = actions.set_up(placement)
            morning = make_aware(datetime.combine(placement.starts_on, time(9)))
            Plan.objects.filter(placement=placement).update(made_at=morning)
            if plan and placement.status == "ended":
                begins = placement.ends_on - 7 * WEEK if placement.ends_on else today
                is_told = placement.starts_on < begins < today - LONG_AGO
                if is_told and (answer := next(told, None)):
                    _complete(plan, begins, answer, by)
                else:
                    actions.close(
                        plan,
                        outcome="mainstream",
                        words="Back in school before plans were kept here.",
                        on=placement.last_day,
                        by=by,
                    )
    plans = Plan.objects.filter(
        placement__status__in=RUNNING, placement__starts_on__lte=today - timedelta(weeks=8)
    ).select_related("placement__provider", "receiving_school", "pupil")
    for number, plan in enumerate(plans.order_by("-placement__starts_on")[: PREPARED + RETURNING]):
        seen = state_of(plan)
        plan.barriers, plan.goals = BARRIERS, AIMS
        plan.school_coordinator = "Robin Example, head of year"
        actions.change(plan, plan, seen=seen, by=by)
        kinds = list(Kind) if number >= PREPARED else list(Kind)[: number % len(Kind)]
        for kind in kinds:
            _pass(plan, kind, today - timedelta(days=30), by)
        if number >= PREPARED:
            _return(plan, today, weeks_ago=number - PREPARED + 1, by=by)


def _pass(plan: Plan, kind: Kind, on: date, by: User) -> None:
    gate = Gate(kind=kind, held_on=on, words=SHOWN, who="Robin Example, head of year")
    if kind == Kind.CONVERSATION:
        gate.who, gate.words, gate.parent_words = "The pupil and a parent", PUPIL_SAYS, PARENT_SAYS
    if kind == Kind.PROGRESS:
        scores = Assessment.objects.filter(pupil=plan.pupil, instrument__name__startswith="SDQ")
        pair = list(scores.order_by("held_on"))
        if len(pair) > 1:
            gate.baseline, gate.later = pair[0], pair[-1]
        else:
            gate.no_scores = "The second assessment is booked."
    actions.pass_gate(plan, gate, by=by)


def _complete(plan: Plan, start: date, answer: Stay, by: User) -> None:
    """Tell of a return that was completed long ago, and what the school said of it afterwards."""
    for kind in Kind:
        _pass(plan, kind, start, by)
    plan = _begin(plan, start, by)
    weeks = list(Week.objects.filter(plan=plan).order_by("number"))
    for week in weeks:
        actions.review_week(
            plan, number=week.number, judgement=Judgement.WELL, note="Settled quickly.", by=by
        )
    plan = actions.complete(plan, words="All lessons, without a card.", by=by)
    Plan.objects.filter(pk=plan.pk).update(closed_on=weeks[-1].ends_on - timedelta(days=1))
    for check in StayCheck.objects.filter(plan=plan):
        actions.answer_check(check, answer=answer, words="The head of year rang.", by=by)


def _return(plan: Plan, today: date, *, weeks_ago: int, by: User) -> None:
    days = school_days_at(plan.receiving_school, today - timedelta(weeks=weeks_ago + 2), today)
    start = days[max(0, len(days) - 5 * weeks_ago)] if days else today
    plan = _begin(plan, max(start, today - timedelta(days=30)), by)
    for week in Week.objects.filter(plan=plan, ends_on__lte=today).order_by("number")[1:]:
        actions.review_week(
            plan, number=week.number, judgement=Judgement.WELL, note="Settled quickly.", by=by
        )


def _begin(plan: Plan, starts_on: date, by: User) -> Plan:
    usual = plan.placement.sessions
    weeks = [
        Agreed(last_sessions(usual, 10 - at_school), at_school, goal, "Robin Example")
        for at_school, goal in zip(AT_SCHOOL, GOALS, strict=True)
    ]
    return actions.begin(plan, starts_on=starts_on, weeks=weeks, by=by)
