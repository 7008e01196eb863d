"""Of how many units a figure is known, in one line beside it."""

from decimal import Decimal

import pytest
from django.urls import reverse

from reporting.kpis.measure import NOT_KNOWN
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]
SLUG = "outreach-zero-suspensions-12-months"


def shown(client, user, slug=SLUG):
    client.force_login(user)
    page = client.get(reverse("reporting:measure", args=[slug]), {"year": "2024", "part": "year"})
    return page.content.decode()


def figure(known, unknown, kept=None, **details):
    value = Decimal(100 * kept) / known if known else None
    return factories.SnapshotFactory(
        measure=SLUG,
        value=value,
        numerator=kept or 0,
        denominator=known,
        units=known + unknown,
        counts={NOT_KNOWN: unknown},
        **details,
    )


@pytest.mark.parametrize(
    ("known", "unknown", "words"),
    [
        (20, 12, "Known for 20 of 32 interventions."),
        (1200, 0, "Known for 1,200 of 1,200 interventions."),
    ],
)
def test_a_share_says_of_how_many_interventions_it_is_known(
    client, leadership, known, unknown, words
):
    figure(known, unknown, kept=18)

    assert words in shown(client, leadership)


def test_where_nothing_is_known_the_figure_says_of_how_many(client, leadership):
    figure(0, 14)

    page = shown(client, leadership)

    assert "No data: nothing stands below the line" in page
    assert "Known for 0 of 14 interventions." in page


def test_a_small_count_cannot_be_worked_out_from_the_line(client, leadership, caseworker):
    figure(20, 3, kept=18)

    assert "Known for" not in shown(client, leadership)
    assert "Known for 20 of 23 interventions." in shown(client, caseworker)


def test_few_children_and_measures_that_know_everything_say_nothing_of_it(client, leadership):
    figure(6, 0, kept=5)
    factories.SnapshotFactory()

    assert "Known for" not in shown(client, leadership)
    assert "Known for" not in shown(client, leadership, "overall-absence-ap")
