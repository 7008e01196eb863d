"""Rows of attendance support that break a constraint, by its name."""

from datetime import date

from tests import factories

DAY = date(2024, 9, 16)
BEFORE = date(2024, 9, 2)


def plan(**details):
    return lambda: factories.SupportPlanFactory(**details)


def visit(**details):
    return lambda: factories.HomeVisitFactory(**details)


def pathway(**details):
    return lambda: factories.EbsaPathwayFactory(**details)


def two(factory, name, parent, **details):
    """Make two rows with the same parent."""
    return lambda: factory.create_batch(2, **{name: parent()}, **details)


def two_consents():
    first = factories.DisplayConsentFactory()
    factories.DisplayConsentFactory(pupil=first.pupil, provider=first.provider)


BREAKERS = {
    "attendance_supportplan_answer_is_known": plan(pupil_answer="maybe"),
    "attendance_supportplan_says_why": plan(why=""),
    "attendance_supportplan_target_is_a_share": plan(target_percent=101),
    "attendance_supportplan_reviewed_each_half_term": plan(review_school_days=46),
    "attendance_supportplan_one_running_for_a_pupil": two(
        factories.SupportPlanFactory, "pupil", factories.PupilFactory
    ),
    "attendance_supportplan_whole_when_agreed": plan(status="agreed", pupil_words=""),
    "attendance_supportplan_ends_with_a_day_and_words": plan(status="ended", end_words=""),
    "attendance_supportplan_ends_after_it_starts": plan(status="met", ended_on=BEFORE),
    "attendance_supportreview_one_open": two(
        factories.SupportReviewFactory, "plan", factories.SupportPlanFactory
    ),
    "attendance_supportreview_one_a_day": two(
        factories.SupportReviewFactory, "plan", factories.SupportPlanFactory, held_on=DAY
    ),
    "attendance_supportreview_whole_when_held": lambda: factories.SupportReviewFactory(
        held_on=DAY, attended=""
    ),
    "attendance_supportreview_held_or_dropped": lambda: factories.SupportReviewFactory(
        held_on=DAY, dropped_on=DAY
    ),
    "attendance_homevisit_says_why": visit(purpose=""),
    "attendance_homevisit_nobody_goes_alone_unplanned": visit(goes_with=""),
    "attendance_homevisit_outcome_says_what": visit(status="made", found=""),
    "attendance_homevisit_went_on_a_day": visit(status="nobody in", went_on=None),
    "attendance_homevisit_made_says_who_was_seen": visit(status="made", seen=""),
    "attendance_homevisit_concern_says_how": visit(status="made", is_concern=True),
    "attendance_reward_says_what_for": lambda: factories.RewardFactory(given_for=""),
    "attendance_displayconsent_says_who_agreed": lambda: factories.DisplayConsentFactory(
        agreed_by=""
    ),
    "attendance_displayconsent_withdrawn_by_somebody": lambda: factories.DisplayConsentFactory(
        withdrawn_on=DAY
    ),
    "attendance_displayconsent_one_in_force": two_consents,
    "attendance_ebsapathway_names_what_helps": pathway(resilience=""),
    "attendance_ebsapathway_one_open_for_a_pupil": two(
        factories.EbsaPathwayFactory, "pupil", factories.PupilFactory
    ),
    "attendance_ebsapathway_closed_with_a_day_and_words": pathway(status="closed", close_words=""),
    "attendance_returnstep_one_at_a_place": two(
        factories.ReturnStepFactory, "pathway", factories.EbsaPathwayFactory, position=1
    ),
    "attendance_returnstep_says_what": lambda: factories.ReturnStepFactory(words=""),
    "attendance_returnstep_tried_says_how_it_went": lambda: factories.ReturnStepFactory(
        tried_on=DAY
    ),
}
