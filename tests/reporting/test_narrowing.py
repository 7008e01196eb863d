"""Figures of any time and any group, worked by hand, and who may ask for them."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.permissions import Role
from reporting import actions
from reporting.forms.figures import FiguresForm
from reporting.kpis import REGISTRY, Period
from reporting.kpis.arithmetic import interval
from reporting.kpis.live import figures
from reporting.kpis.narrowing import Narrowing
from reporting.models import Coverage
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

SLUG = "attendance-ap"
ATTENDANCE = REGISTRY[SLUG]
AUTUMN, SPRING = date(2024, 9, 16), date(2025, 1, 13)  # Mondays
AFTER = date(2025, 9, 1)
DASHBOARD = reverse("reporting:dashboard")


@pytest.fixture
def borough(provider, other_provider, school):
    """Make two children.

    child   where   sex  born        autumn      spring   attended of possible
    first   Cedar   F    year 9      ////NNNN    ////     8 of 12
    second  Damson  M    year 11     //NN                 2 of 4
    """
    first = factories.PlacementFactory(
        provider=provider, home_school=school, tier=2, starts_on=date(2024, 9, 2),
        pupil=factories.PupilFactory(
            sex="F", date_of_birth=date(2011, 1, 1), sen_provision="E", ethnicity="WBRI",
            has_free_meals=True,
        ),
    )  # fmt: skip
    second = factories.PlacementFactory(
        provider=other_provider, tier=3, starts_on=date(2024, 9, 2),
        pupil=factories.PupilFactory(
            sex="M", date_of_birth=date(2009, 1, 1), sen_provision="N", ethnicity="BCRB",
            has_free_meals=False,
        ),
    )  # fmt: skip
    factories.write_marks(first, "////NNNN", first_day=AUTUMN)
    factories.write_marks(first, "////", first_day=SPRING)
    factories.write_marks(second, "//NN", first_day=AUTUMN)
    factories.NeedFactory(pupil=first.pupil, need_type="SEMH", rank=1)
    factories.EhcPlanFactory(
        pupil=first.pupil, issued_on=date(2024, 1, 1), ceased_on=date(2024, 12, 1)
    )
    factories.CareStatusFactory(
        pupil=second.pupil, kind="child in need", starts_on=date(2025, 2, 1), ends_on=None
    )
    return first, second


def asked(user, *, as_of=AFTER, **sent):
    form = FiguresForm(
        {"year": "2024", "part": "year", **sent}, by=user, years=[2024, 2023], may_narrow=True
    )
    period = form.period(as_of)
    figure = figures([ATTENDANCE], period, form.narrowing(period))[SLUG]
    return figure.numerator, figure.denominator


FIRST, SECOND, BOTH, NOBODY = (8, 12), (2, 4), (10, 16), (0, 0)


@pytest.mark.parametrize(
    ("sent", "counted"),
    [
        ({}, BOTH),
        ({"tier": "2"}, FIRST),
        ({"stage": "3"}, FIRST),
        ({"stage": "4"}, SECOND),
        ({"year_group": "11"}, SECOND),
        ({"year_group": "9", "stage": "4"}, NOBODY),
        ({"sex": "F"}, FIRST),
        ({"sen": "E"}, FIRST),
        ({"sen": "N"}, SECOND),
        ({"need": "SEMH"}, FIRST),
        ({"need": "MLD"}, NOBODY),
        ({"ethnicity": "BCRB"}, SECOND),
        ({"meals": "yes"}, FIRST),
        ({"meals": "no"}, SECOND),
        ({"ehc": "yes"}, FIRST),  # in force on a day of the year
        ({"ehc": "yes", "part": "spring"}, NOBODY),  # ceased in December
        ({"ehc": "no", "part": "spring"}, (4, 4)),
        ({"care": "child in need"}, SECOND),
        ({"care": "none"}, FIRST),
        ({"care": "none", "part": "autumn"}, (6, 12)),  # known from February on
        ({"part": "1"}, (6, 12)),
        ({"part": "3"}, (4, 4)),
        ({"part": "3", "sex": "M"}, NOBODY),
        ({"tier": "2", "sex": "M"}, NOBODY),
        ({"tier": "99", "sex": "what"}, BOTH),  # what is not offered is not asked
    ],
)
def test_a_figure_is_kept_to_what_is_asked(borough, person, sent, counted):
    assert asked(person(Role.MANAGER), **sent) == counted


def test_a_figure_is_kept_to_a_provider_and_to_a_school(borough, person):
    manager, (first, second) = person(Role.MANAGER), borough

    assert asked(manager, provider=str(first.provider.uid)) == FIRST
    assert asked(manager, provider=str(second.provider.uid)) == SECOND
    assert asked(manager, school=str(first.home_school.uid)) == FIRST
    assert asked(manager, school=str(second.home_school.uid)) == SECOND


# Twelve months to 31 December 2024 hold the autumn; those to 10 January 2025 and to 1 September
# too; those to 20 September 2025 hold the spring only. The second child is older than year 11 by
# September 2025, and its sessions of the year before count by the rules of that year.
@pytest.mark.parametrize(
    ("as_of", "counted"),
    [
        (date(2024, 12, 31), (6, 12)),
        (date(2025, 9, 1), BOTH),
        (date(2025, 9, 15), BOTH),
        (date(2025, 9, 20), (4, 4)),
        (date(2026, 1, 31), NOBODY),
    ],
)
def test_twelve_months_are_counted_by_the_rules_of_each_year(borough, person, as_of, counted):
    assert asked(person(Role.MANAGER), part="rolling", as_of=as_of) == counted


def test_twelve_months_have_one_unit_for_each_academic_year(borough):
    first, _ = borough
    factories.write_marks(first, "NNNN", first_day=date(2025, 9, 8))
    severe = REGISTRY["severe-absence-ap"]

    # Of the year before, 4 of 12 and 2 of 4 were missed; of this one, 4 of 4.
    total = severe.total(Period.rolling(date(2025, 9, 12)))

    assert (total.numerator, total.denominator, total.units) == (2, 3, 2)


@pytest.mark.parametrize("slug", REGISTRY)
def test_every_measure_answers_any_time_and_group_or_says_why_not(borough, slug, provider):
    measure = REGISTRY[slug]
    of_provider = Narrowing({"provider": (provider.pk, provider.pk)})
    times = [Period.of(2024, part, AFTER) for part in ("1", "6", Coverage.SUMMER)]
    for period in (*times, Period.rolling(AFTER)):
        for narrowing in (Narrowing(), of_provider):
            found = figures([measure], period, narrowing)
            assert (slug in found) is not bool(measure.why_not(period, narrowing))


def test_a_holiday_belongs_to_the_part_that_follows_it():
    parts = [Period.of(2024, str(number), AFTER) for number in range(1, 7)]

    assert parts[0].days[0] == date(2024, 9, 1)
    assert parts[-1].days[1] == date(2025, 9, 1)
    assert [part.days[1] for part in parts[:-1]] == [part.days[0] for part in parts[1:]]


@pytest.mark.parametrize(
    ("above", "of", "low", "high"),
    [(0, 10, "0.0", "27.8"), (5, 10, "23.7", "76.3"), (10, 10, "72.2", "100.0")],
)
def test_an_interval_is_that_of_wilson(above, of, low, high):
    found = [f"{bound.quantize(Decimal('0.1'))}" for bound in interval(above, of)]

    assert found == [low, high]


@pytest.fixture
def over(monkeypatch):
    """Look at 2024/25 when it is over."""
    for module in ("views.figures", "actions.figures"):
        monkeypatch.setattr(f"reporting.{module}.localdate", lambda: AFTER)


@pytest.mark.usefixtures("over", "borough")
def test_a_page_of_figures_is_of_the_group_that_its_address_names(client, person):
    client.force_login(person(Role.CASEWORKER))

    page = client.get(DASHBOARD, {"year": "2024", "part": "year", "sex": "F"})

    text = page.content.decode()
    assert "8 of 12 possible sessions, of 1 child." in text
    assert "Kept to: Sex: Female" in text
    assert "target is" not in text  # it is of the whole borough
    assert [tile["why_not"] for tile in page.context["headlines"]] == [""] * 4
    children = client.get(
        reverse("reporting:children", args=[SLUG]), {"year": "2024", "part": "year", "sex": "F"}
    )
    assert children.context["total"] == 1


@pytest.mark.usefixtures("over", "borough")
@pytest.mark.parametrize("role", [Role.MANAGER, Role.LEADERSHIP])
def test_the_dashboard_is_read_from_kept_figures(
    client, person, role, django_assert_max_num_queries
):
    actions.compute()
    client.force_login(person(role))

    with django_assert_max_num_queries(12):
        page = client.get(DASHBOARD, {"year": "2024", "part": "year"})

    assert page.content.decode().count("Overall absence in alternative provision") == 1


@pytest.mark.usefixtures("over", "borough")
def test_a_figure_that_cannot_be_kept_to_a_group_says_so(client, person):
    client.force_login(person(Role.CASEWORKER))

    page = client.get(
        reverse("reporting:measure", args=["places-filled"]),
        {"year": "2024", "part": "year", "sex": "F"},
    )

    assert "This figure cannot be kept to a group of pupils" in page.content.decode()


@pytest.mark.usefixtures("over", "borough")
@pytest.mark.parametrize("role", [Role.LEADERSHIP, Role.DATA_PROTECTION])
def test_who_does_not_see_every_child_asks_for_no_group(client, person, role, settings):
    settings.SMALLEST_COHORT = 1
    actions.compute()
    client.force_login(person(role))
    pages = [
        client.get(
            reverse("reporting:measure", args=[SLUG]), {"year": "2024", "part": "year", **more}
        )
        for more in ({}, {"sex": "F"}, {"tier": "2"})
    ]

    assert all(page.status_code == 200 for page in pages)
    assert all("10 of 16" in page.content.decode() for page in pages)
    assert "Keep the figures" not in pages[1].content.decode()
    rolling = client.get(reverse("reporting:measure", args=[SLUG]), {"part": "rolling"})
    assert "Twelve months" not in rolling.content.decode()


@pytest.mark.usefixtures("over")
def test_leadership_sees_no_figure_with_few_below_the_line(client, person, borough):
    """Ten children, of whom two count so far, are two to leadership."""
    snapshot = actions.compute()[0]
    snapshot.units, snapshot.numerator, snapshot.denominator, snapshot.value = (
        10,
        1,
        2,
        Decimal(50),
    )

    assert not snapshot.has_enough(10)


@pytest.mark.usefixtures("over", "borough")
def test_a_headline_shows_its_terms_and_gives_them_as_a_file(client, person, settings):
    actions.compute()
    client.force_login(person(Role.CASEWORKER))

    page = client.get(reverse("reporting:measure", args=[SLUG]), {"year": "2024", "part": "year"})
    told = page.content.decode()
    assert "Autumn 2024/25: 50.0%. Spring 2024/25: 100.0%" in told
    sent = client.get(reverse("reporting:terms-file", args=[SLUG]), {"year": "2024"})

    lines = sent.content.decode("utf-8-sig").splitlines()
    assert lines[1:6] == [
        "Autumn 2024/25,6,12,50.0,Yes", "Spring 2024/25,4,4,100.0,Yes", "", "Disclosure report",
        "Rows shown,2",
    ]  # fmt: skip
    assert "Do not hand on its small counts" in lines[-1]


@pytest.mark.usefixtures("borough")
def test_a_year_that_runs_is_set_beside_the_year_before_to_the_same_day(
    client, person, provider, monkeypatch, settings
):
    """Looked at on 1 October 2024; of the year before, the marks to 1 October 2023 count."""
    settings.SMALLEST_COHORT = 1
    for module in ("views.figures", "actions.figures"):
        monkeypatch.setattr(f"reporting.{module}.localdate", lambda: date(2024, 10, 1))
    earlier = factories.PlacementFactory(
        provider=provider, starts_on=date(2023, 9, 4), ends_on=date(2024, 7, 1), status="ended"
    )
    factories.write_marks(earlier, "/NNN", first_day=date(2023, 9, 18))
    factories.write_marks(earlier, "////", first_day=date(2023, 10, 9))
    actions.compute()
    path = reverse("reporting:measure", args=[SLUG])

    client.force_login(person(Role.CASEWORKER))
    worker = client.get(path, {"year": "2024", "part": "year"}).content.decode()
    of_all = client.get(reverse("reporting:dashboard"), {"year": "2024", "part": "year"})
    client.force_login(person(Role.LEADERSHIP))
    leader = client.get(path, {"year": "2024", "part": "year"}).content.decode()

    assert "The year before, to the same day: 25.0% (1 of 4)" in worker
    assert "No comparison with the year before" not in worker
    assert "is said on the page of this figure" in of_all.content.decode()
    assert "The year before" not in leader  # no figure is worked out for those who see no child
    assert "No comparison with the year before: this part of the year is not over" in leader


@pytest.mark.usefixtures("over", "borough")
def test_the_year_before_stands_beside_a_year_that_is_over(client, person, borough):
    first, _ = borough
    earlier = factories.PlacementFactory(
        provider=first.provider,
        starts_on=date(2023, 9, 4),
        ends_on=date(2024, 7, 1),
        status="ended",
    )
    factories.write_marks(earlier, "/NNN", first_day=date(2023, 9, 18))
    actions.compute()
    client.force_login(person(Role.CASEWORKER))

    page = client.get(reverse("reporting:measure", args=[SLUG]), {"year": "2024", "part": "year"})

    assert (
        "The year before, over the same part of the year: 25.0% (1 of 4)" in page.content.decode()
    )
    assert "No comparison with the year before" not in page.content.decode()
