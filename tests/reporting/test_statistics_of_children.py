"""Statistics by what is known of children: sex, special needs, free meals, social care."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.permissions import Role
from reporting.kpis.span import Span
from reporting.kpis.statistics import Statistics, View
from tests import factories
from tests.reporting.test_statistics import AFTER, MONDAY, marked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]


@pytest.fixture
def two(provider, school):
    """Make a boy with an EHC plan and free meals, 8 of 10, and a girl with neither, 1 of 4."""
    boy = marked("////////NI", provider=provider, home_school=school, pupil__sex="M",
                 pupil__sen_provision="E", pupil__has_free_meals=True)  # fmt: skip
    girl = marked("/NNI", provider=provider, home_school=school, pupil__sex="F",
                  pupil__sen_provision="N", pupil__has_free_meals=False)  # fmt: skip
    return boy.pupil, girl.pupil


def grouped(user, by, **narrowing):
    found = Statistics(user, Span.of(2024, "year", AFTER), View.DFE, **narrowing)
    return {group.key: (group.present, group.possible) for group in found.groups(by)}


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("sex", {"M": (8, 10), "F": (1, 4)}),
        ("sen", {"E": (8, 10), "N": (1, 4)}),
        ("meals", {True: (8, 10), False: (1, 4)}),
        ("care", {"": (9, 14)}),
    ],
)
def test_children_are_grouped_by_what_is_known_of_them(caseworker, by, groups):
    assert grouped(caseworker, by) == groups
    for key, sums in groups.items():
        assert grouped(caseworker, by, **{by: key}) == {key: sums}


def test_social_care_is_what_was_known_in_the_time_and_the_first_in_its_order(caseworker, two):
    boy, girl = two
    factories.CareStatusFactory(pupil=boy, kind="child in need", starts_on=date(2024, 1, 1))
    factories.CareStatusFactory(
        pupil=boy, kind="looked after", starts_on=MONDAY, ends_on=MONDAY + timedelta(days=5)
    )
    factories.CareStatusFactory(  # over on the day on which the year begins
        pupil=girl, kind="child protection", starts_on=date(2024, 1, 1), ends_on=date(2024, 9, 1)
    )
    factories.CareStatusFactory(pupil=girl, kind="child in need", starts_on=date(2025, 9, 1))

    assert grouped(caseworker, "care") == {"looked after": (8, 10), "": (1, 4)}


def test_each_group_leads_to_its_own_statistics(client, caseworker, two):
    factories.CareStatusFactory(pupil=two[0], kind="child protection", starts_on=MONDAY)
    client.force_login(caseworker)
    path = reverse("reporting:statistics")

    for by, words in (
        ("sex", "Male"),
        ("sen", "Education, health"),
        ("meals", "Eligible"),
        ("care", "Child protection plan"),
    ):
        page = client.get(path, {"year": 2024, "by": by})
        url = next(url for name, url, _ in page.context["groups"] if name.startswith(words))
        kept = client.get(path + url)
        assert (kept.context["total"].present, kept.context["total"].possible) == (8, 10), by
        [(told, back)] = kept.context["kept"]
        assert words.lower() in told.lower()
        assert client.get(path + back).context["total"].possible == 14


def test_staff_who_teach_are_offered_no_groups_of_what_they_may_not_read(
    client, person, provider, two
):
    factories.CareStatusFactory(pupil=two[0], kind="child protection", starts_on=MONDAY)
    client.force_login(person(Role.PROVIDER_STAFF, provider))
    asked = {"year": 2024, "by": "care", "care": "child protection", "meals": "yes"}

    pages = [client.get(reverse(f"reporting:{name}"), asked) for name in
             ("statistics", "statistics-file")]  # fmt: skip

    assert pages[0].context["kept"] == []
    for page in pages:
        assert "Child protection" not in page.content.decode()
        assert "Free school meals</option>" not in page.content.decode()
