"""Rows of the way beyond Year 11 that the database refuses, by the constraint that they break."""

from datetime import date

from tests import factories
from tests.placements.test_models import again

BEFORE = date(2024, 1, 1)


def pathway(**details):
    return lambda: factories.PathwayFactory(**details)


def application(**details):
    return lambda: factories.ApplicationFactory(**details)


def taken_twice():
    taken = {"result": "offer", "result_on": date(2024, 5, 1), "is_taken": True}
    first = factories.ApplicationFactory(**taken)
    factories.ApplicationFactory(pathway=first.pathway, **taken)


ONWARD_BREAKERS = {
    "reintegration_pathway_says_what_is_hoped_for": pathway(aspirations=""),
    "reintegration_pathway_intended_is_known": pathway(intended="?"),
    "reintegration_pathway_coach_from_a_day": pathway(coach_from=BEFORE),
    "reintegration_pathway_guarantee_is_whole": pathway(guarantee="offer"),
    "reintegration_pathway_english_is_a_grade": pathway(english=10),
    "reintegration_pathway_maths_is_a_grade": pathway(maths=10),
    "reintegration_pathway_enrolled_whole": pathway(enrolled_at="Elm College"),
    "reintegration_destinationcheck_once": lambda: again(factories.DestinationCheckFactory()),
    "reintegration_destinationcheck_answer_is_whole": lambda: factories.DestinationCheckFactory(
        answer="neet"
    ),
    "reintegration_application_says_where": application(place=""),
    "reintegration_application_result_has_its_day": application(result="offer"),
    "reintegration_application_interview_after_it": application(interview_on=BEFORE),
    "reintegration_application_taken_is_an_offer": application(is_taken=True),
    "reintegration_application_one_is_taken": taken_twice,
    "reintegration_activity_says_what": lambda: factories.ActivityFactory(words=""),
    "reintegration_activity_outcome_of_what_took_place": lambda: factories.ActivityFactory(
        outcome="Liked it."
    ),
    "reintegration_activity_counselling_is_referred": lambda: factories.ActivityFactory(
        referred_to="Harbour Family Service"
    ),
    "reintegration_coachcontact_says_what": lambda: factories.CoachContactFactory(words=""),
}
