"""A row that breaks each constraint of the panel's tables."""

from datetime import timedelta

from django.utils import timezone
from django.utils.timezone import localdate

from reintegration.models import FairAccessCategory
from tests import factories
from tests.placements.test_models import again


def case(**details):
    return lambda: factories.PanelCaseFactory(**details)


def on_agenda(**details):
    return lambda: factories.PanelCaseFactory(
        meeting=factories.PanelMeetingFactory(status="in session"), **details
    )


def meeting(**details):
    return lambda: factories.PanelMeetingFactory(**details)


def twice_at_a_place():
    first = on_agenda()()
    factories.PanelCaseFactory(meeting=first.meeting, position=first.position)


def out_of_turn():
    one, other = factories.SchoolFactory(), factories.SchoolFactory()
    on_agenda(status="decided", outcome="allotted", school=one, next_in_turn=other)()


YESTERDAY = localdate() - timedelta(days=1)
PANEL_BREAKERS = {
    "reintegration_fairaccesscategory_letter_is_one": lambda: FairAccessCategory.objects.create(
        letter="1", description="x", source="x"
    ),
    "reintegration_panelmember_ends_after_it_starts": lambda: factories.PanelMemberFactory(
        starts_on=localdate(), ends_on=YESTERDAY
    ),
    "reintegration_panelmember_one_seat_at_a_time": lambda: again(factories.PanelMemberFactory()),
    "reintegration_panelmeeting_status_is_known": lambda: factories.PanelMeetingFactory(
        status="lost", published_by=factories.UserFactory(), published_at=timezone.now()
    ),
    "reintegration_panelmeeting_takes_a_while": meeting(minutes=5),
    "reintegration_panelmeeting_somebody_decides": meeting(quorum=0),
    "reintegration_panelmeeting_publication_is_whole": meeting(published_at=timezone.now()),
    "reintegration_panelmeeting_closing_is_whole": meeting(closed_at=timezone.now()),
    "reintegration_panelmeeting_once_at_a_time": lambda: again(factories.PanelMeetingFactory()),
    "reintegration_panelcase_status_is_known": on_agenda(status="lost"),
    "reintegration_panelcase_kind_is_whole": case(category_id=None),
    "reintegration_panelcase_says_why": case(why=""),
    "reintegration_panelcase_takes_minutes": case(minutes=0),
    "reintegration_panelcase_stands_on_an_agenda": case(position=1),
    "reintegration_panelcase_one_at_a_place": twice_at_a_place,
    "reintegration_panelcase_one_open_for_a_pupil": lambda: again(factories.PanelCaseFactory()),
    "reintegration_panelcase_decision_is_whole": on_agenda(status="decided", reason=""),
    "reintegration_panelcase_names_the_school": on_agenda(status="decided", outcome="allotted"),
    "reintegration_panelcase_names_the_provider": on_agenda(status="decided", outcome="provision"),
    "reintegration_panelcase_names_the_half_term": on_agenda(
        status="decided", outcome="more time"
    ),
    "reintegration_panelcase_out_of_turn_says_why": out_of_turn,
    "reintegration_panelcase_overbooking_says_why": case(is_overbooked=True),
    "reintegration_panelcase_deferred_says_what_is_missing": on_agenda(
        status="deferred", missing=""
    ),
    "reintegration_panelcase_withdrawn_says_why": case(status="withdrawn"),
    "reintegration_panelconflict_declared_once": lambda: again(factories.PanelConflictFactory()),
    "reintegration_panelconflict_has_a_reason": lambda: factories.PanelConflictFactory(reason=""),
    "reintegration_panelaction_says_what_and_who": lambda: factories.PanelActionFactory(owner=""),
    "reintegration_panelaction_done_is_whole": lambda: factories.PanelActionFactory(
        done_on=localdate()
    ),
    "reintegration_ledgerweight_weight_is_small": lambda: factories.LedgerWeightFactory(weight=11),
    "reintegration_ledgerweight_one_from_a_day": lambda: again(factories.LedgerWeightFactory()),
    "reintegration_panelexception_ends_after_it_starts": lambda: factories.PanelExceptionFactory(
        starts_on=localdate(), ends_on=localdate()
    ),
    "reintegration_panelexception_has_a_reason": lambda: factories.PanelExceptionFactory(
        reason=""
    ),
    "reintegration_panelexception_none_overlap": lambda: again(factories.PanelExceptionFactory()),
    "reintegration_vacancy_one_for_a_year_group": lambda: again(factories.VacancyFactory()),
    "reintegration_vacancy_year_group_is_taught": lambda: factories.VacancyFactory(year_group=12),
    "reintegration_vacancy_places_are_few": lambda: factories.VacancyFactory(places=501),
}
