"""Own words in plans and the way beyond Year 11: each figure by a few rows counted by hand."""

from datetime import UTC, date, datetime

import pytest

from reintegration.models import Plan
from reporting.kpis import REGISTRY, Period
from reporting.kpis.live import figures
from reporting.models import Coverage
from tests import factories
from tests.factories import returns

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

START, AFTER = date(2024, 9, 2), date(2025, 9, 1)
YEAR_11 = date(2009, 1, 15)  # Year 11 in 2024/25
LEFT = date(2008, 1, 15)  # finished Year 11 in summer 2024


def counted(slug, period):
    total = REGISTRY[slug].total(period)
    return total.numerator, total.denominator


def pathway(born=LEFT, **details):
    return factories.PathwayFactory(pupil__date_of_birth=born, **details)


def test_plans_with_own_words(whole_year):
    """By link, in the conversation, taken back, none, a parent's only: 2 of 5.

    A sixth was made when the year was over, and a seventh before a placement that begins then.
    """
    plans = [
        returns.PlanFactory(placement=factories.PlacementFactory(starts_on=START))
        for _ in range(6)
    ]
    plans.append(returns.PlanFactory(placement=factories.PlacementFactory(starts_on=AFTER)))
    made = datetime(2024, 9, 1, 12, tzinfo=UTC)
    Plan.objects.exclude(pk=plans[5].pk).update(made_at=made)
    Plan.objects.filter(pk=plans[5].pk).update(made_at=datetime(2025, 9, 1, 8, tzinfo=UTC))
    said = {"finished_at": datetime(2024, 10, 1, tzinfo=UTC), "made_on": START}
    factories.VoiceFactory(pupil=plans[0].pupil, **said)
    returns.GateFactory(plan=plans[1], kind="conversation")
    factories.VoiceFactory(
        pupil=plans[2].pupil, made_on=START, taken_back_at=datetime(2024, 10, 2, tzinfo=UTC)
    )
    contact = factories.ContactFactory(pupil=plans[4].pupil)
    factories.VoiceFactory(pupil=plans[4].pupil, who="parent", contact=contact, **said)

    assert counted("voice-in-plan", whole_year) == (2, 5)


def test_year_11_with_a_coach(calendar, caseworker):
    """On 1 March 2025 two of Year 11 are placed, one with a coach; one left, one is younger."""
    period = Period.of(2024, Coverage.YEAR, date(2025, 3, 1))
    with_coach = factories.PlacementFactory(starts_on=START, pupil__date_of_birth=YEAR_11)
    factories.PathwayFactory(pupil=with_coach.pupil, coach=caseworker, coach_from=START)
    factories.PlacementFactory(starts_on=START, pupil__date_of_birth=YEAR_11)
    factories.PlacementFactory(starts_on=START, pupil__date_of_birth=date(2010, 1, 15))
    factories.PlacementFactory(
        starts_on=START, pupil__date_of_birth=YEAR_11, status="ended", ends_on=date(2025, 2, 3)
    )

    assert counted("transition-coach-year-11", period) == (1, 2)


@pytest.mark.parametrize("slug", ["transition-coach-year-11", "ks4-english-maths-ap"])
def test_of_two_placements_from_one_day_on_the_later_one_is_meant(whole_year, slug):
    pupil = factories.PupilFactory(date_of_birth=YEAR_11)
    factories.PathwayFactory(pupil=pupil, english=5, maths=5)
    rows = [
        factories.PlacementFactory(pupil=pupil, starts_on=START, sessions=sessions)
        for sessions in (1, 2, 4)
    ]
    rows[2].save()  # the first ones are not the first in the table any more
    rows[0].save()
    ((_, provider, *_),), _ = REGISTRY[slug].rows(whole_year)

    assert provider == rows[2].provider_id


def test_year_11_is_counted_on_the_last_day_of_term(whole_year, caseworker):
    """Term ends on 22 July 2025: one is placed until then, one left the day before: 1 of 1."""
    for ends_on in (date(2025, 7, 23), date(2025, 7, 22)):
        row = factories.PlacementFactory(
            starts_on=START, pupil__date_of_birth=YEAR_11, status="ended", ends_on=ends_on
        )
        factories.PathwayFactory(pupil=row.pupil, coach=caseworker, coach_from=START)

    assert counted("transition-coach-year-11", whole_year) == (1, 1)


def test_english_and_maths_at_the_end_of_year_11(whole_year):
    """Both, both well; three with one below, of whom one was placed twice: 2 of 5. Three not known."""
    for english, maths in ((4, 4), (9, 5), (5, 3), (0, None), (6, None), (None, None)):
        row = factories.PlacementFactory(starts_on=START, pupil__date_of_birth=YEAR_11)
        factories.PathwayFactory(pupil=row.pupil, english=english, maths=maths)
    factories.PlacementFactory(starts_on=START, pupil__date_of_birth=YEAR_11)  # no plan
    for details in (
        {"pupil__date_of_birth": date(2010, 1, 15)},  # in Year 10
        {"pupil__date_of_birth": YEAR_11, "status": "ended", "starts_on": date(2024, 1, 8),
         "ends_on": date(2024, 7, 1)},  # before the year
    ):  # fmt: skip
        row = factories.PlacementFactory(**{"starts_on": START, **details})
        factories.PathwayFactory(pupil=row.pupil, english=9, maths=9)
    twice = factories.PlacementFactory(
        starts_on=START, ends_on=date(2024, 11, 4), status="ended", pupil__date_of_birth=YEAR_11
    )
    factories.PlacementFactory(starts_on=date(2025, 1, 6), pupil=twice.pupil)
    factories.PathwayFactory(pupil=twice.pupil, english=3, maths=9)

    total = REGISTRY["ks4-english-maths-ap"].total(whole_year)

    assert (total.numerator, total.denominator) == (2, 5)
    assert list(total.counts.values()) == [3]


def test_the_september_guarantee(whole_year):
    """In time, a day late, none: 1 of 3; one is not appropriate, another cohort is not counted."""
    for guarantee, on in (
        ("offer", date(2024, 9, 30)),
        ("offer", date(2024, 10, 1)),
        ("no offer", date(2024, 9, 20)),
        ("not appropriate", date(2024, 9, 20)),
    ):
        pathway(guarantee=guarantee, guarantee_on=on)
    pathway(born=YEAR_11, guarantee="offer", guarantee_on=date(2024, 9, 1))

    total = REGISTRY["post16-september-guarantee"].total(whole_year)

    assert (total.numerator, total.denominator) == (1, 3)
    assert list(total.counts.values()) == [1]


@pytest.mark.parametrize(
    ("slug", "month", "due_on", "expected"),
    [
        ("post16-sustained-destination", "march", date(2025, 3, 1), (2, 4)),
        ("post16-neet", "january", date(2025, 1, 15), (1, 4)),
    ],
)
def test_checks_of_destinations(whole_year, slug, month, due_on, expected):
    """There, elsewhere, NEET, other; not known and not answered are in neither number."""
    for answer in ("there", "elsewhere", "neet", "other", "not known", ""):
        factories.DestinationCheckFactory(
            pathway=pathway(),
            month=month,
            due_on=due_on,
            answer=answer,
            answered_on=due_on if answer else None,
            answered_by=factories.UserFactory() if answer else None,
            words="So." if answer else "",
        )

    total = REGISTRY[slug].total(whole_year)

    assert (total.numerator, total.denominator) == expected
    assert list(total.counts.values()) == [2]


def test_two_checks_are_told_apart_where_figures_are_worked_out_together(whole_year):
    """The same question in two months: NEET in January and still in March: 0 of 1, and 1 of 1."""
    of = pathway()
    by = factories.UserFactory()
    for month, due_on, answer in (
        ("january", date(2025, 1, 15), "neet"), ("march", date(2025, 3, 1), "neet")
    ):  # fmt: skip
        factories.DestinationCheckFactory(
            pathway=of, month=month, due_on=due_on, answer=answer, answered_on=due_on,
            answered_by=by, words="So.",
        )  # fmt: skip
    asked = [REGISTRY[slug] for slug in ("post16-sustained-destination", "post16-neet")]

    found = figures(asked, whole_year)

    assert {slug: (row.numerator, row.denominator) for slug, row in found.items()} == {
        "post16-sustained-destination": (0, 1), "post16-neet": (1, 1),
    }  # fmt: skip
