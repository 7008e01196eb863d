"""Pathway plans for after Year 11 in the demo borough: begun, with offers, enrolled, lost sight of."""

from datetime import date, timedelta

from accounts.models import User
from accounts.permissions import Role
from apsystem.demo.borough import Borough
from apsystem.lib.calendar import academic_year
from placements.models import TAKEN_UP, Placement
from pupils.models import Pupil
from reintegration import actions
from reintegration.models import Activity, Application, CoachContact, DestinationCheck, Pathway
from reintegration.models.transition import YEAR_10, YEAR_11, YEAR_12, Guarantee, Now

A_YEAR = 8
YEAR_13 = YEAR_12 + 1
HOPES = ["To be a mechanic, like my uncle.", "Something with children.", "Hair and beauty.",
         "I do not know yet. Not an office.", "Music, or sound for films."]  # fmt: skip
PLACES = ["Riverbank College", "Thames Works Training", "Elm Lane Sixth Form"]
ANSWERS = [Now.THERE, Now.THERE, Now.NEET, Now.ELSEWHERE, Now.NOT_KNOWN]


def seed(borough: Borough, today: date) -> None:
    """Make plans with some of Years 10 and 11, and with some who left in the last two summers."""
    coach = borough.people[Role.TRANSITION_COACH]
    year = academic_year(today)
    placed = Placement.objects.filter(status__in=TAKEN_UP)
    rows = Pupil.objects.filter(pk__in=placed.values("pupil")).order_by("pk")
    for offset in (YEAR_10, YEAR_11, YEAR_12, YEAR_13):
        for number, pupil in enumerate(rows.filter(starts_year_1=year - offset)[:A_YEAR]):
            if number % 4 != 3:  # some have none so far
                _tell(pupil, offset, number, coach, today)


def _tell(pupil: Pupil, offset: int, number: int, coach: User, today: date) -> None:
    pathway = actions.open_pathway(
        Pathway(aspirations=HOPES[number % len(HOPES)], intended="college"), pupil=pupil, by=coach
    )
    visit = Activity(kind="employer", words="A morning at a garage", planned_on=today)
    back = timedelta(days=365 if offset == YEAR_13 else 0)
    visit.planned_on -= back + timedelta(days=9 + number)
    actions.plan_activity(pathway, visit, by=coach)
    actions.record_activity(visit, attended=number != 1, outcome="", by=coach)
    if offset == YEAR_10 or number == 1:
        return
    began = today - back - timedelta(days=60)
    pathway = actions.change_pathway(pathway, coach=coach, coach_from=began, by=coach)
    call = CoachContact(on=began, way="call", was_reached=True, words="Wants to see the college.")
    actions.log_contact(pathway, call, by=coach)
    if offset >= YEAR_12:
        _finish(pathway, number, coach, today)


def _finish(pathway: Pathway, number: int, coach: User, today: date) -> None:
    summer = date(pathway.leaves_in, 6, 20)
    place = PLACES[number % len(PLACES)]
    application = Application(
        place=place, kind="college", course="Level 1", applied_on=summer - timedelta(days=120)
    )
    if number != 2:
        application.result, application.result_on, application.is_taken = "offer", summer, True
    actions.apply(pathway, application, by=coach)
    stands = Guarantee.OFFER if number != 2 else Guarantee.NO_OFFER
    pathway = actions.change_pathway(
        pathway, guarantee=stands, guarantee_on=min(summer, today), by=coach
    )
    grade = (5, 4, 3)[number % 3]
    pathway = actions.change_pathway(pathway, english=grade, maths=grade + number % 2, by=coach)
    started = date(pathway.leaves_in, 9, 5)
    if number != 2 and started <= today:
        actions.change_pathway(
            pathway, enrolled_at=place, enrolled_as="college", enrolled_on=started, by=coach
        )
    due = DestinationCheck.objects.filter(pathway=pathway, due_on__lte=today)
    for check in due[: 0 if number == 0 else None]:
        answer = ANSWERS[number % len(ANSWERS)]
        actions.answer_destination(check, answer=answer, words="", by=coach)
