"""Better scores after outreach: whose can be judged, and why the others cannot."""

from datetime import date

import pytest
from django.utils import timezone

from reporting.kpis import REGISTRY
from tests import factories
from tests.reporting.test_outreach_figures import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]


@pytest.fixture
def with_total(db):
    """Return an instrument like the SDQ: two difficulties in the total, and one strength."""
    row = factories.InstrumentFactory(aspect="semh")
    scales = [
        factories.ScaleFactory(
            instrument=row, name="One", direction="lower", counts_in_total=True
        ),
        factories.ScaleFactory(
            instrument=row, name="Two", direction="lower", counts_in_total=True
        ),
        factories.ScaleFactory(instrument=row, name="Strength", direction="higher"),
        factories.ScaleFactory(instrument=row, name="Total", direction="lower", is_total=True),
    ]
    return row, scales


def scored(instrument, scales, pupil, values, on):
    row = factories.AssessmentFactory(pupil=pupil, instrument=instrument, held_on=on)
    for scale, value in zip(scales, values, strict=False):
        if value is not None:
            factories.ScoreFactory(assessment=row, scale=scale, value=value)
    return row


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((7, 6, 4), (5, 6, 4), (1, 1)),  # the total fell from 13 to 11
        ((7, 6, 4), (5, 8, 9), (0, 1)),  # the total stayed; the strength is not in it
        ((7, 6, 4), (9, 6, 9), (0, 1)),  # worse
        ((7, None, 4), (5, 6, 4), (0, 0)),  # a part of the total is missing: not judged
    ],
)
def test_better_is_told_by_the_total_where_there_is_one(
    whole_year, with_total, before, after, expected
):
    instrument, scales = with_total
    pupil = factories.PupilFactory()
    first = scored(instrument, scales, pupil, before, date(2024, 9, 16))
    last = scored(instrument, scales, pupil, after, date(2024, 12, 2))
    factories.SupportFactory(
        pupil=pupil,
        status="closed",
        ended_on=date(2024, 12, 6),
        semh_baseline=first,
        semh_exit=last,
    )
    factories.SupportFactory(status="closed", ended_on=date(2024, 12, 6))  # no scores: a reason

    total = REGISTRY["outreach-semh-improved"].total(whole_year)

    assert (total.numerator, total.denominator) == expected
    assert total.counts["No scores before, left out"] == 1
    assert total.counts["Scores that cannot be judged, left out"] == 1 - expected[1]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [((4, 4, 4), (5, 5, 3), (1, 1)), ((4, 4, 4), (5, 3, 4), (0, 1))],
)
def test_without_a_total_more_scores_must_be_better_than_worse(
    whole_year, before, after, expected
):
    instrument = factories.InstrumentFactory(aspect="curriculum")
    scales = [factories.ScaleFactory(instrument=instrument) for _ in range(3)]
    pupil = factories.PupilFactory()
    factories.SupportFactory(
        pupil=pupil,
        status="closed",
        ended_on=date(2024, 12, 6),
        curriculum_baseline=scored(instrument, scales, pupil, before, date(2024, 9, 16)),
        curriculum_exit=scored(instrument, scales, pupil, after, date(2024, 12, 2)),
    )

    assert counted(REGISTRY["outreach-curriculum-improved"], whole_year) == expected


def test_each_reason_why_scores_are_missing_is_counted_apart(whole_year):
    """Of eight: none before (twice), none after, two removed, one of another informant, two judged."""
    instrument = factories.InstrumentFactory(aspect="semh")
    scale = factories.ScaleFactory(instrument=instrument, direction="higher")

    def score(pupil, value, **details):
        row = factories.AssessmentFactory(pupil=pupil, instrument=instrument, **details)
        factories.ScoreFactory(assessment=row, scale=scale, value=value)
        return row

    on, removed = {"held_on": date(2024, 12, 2)}, {"removed_at": timezone.now()}
    for before, after in (
        (None, None),
        (None, {}),
        ({}, None),
        (removed, {}),
        ({}, removed),
        ({}, {"informant": "parent"}),
        ({}, {}),
        ({}, {}),
    ):
        pupil = factories.PupilFactory()
        factories.SupportFactory(
            pupil=pupil,
            status="closed",
            ended_on=date(2024, 12, 6),
            semh_baseline=None if before is None else score(pupil, 3, **before),
            semh_exit=None if after is None else score(pupil, 5, **on | after),
        )

    total = REGISTRY["outreach-semh-improved"].total(whole_year)

    assert (total.numerator, total.denominator) == (2, 2)
    assert total.counts == {
        "No scores before, left out": 2,
        "Scores before and none after, left out": 1,
        "Scores removed since, left out": 2,
        "Scores that cannot be judged, left out": 1,
    }


def test_two_interventions_of_a_pupil_count_with_their_own_scores(whole_year):
    """Overlapping: the first with better scores, the second with worse; the pupil left England."""
    instrument = factories.InstrumentFactory(aspect="semh")
    scale = factories.ScaleFactory(instrument=instrument, direction="higher")
    pupil = factories.PupilFactory()
    factories.EnrolmentFactory(
        pupil=pupil,
        starts_on=date(2023, 9, 1),
        ends_on=date(2025, 1, 10),
        left_because="left england",
    )
    for started, first, ended, last in (
        (date(2024, 9, 9), 3, date(2024, 11, 1), 5),
        (date(2024, 10, 7), 5, date(2024, 12, 6), 4),
    ):
        rows = []
        for on, value in ((started, first), (ended, last)):
            row = factories.AssessmentFactory(pupil=pupil, instrument=instrument, held_on=on)
            factories.ScoreFactory(assessment=row, scale=scale, value=value)
            rows.append(row)
        factories.SupportFactory(
            pupil=pupil,
            status="closed",
            starts_on=started,
            planned_last_day=ended,
            ended_on=ended,
            semh_baseline=rows[0],
            semh_exit=rows[1],
        )

    assert counted(REGISTRY["outreach-semh-improved"], whole_year) == (1, 2)
