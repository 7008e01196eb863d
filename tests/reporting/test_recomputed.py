"""The figures of outreach once more, in plain Python, from an export of the demo borough."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils.timezone import localdate

from attendance.models import SchoolAttendance
from outreach.models import FollowUp, Support
from placements.models import Score
from pupils.models import Enrolment, PermanentExclusion, Suspension
from reporting.kpis import REGISTRY
from reporting.kpis.measure import periods
from tests.reporting.test_outreach_figures import ZERO_EXCLUSIONS, ZERO_SUSPENSIONS


@pytest.fixture
def demo(db, settings, capsys):
    settings.DEMO = True
    call_command("seed_demo", pupils=70, years=3)


def exported(model, *names, **found):
    return list(model.objects.filter(**found).values(*names))


def later(day, months):
    """Count months on, the long way: day by day back where the month is too short."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError


def closed():
    return exported(
        Support, "id", "pupil_id", "starts_on", "ended_on", "semh_baseline_id", "semh_exit_id",
        kind="pupil", status="closed",
    )  # fmt: skip


def afterwards(events, answer, period):
    """Count who had none, of those of whom it is known, in the year of a period."""
    start = date(period.year, 9, 1)
    until = min(date(period.year + 1, 9, 1), period.as_of + timedelta(days=1))
    rolls = exported(Enrolment, "pupil_id", "ends_on", left_because__in=["left england", "died"])
    asked = exported(FollowUp, "support_id", "months", answer, answered_at__isnull=False)
    kept = known = 0
    for row in closed():
        first = row["ended_on"] + timedelta(days=1)
        end = later(first, 12)
        if not start < end <= until:
            continue
        if any(r["pupil_id"] == row["pupil_id"] and first <= r["ends_on"] <= end for r in rolls):
            continue
        answers = [a for a in asked if a["support_id"] == row["id"]]
        happened = any(
            pupil == row["pupil_id"] and first <= on < end for pupil, on in events
        ) or any(a[answer] == "yes" for a in answers)
        none = any(a["months"] == 12 and a[answer] == "no" for a in answers)
        known += happened or none
        kept += none and not happened
    return kept, known


def of_year(as_of):
    return [period for period in periods(as_of) if period.coverage == "year"]


@pytest.mark.usefixtures("demo")
def test_the_figures_of_the_demo_borough_are_those_of_an_independent_count():
    suspensions = [
        (row["pupil_id"], row["starts_on"])
        for row in exported(Suspension, "pupil_id", "starts_on", cancelled_on=None)
    ]
    exclusions = [
        (row["pupil_id"], row["effective_on"])
        for row in exported(PermanentExclusion, "pupil_id", "effective_on", "result")
        if row["result"] not in ("withdrawn", "offered")
    ]
    checked = 0
    for period in of_year(localdate()):
        for measure, events, answer in (
            (ZERO_SUSPENSIONS, suspensions, "suspended"),
            (ZERO_EXCLUSIONS, exclusions, "excluded"),
        ):
            total = measure.total(period)
            assert (total.numerator, total.denominator) == afterwards(events, answer, period)
            checked += total.denominator
        during = REGISTRY["outreach-attendance-during"].total(period)
        assert (during.numerator, during.denominator) == attended(period)
        better = REGISTRY["outreach-semh-improved"].total(period)
        assert (better.numerator, better.denominator) == improved(period)
        checked += during.denominator + better.denominator
    assert checked > 0, "the borough tells something"


def attended(period):
    start = date(period.year, 9, 1)
    until = min(date(period.year + 1, 9, 1), period.as_of + timedelta(days=1))
    weeks = exported(
        SchoolAttendance, "pupil_id", "starts_on", "ends_on", "present", "possible",
        taken_back_at=None,
    )  # fmt: skip
    rows = exported(Support, "pupil_id", "starts_on", "ended_on", kind="pupil",
                    status__in=["open", "closed"])  # fmt: skip
    present = possible = 0
    for row in rows:
        end = row["ended_on"] + timedelta(days=1) if row["ended_on"] else until
        first, last = max(row["starts_on"], start), min(end, until)
        if row["starts_on"] >= until or (row["ended_on"] and row["ended_on"] < start):
            continue
        for week in weeks:
            is_within = week["starts_on"] >= first and week["ends_on"] <= last
            if week["pupil_id"] == row["pupil_id"] and is_within:
                present += week["present"]
                possible += week["possible"]
    return present, possible


def improved(period):
    """Compare the totals of the SDQ, which all scores of SEMH are in the demo borough."""
    start = date(period.year, 9, 1)
    until = min(date(period.year + 1, 9, 1), period.as_of + timedelta(days=1))
    sums = {}
    for row in exported(Score, "assessment_id", "value", scale__counts_in_total=True):
        sums[row["assessment_id"]] = sums.get(row["assessment_id"], 0) + row["value"]
    better = judged = 0
    for row in closed():
        before, after = sums.get(row["semh_baseline_id"]), sums.get(row["semh_exit_id"])
        if start <= row["ended_on"] < until and before is not None and after is not None:
            judged += 1
            better += after < before
    return better, judged
