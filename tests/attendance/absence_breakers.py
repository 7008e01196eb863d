"""Rows of absence that break a constraint each."""

from datetime import time

from attendance.models import Way
from tests import factories


def twice(factory, **details):
    first = factory(**details)
    same = {name: getattr(first, name) for name in ("provider", "kind") if hasattr(first, name)}
    return factory(**same, starts_on=first.starts_on)


def two_notices():
    first = factories.AbsenceNoticeFactory()
    return factories.AbsenceNoticeFactory(placement=first.placement, contact=first.contact)


def times(**details):
    return factories.RegisterTimesFactory(**details)


def entry(**details):
    return factories.AbsenceEntryFactory(**details)


BREAKERS = {
    "attendance_threshold_kind_is_known": lambda: factories.ThresholdFactory(kind="?"),
    "attendance_threshold_number_fits_a_year": lambda: factories.ThresholdFactory(number=0),
    "attendance_threshold_within_where_it_is_counted": lambda: factories.ThresholdFactory(
        within=3
    ),
    "attendance_threshold_weekdays_of_those_counted": lambda: factories.ThresholdFactory(
        kind="weekday", number=5, within=4
    ),
    "attendance_threshold_percent_is_a_percent": lambda: factories.ThresholdFactory(
        kind="recent", number=101, within=10
    ),
    "attendance_threshold_names_its_source": lambda: factories.ThresholdFactory(source=""),
    "attendance_threshold_one_from_a_day": lambda: twice(factories.ThresholdFactory),
    "attendance_registertimes_morning_in_order": lambda: times(am_account_by=time(9, 30)),
    "attendance_registertimes_afternoon_in_order": lambda: times(pm_account_by=time(13)),
    "attendance_registertimes_afternoon_after_morning": lambda: times(pm_mark_by=time(9)),
    "attendance_registertimes_one_from_a_day": lambda: twice(factories.RegisterTimesFactory),
    "attendance_absenceentry_way_is_known": lambda: entry(way="?"),
    "attendance_absenceentry_session_is_am_or_pm": lambda: entry(session=2),
    "attendance_absenceentry_silence_accounts_for_nobody": lambda: entry(is_accounted=True),
    "attendance_absenceentry_who_was_seen_is_accounted_for": lambda: entry(way=Way.SEEN),
    "attendance_absenceentry_says_what_and_by_whom": lambda: entry(words=""),
    "attendance_absencenotice_goes_to_somebody": lambda: factories.AbsenceNoticeFactory(
        to="school"
    ),
    "attendance_absencenotice_channel_is_known": lambda: factories.AbsenceNoticeFactory(
        channel="phone"
    ),
    "attendance_absencenotice_once_for_a_session": two_notices,
}
