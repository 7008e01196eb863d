"""ULN and days of free school meals: entered beside the details, for the collections."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.permissions import GRANTS, Permission, Role
from apsystem.lib.seen import Stale, state_of
from pupils import actions
from pupils.models import CensusItems, Pupil
from pupils.models.census import is_uln
from tests import factories

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2024, 9, 2), date(2025, 7, 18)


def boxes(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


SENT = {"uln": "1234 5678 99", **boxes("starts_on", FIRST), **boxes("last_day", LAST)}


@pytest.fixture
def pupil(school):
    return factories.EnrolmentFactory(organisation=school).pupil


@pytest.fixture
def path(pupil):
    return reverse("pupils:census-items", args=[pupil.uid])


def test_they_are_entered_and_changed_on_their_page(client, caseworker, pupil, path):
    client.force_login(caseworker)
    assert path in client.get(reverse("reporting:pupil", args=[pupil.uid])).content.decode()

    client.post(path, SENT)

    kept = CensusItems.objects.get(pupil=pupil)
    assert (kept.uln, kept.starts_on, kept.last_day) == ("1234567899", FIRST, LAST)
    form = client.get(path).context["form"]
    assert form["last_day"].value() == LAST
    client.post(path, {"uln": "", "seen": form["seen"].value()})
    kept.refresh_from_db()
    assert (kept.uln, kept.starts_on, kept.ends_on) == (None, None, None)


@pytest.mark.parametrize(
    "case",
    [
        ({"uln": "123456789"}, "uln", "A ULN has ten digits"),
        ({"uln": "12345678 9O"}, "uln", "A ULN has ten digits"),
        ({"uln": "1234567890"}, "uln", "A digit of this ULN is wrong"),
        ({"uln": "1243567899"}, "uln", "A digit of this ULN is wrong"),
        ({"uln": "0000000042"}, "uln", "A digit of this ULN is wrong"),
        (boxes("last_day", FIRST - timedelta(days=1)), "last_day", "must not be before"),
        (boxes("starts_on", date(2025, 9, 1)), "last_day", "must not be before"),
        ({f"starts_on_{n}": "" for n in range(3)}, "last_day", "needs one"),
    ],
)
def test_what_is_wrong_stands_beside_its_box(client, caseworker, path, case):
    change, field, words = case
    client.force_login(caseworker)

    errors = client.post(path, SENT | change).context["form"].errors

    assert words in errors[field][0]
    assert not CensusItems.objects.exists()


@pytest.mark.parametrize("digit", range(10))
def test_one_last_digit_at_most_belongs_to_the_others(digit):
    """The number is the example of the description of the student record."""
    assert is_uln(f"927630868{digit}") is (digit == 6)
    assert not is_uln(f"200000001{digit}")  # 22: what would be left over has two digits


def test_a_uln_is_of_one_pupil(client, caseworker, path):
    factories.CensusItemsFactory(uln="1234567899")
    client.force_login(caseworker)

    errors = client.post(path, SENT).context["form"].errors

    assert errors["uln"] == ["Another pupil has this ULN. Check the number."]


def test_what_somebody_else_saved_meanwhile_is_not_replaced(caseworker, pupil):
    def save(seen, uln):
        row = CensusItems.objects.filter(pupil=pupil).first() or CensusItems()
        row.uln = uln
        return actions.set_census_items(row, pupil=pupil, seen=seen, by=caseworker)

    first = save("", "1234567899")
    seen = state_of(CensusItems.objects.get(pk=first.pk))
    save(seen, factories.valid_uln(1))

    for late in ("", seen):
        with pytest.raises(Stale):
            save(late, factories.valid_uln(2))
    assert CensusItems.objects.get().uln == factories.valid_uln(1)


@pytest.mark.parametrize("role", [r for r in Role if Permission.PUPIL_CHANGE not in GRANTS[r]])
def test_nobody_else_enters_them(person, pupil, role):
    with pytest.raises(PermissionDenied):
        actions.set_census_items(CensusItems(uln="1"), pupil=pupil, seen="", by=person(role))


def test_a_school_enters_none_of_a_stranger(person):
    stranger = factories.EnrolmentFactory().pupil

    with pytest.raises((Pupil.DoesNotExist, PermissionDenied, ValidationError)):
        actions.set_census_items(
            CensusItems(), pupil=stranger, seen="", by=person(Role.SCHOOL_LEAD)
        )
