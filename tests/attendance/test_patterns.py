"""Absence that needs a step, each pattern against days counted by hand; and N to be replaced."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import SchoolCalendar
from accounts.permissions import Role
from attendance import actions
from attendance.models import Mark, MarkAmendment, Threshold
from attendance.models.patterns import days_in_words, findings, start_of_weeks, unexplained
from attendance.models.unmarked import late_registers
from placements.models import Placement
from tests import factories
from tests.attendance.test_notices import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

FIRST = date(2024, 9, 9)  # a Monday
TODAY = date(2024, 10, 4)  # the Friday of the fourth week after it


@pytest.fixture
def placement(provider):
    return factories.PlacementFactory(provider=provider)


def calendar_of(today):
    return SchoolCalendar(today, today)


def found(kind, today=TODAY, marks=None):
    rule = Threshold.objects.on(today)[kind]
    rows, days = Mark.objects.all() if marks is None else marks, calendar_of(today)
    with CaptureQueriesContext(connection) as captured:
        rows = findings(kind, rows, rule, today, days)
    return [row.words for row in rows], len(captured)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([(11, 3)], "3 November"),
        ([(11, 3), (11, 10), (11, 17)], "3, 10 and 17 November"),
        ([(10, 27), (11, 3)], "27 October and 3 November"),
        ([(10, 20), (10, 27), (11, 3), (11, 10)], "20, 27 October, 3 and 10 November"),
    ],
)
def test_days_are_said_as_people_say_them(days, words):
    assert days_in_words([date(2025, *day) for day in days]) == words


def test_three_mondays_of_four_are_told_with_their_days(placement):
    week = "NN////////"
    factories.write_marks(placement, week + "/" * 10 + week + week, first_day=FIRST)

    words, queries = found("weekday")

    assert words == ["Absent on 3 of the last 4 Mondays: 9, 23 and 30 September"]
    assert queries == 1


def test_a_pupil_away_on_every_weekday_shows_no_weekday(placement):
    factories.write_marks(placement, "N" * 40, first_day=FIRST)

    assert found("weekday")[0] == []


def test_two_mondays_are_no_pattern_and_sessions_that_do_not_count_are_not_counted(placement):
    factories.write_marks(
        placement, ("NN////////" * 2) + ("YY////////" * 2).replace("Y", "D"), first_day=FIRST
    )

    assert found("weekday")[0] == []


@pytest.mark.parametrize(("missed", "expected"), [(1, 0), (2, 1)])
def test_below_90_percent_is_tested_on_exact_sessions(placement, missed, expected):
    factories.write_marks(
        placement, "/" * 30 + "M" * missed + "/" * (10 - missed), first_day=FIRST
    )

    words, queries = found("recent")

    assert len(words) == expected
    assert queries == 1
    if words:
        assert words == ["Attended 8 of the last 10 possible sessions, 30 September to 4 October"]


def test_who_had_fewer_sessions_is_not_judged(placement):
    factories.write_marks(placement, "M" * 9, first_day=FIRST)

    assert found("recent")[0] == []


def test_ended_placements_are_not_told_of_lately(placement):
    factories.write_marks(placement, "M" * 12, first_day=FIRST)
    Placement.objects.update(status="ended", ends_on=date(2024, 9, 20), end_reason="Over.",
                             destination="home school")  # fmt: skip

    assert found("recent")[0] == []


@pytest.mark.parametrize(("codes", "expected"), [("O" * 9, 0), ("O" * 8 + "NN", 1)])
def test_ten_unauthorised_sessions_in_ten_school_weeks(placement, codes, expected):
    factories.write_marks(placement, codes + "IIMM", first_day=FIRST)

    words, _ = found("unauthorised")

    assert len(words) == expected
    if words:
        assert words == [
            "10 unauthorised sessions in the 10 school weeks from 24 June to 4 October, 2 of them "
            "with no reason known so far (N)"
        ]


def test_school_weeks_leave_out_the_holidays():
    day = date(2024, 11, 5)
    days = calendar_of(day)
    assert start_of_weeks(2, day, days) == date(2024, 10, 21)
    assert start_of_weeks(10, day, days) == date(2024, 7, 22)


def test_days_of_illness_count_in_a_row_or_not(placement):
    factories.write_marks(placement, "I/" * 14, first_day=FIRST)
    assert found("illness", today=date(2024, 12, 1))[0] == []

    factories.MarkFactory(placement=placement, date=date(2024, 11, 5), code_id="I")
    words, queries = found("illness", today=date(2024, 12, 1))

    assert words == [
        "Marked ill on 15 school days this school year, in a row or not: 15 sessions from "
        "9 September to 5 November"
    ]
    assert queries == 1


def test_without_a_threshold_nothing_is_found(placement):
    factories.write_marks(placement, "M" * 12, first_day=FIRST)

    assert findings("recent", Mark.objects.all(), None, TODAY, calendar_of(TODAY)) == []


@pytest.mark.parametrize(("today", "expected"), [(date(2024, 9, 16), 0), (date(2024, 9, 17), 1)])
def test_n_is_too_old_after_five_school_days(placement, today, expected):
    factories.MarkFactory(placement=placement, date=FIRST, code_id="N")
    rule = Threshold.objects.on(today)["unexplained"]

    assert unexplained(Mark.objects.all(), rule, today, calendar_of(today)).count() == expected


def test_before_the_calendar_begins_nothing_is_too_old():
    rule = Threshold.objects.get(kind="unexplained")

    today = date(2020, 1, 1)
    assert not unexplained(Mark.objects.all(), rule, today, calendar_of(today)).exists()


# --- Replace N ---


@pytest.fixture
def old(placement):
    return factories.write_marks(placement, "NN", first_day=FIRST)


def test_n_is_replaced_line_by_line_with_one_reason(old, provider_staff):
    chosen = [actions.Replacement(old[0].pk, "I", 1), actions.Replacement(old[1].pk, "O", 1)]

    problems = actions.replace_unexplained(
        chosen, marks=Mark.objects.all(), reason="Rang the mother.", by=provider_staff
    )

    assert problems == {}
    assert list(Mark.objects.order_by("session").values_list("code", flat=True)) == ["I", "O"]
    assert {row.reason for row in MarkAmendment.objects.all()} == {"Rang the mother."}


def test_a_line_that_somebody_changed_is_told_and_the_others_are_saved(old, provider_staff):
    Mark.objects.filter(pk=old[0].pk).update(version=2, code_id="M")
    chosen = [actions.Replacement(row.pk, "I", 1) for row in old]

    problems = actions.replace_unexplained(
        chosen, marks=Mark.objects.all(), reason="Ill.", by=provider_staff
    )

    assert list(problems) == [old[0].pk]
    assert Mark.objects.get(pk=old[1].pk).code_id == "I"


def test_replacing_asks_for_the_permission_and_a_reason(old, caseworker, provider_staff):
    with pytest.raises(PermissionDenied):
        actions.replace_unexplained([], marks=Mark.objects.all(), reason="x", by=caseworker)
    with pytest.raises(ValidationError):
        actions.replace_unexplained([], marks=Mark.objects.all(), reason=" ", by=provider_staff)


def test_the_page_replaces_and_keeps_what_is_wrong_beside_its_line(client, old, provider_staff):
    client.force_login(provider_staff)
    path = reverse("attendance:replace")
    Mark.objects.filter(pk=old[0].pk).update(version=2)
    sent = {f"code-{row.pk}": "I" for row in old} | {f"seen-{row.pk}": "1" for row in old}

    nothing = client.post(path, {"reason": "Rang."}).content.decode()
    half = client.post(path, sent | {"reason": "Rang."}).content.decode()

    assert "Choose a reason in one line at least" in nothing
    assert "Nothing was overwritten" in half
    assert Mark.objects.get(pk=old[1].pk).code_id == "I"
    done = client.post(path, {f"code-{old[0].pk}": "I", f"seen-{old[0].pk}": "2", "reason": "x"})
    assert done.status_code == 302


def test_an_officer_sees_old_marks_of_n_and_replaces_none(client, old, person):
    client.force_login(person(Role.ATTENDANCE_OFFICER))
    path = reverse("attendance:replace")

    assert old[0].pupil.surname in client.get(path).content.decode()
    assert client.post(path, {"reason": "x"}).status_code == 404


def test_the_page_of_steps_says_why_and_decides_nothing(client, placement, person):
    client.force_login(person(Role.ATTENDANCE_OFFICER))
    start = localdate() - timedelta(days=localdate().weekday() + 14)
    factories.write_marks(placement, "O" * 20, first_day=start)

    page = client.get(reverse("attendance:steps")).content.decode()

    assert placement.pupil.surname in page
    assert "20 unauthorised sessions in the 10 school weeks" in page
    assert "this page decides and sends nothing" in page


# --- Registers that are late ---


def late(now, provider):
    return [
        (row.on, row.half, row.left, row.expected, row.is_today)
        for row in late_registers(Placement.objects.all(), now, back=1)
        if row.provider_id == provider.pk
    ]


def test_registers_are_late_from_their_time_and_on_every_earlier_day(placement, provider):
    factories.RegisterTimesFactory(provider=provider)
    factories.write_marks(placement, "/", first_day=FIRST)

    assert late(at("8:29", FIRST + timedelta(days=1)), provider) == [(FIRST, "pm", 1, 1, False)]
    assert late(at("8:30", FIRST + timedelta(days=1)), provider) == [
        (FIRST + timedelta(days=1), "am", 1, 1, True),
        (FIRST, "pm", 1, 1, False),
    ]


def test_a_register_that_expects_nobody_is_never_late(placement, provider):
    factories.PauseFactory(placement=placement, starts_on=FIRST - timedelta(days=9), ends_on=None)

    assert late(at("18:00", FIRST), provider) == []
    assert late(at("18:00", date(2020, 1, 1)), provider) == []


def test_late_registers_are_read_in_as_many_queries(client, placement, provider, person):
    client.force_login(person(Role.PROVIDER_LEAD))
    page = client.get(reverse("attendance:unmarked"))

    assert page.status_code == 200
    assert placement.pupil.surname not in page.content.decode()
