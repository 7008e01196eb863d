"""Codes, marks and amendments: what is true of their rows."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import DatabaseError, transaction

from attendance.models import Code, Kind, Mark, OutsideMark
from attendance.models.code import codes_of
from tests import factories
from tests.attendance import broken_support
from tests.attendance.absence_breakers import BREAKERS as ABSENCE
from tests.constraints import assert_refused, constraints_of

pytestmark = pytest.mark.django_db

MOMENT = datetime(2024, 9, 16, 9, tzinfo=UTC)
NEW_LAW = date(2024, 8, 19)
MONDAY = date(2024, 9, 16)


def code(**details):
    given = {"code": "?", "meaning": "Unknown", "kind": Kind.ATTENDING, "position": 99}
    return Code.objects.create(**given | details)


def two_marks(**second):
    first = factories.MarkFactory()
    return factories.MarkFactory(**{"placement": first.placement} | second)


def two_totals():
    first = factories.WeekTotalFactory()
    return factories.WeekTotalFactory(placement=first.placement)


def two_places(*, other_code):
    first = factories.MarkFactory()
    elsewhere = factories.PlacementFactory(pupil=first.pupil)
    return factories.MarkFactory(placement=elsewhere, code_id=other_code)


DAY = timedelta(days=1)


def timetable(**details):
    return lambda: factories.TimetableFactory(**details)


def two_timetables(**second):
    first = factories.TimetableFactory()
    details = {"placement": first.placement, "starts_on": first.ends_on - DAY} | second
    return factories.TimetableFactory(**details)


def review(**details):
    return lambda: factories.TimetableReviewFactory(**details)


def reviews(**details):
    first = factories.TimetableReviewFactory(**details)
    return factories.TimetableReviewFactory(timetable=first.timetable, **details)


def held():
    return {"held_on": MONDAY, "came": ["parent"], "outcome": "continue",
            "recorded_by": factories.UserFactory(), "recorded_at": MOMENT}  # fmt: skip


def rule(**details):
    return lambda: factories.TimetableRuleFactory(**details)


def two_requests():
    key = factories.ApiKeyFactory()
    factories.ImportFactory(key=key, request_key="one")
    return factories.ImportFactory(key=key, request_key="one")


def at_school(**details):
    return lambda: factories.SchoolAttendanceFactory(**details)


def two_at_school():
    first = factories.SchoolAttendanceFactory()
    return factories.SchoolAttendanceFactory(
        pupil=first.pupil, school=first.school, starts_on=first.ends_on - DAY
    )


BREAKERS = {
    "attendance_parttimetimetable_is_part_of_a_week": timetable(sessions=1023),
    "attendance_parttimetimetable_says_why": timetable(reason=""),
    "attendance_parttimetimetable_agreed_by_the_school": timetable(school_agreed_on=MONDAY + DAY),
    "attendance_parttimetimetable_agreed_by_a_parent": timetable(parent_agreed_by=""),
    "attendance_parttimetimetable_full_time_after_it_starts": timetable(full_time_on=MONDAY),
    "attendance_parttimetimetable_over_when_full_time_is_expected": timetable(
        full_time_on=MONDAY + DAY, ends_on=MONDAY + 2 * DAY, outcome="full time"
    ),
    "attendance_parttimetimetable_ends_early_with_an_outcome": timetable(ends_on=MONDAY + DAY),
    "attendance_parttimetimetable_part_time_since_the_first": timetable(
        part_time_since=MONDAY - DAY
    ),
    "attendance_parttimetimetable_none_overlap": two_timetables,
    "attendance_timetablereview_one_waits": reviews,
    "attendance_timetablereview_one_a_day": lambda: reviews(**held()),
    "attendance_timetablereview_whole_when_held": review(held_on=MONDAY),
    "attendance_timetablereview_came_is_known": lambda: factories.TimetableReviewFactory(
        **held() | {"came": ["nobody"]}
    ),
    "attendance_timetablerule_reviewed_often": rule(review_days=0),
    "attendance_timetablerule_long_is_a_week_at_least": rule(long_weeks=0),
    "attendance_timetablerule_full_hours_fit_a_week": rule(full_hours=0),
    "attendance_timetablerule_session_hours_fit_half_a_day": rule(session_hours="6.01"),
    "attendance_timetablerule_names_its_source": rule(source=""),
    "attendance_outsidemark_timetable_or_reason": lambda: factories.OutsideMarkFactory(reason=""),
    **broken_support.BREAKERS,
    "attendance_code_kind_is_known": lambda: code(kind="?"),
    "attendance_code_ends_after_it_starts": lambda: code(
        in_force_from=NEW_LAW, in_force_to=NEW_LAW
    ),
    "attendance_mark_one_for_a_session": lambda: two_marks(code_id="D"),
    "attendance_mark_one_not_dual_for_a_child": lambda: two_places(other_code="N"),
    "attendance_mark_session_is_am_or_pm": lambda: factories.MarkFactory(session=2),
    "attendance_mark_minutes_of_who_came_late": lambda: factories.MarkFactory(minutes_late=5),
    "attendance_mark_left_early_who_came": lambda: factories.MarkFactory(
        code_id="I", left_at=time(11, 20)
    ),
    "attendance_takenback_version_once": lambda: factories.TakenBackFactory(
        placement=factories.TakenBackFactory().placement
    ),
    "attendance_delivery_one_for_a_key": lambda: factories.DeliveryFactory(
        user=(first := factories.DeliveryFactory()).user, key=first.key
    ),
    "attendance_markamendment_has_a_reason": lambda: factories.MarkAmendmentFactory(reason=""),
    "attendance_markamendment_changes_something": lambda: factories.MarkAmendmentFactory(
        original="N", amended="N"
    ),
    "attendance_weektotal_one_for_a_week": two_totals,
    "attendance_weektotal_week_is_its_monday": lambda: factories.WeekTotalFactory(
        week=date(2024, 9, 17)
    ),
    "attendance_import_status_is_known": lambda: factories.ImportFactory(
        status="?", done_at=MOMENT
    ),
    "attendance_import_kind_is_known": lambda: factories.ImportFactory(kind="?"),
    "attendance_import_over_when_done": lambda: factories.ImportFactory(status="done"),
    "attendance_import_changes_for_a_reason": lambda: factories.ImportFactory(changed=1),
    "attendance_import_one_for_a_request": two_requests,
    "attendance_schoolattendance_source_is_known": at_school(source="?"),
    "attendance_schoolattendance_ends_after_it_starts": at_school(
        ends_on=MONDAY, possible=0, present=0, authorised=0, unauthorised=0
    ),
    "attendance_schoolattendance_sums_fit": at_school(possible=9),
    "attendance_schoolattendance_late_is_present": at_school(late=8),
    "attendance_schoolattendance_no_more_than_the_days": at_school(possible=11, present=8),
    "attendance_schoolattendance_imported_by_week": at_school(
        source="imported", starts_on=date(2024, 9, 17)
    ),
    "attendance_schoolattendance_taken_back_by_somebody": at_school(taken_back_at=MOMENT),
    "attendance_schoolattendance_no_day_counted_twice": two_at_school,
    **ABSENCE,
}


@pytest.mark.parametrize("name", BREAKERS)
def test_the_database_refuses_a_row_that_breaks_a_constraint(name):
    assert_refused(name, BREAKERS[name])


def test_every_constraint_has_a_row_that_breaks_it():
    assert constraints_of("attendance") == set(BREAKERS)


def test_a_child_has_one_mark_that_counts_and_d_elsewhere():
    assert two_places(other_code="D").pk


def test_the_other_session_of_a_day_has_a_mark_of_its_own():
    assert two_marks(session=1).pk


def test_an_amendment_is_never_changed():
    amendment = factories.MarkAmendmentFactory()
    amendment.reason = "Another."

    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        amendment.save()
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        amendment.delete()


def test_history_keeps_a_mark_that_is_amended():
    mark = factories.MarkFactory(code_id="N")
    mark.code_id = "L"
    mark.save()

    events = Mark.pgh_event_model.objects.filter(pgh_obj_id=mark.pk).order_by("pgh_id")

    assert [(event.pgh_label, event.code_id) for event in events] == [
        ("insert", "N"),
        ("update", "L"),
    ]


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("J", True, False),
        ("J1", False, True),
        ("Y", True, False),
        ("Y1", False, True),
        ("Y7", False, True),
        ("H", True, False),
        ("C1", False, True),
        ("C2", False, True),
        ("Q", False, True),
        ("K", False, True),
        ("N", True, True),
        ("/", True, True),
    ],
)
def test_codes_change_with_the_regulations_of_19_august_2024(code, before, after):
    found = [
        Code.objects.in_force(on).filter(pk=code).exists() for on in (date(2024, 8, 18), NEW_LAW)
    ]

    assert found == [before, after]


@pytest.mark.parametrize("kind", Kind)
def test_the_table_in_the_database_is_the_shipped_one(kind):
    in_database = Code.objects.filter(kind=kind).values_list("pk", flat=True)

    assert sorted(in_database) == sorted(codes_of(kind))


def test_every_code_counts_in_exactly_one_way():
    found = [code for kind in Kind for code in codes_of(kind)]

    assert len(found) == len(set(found)) == Code.objects.count()
    assert set(codes_of(Kind.NOT_REQUIRED, Kind.UNABLE, Kind.ADMINISTRATIVE)) == {
        *("D", "X", "Q", "Y", "Y1", "Y2", "Y3", "Y4", "Y5", "Y6", "Y7", "Z", "#")
    }


def test_the_class_of_a_code_stays_what_it_was():
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Code.objects.filter(pk="I").update(kind=Kind.UNABLE)

    assert Code.objects.filter(pk="I").update(meaning="Illness") == 1


@pytest.mark.parametrize(("session", "own", "other"), [(0, "/", "\\"), (1, "\\", "/")])
def test_each_session_has_its_own_code_for_present(session, own, other):
    usable = set(Code.objects.usable_at(session).values_list("pk", flat=True))

    assert own in usable
    assert other not in usable


def test_marks_are_counted_by_what_they_are():
    placement = factories.PlacementFactory()
    # Present: / \ L V. Possible besides: N I. Not possible: D X.
    factories.write_marks(placement, "//LVNIDX", first_day=date(2024, 9, 16))

    assert Mark.objects.all().present_and_possible() == (4, 6)


def test_marks_are_kept_from_the_start_up_to_but_not_on_the_end():
    placement = factories.PlacementFactory()
    factories.write_marks(placement, "//////", first_day=date(2024, 9, 16))

    found = Mark.objects.between(date(2024, 9, 16), date(2024, 9, 18))

    assert {mark.date.day for mark in found} == {16, 17}


def test_marks_of_a_session_are_counted_by_provider(provider, other_provider):
    for place in (provider, provider, other_provider):
        factories.MarkFactory(placement__provider=place)
    factories.MarkFactory(placement__provider=provider, session=1)

    counted = Mark.objects.count_by_provider(date(2024, 9, 16), 0)

    assert counted == {provider.pk: 2, other_provider.pk: 1}


def test_a_timetable_may_begin_on_the_day_on_which_another_is_over():
    first = factories.TimetableFactory()

    second = factories.TimetableFactory(
        placement=first.placement, follows=first, starts_on=first.ends_on
    )

    assert second.part_time_since == first.starts_on


def test_why_a_mark_is_outside_cannot_be_changed():
    row = factories.OutsideMarkFactory()

    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        OutsideMark.objects.filter(pk=row.pk).update(reason="Another reason")
