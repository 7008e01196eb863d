"""The fair-share ledger: what is counted, whose turn it is, and what schools may read."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.permissions import Role
from reintegration import actions
from reintegration.models import LedgerWeight, Vacancy, ledger, next_in_turn
from tests import factories
from tests.reintegration.panel import school_with_roll

pytestmark = pytest.mark.django_db
YEAR = 9


def took(school, *, days_ago=1, category="d", year_group=YEAR):
    factories.PanelCaseFactory(
        meeting=factories.PanelMeetingFactory(status="closed"),
        status="decided",
        outcome="allotted",
        school=school,
        category_id=category,
        year_group=year_group,
        decided_at=timezone.now() - timedelta(days=days_ago),
    )


def entry_of(school, **details):
    return next(row for row in ledger(YEAR, localdate(), **details) if row.school == school)


def test_the_fewest_for_each_100_on_roll_is_next_in_turn_and_the_words_say_so():
    large, small = school_with_roll(1000, name="Ash"), school_with_roll(200, name="Beech")
    took(large), took(large), took(small)

    turn = next_in_turn(ledger(YEAR, localdate()))

    assert (turn.school, turn.rate) == (large, Decimal("0.20"))
    assert entry_of(small).rate == Decimal("0.50")
    assert turn.words.startswith(
        "0.20 taken into Year 9 for each 100 on roll in the whole school (2 weighted, 1000 on roll)"
    )
    assert "last took a child on" in turn.words


def test_of_equal_schools_the_one_that_took_a_child_longest_ago_is_next():
    late, long_ago = school_with_roll(name="Ash"), school_with_roll(name="Beech")
    took(late, days_ago=5), took(long_ago, days_ago=50)

    assert next_in_turn(ledger(YEAR, localdate())).school == long_ago


def test_only_the_last_12_months_and_the_year_group_count():
    school = school_with_roll()
    took(school, days_ago=364), took(school, days_ago=366), took(school, year_group=8)

    assert entry_of(school).taken == 1


def test_weights_hold_from_their_day_on_and_the_most_particular_one_wins():
    school = school_with_roll()
    since = localdate() - timedelta(days=10)
    factories.LedgerWeightFactory(category_id=None, year_group=YEAR, weight=3, starts_on=since)
    factories.LedgerWeightFactory(category_id="g", weight=2, starts_on=since)
    took(school, category="g"), took(school, category="d"), took(school, days_ago=30)

    assert entry_of(school).weighted == 2 + 3 + 1


def test_a_school_without_a_headcount_is_named_and_not_in_the_order():
    unknown, known = school_with_roll(0, name="Ash"), school_with_roll(name="Beech")

    assert next_in_turn(ledger(YEAR, localdate())).school == known
    assert entry_of(unknown).words.endswith("nobody entered how many pupils are on roll.")


def test_where_no_school_has_a_headcount_nobody_is_next_in_turn():
    school_with_roll(0)

    assert next_in_turn(ledger(YEAR, localdate())) is None


def test_a_declared_exception_and_the_school_that_excluded_the_pupil_are_left_out():
    inspected, excluding = school_with_roll(name="Ash"), school_with_roll(name="Beech")
    factories.PanelExceptionFactory(school=inspected)
    exclusion = factories.PermanentExclusionFactory(school=excluding)

    assert "Being inspected." in entry_of(inspected).words
    assert entry_of(excluding).is_in_turn
    assert "excluded this pupil" in entry_of(excluding, pupil=exclusion.pupil).words


def test_looked_after_pupils_and_ehc_plans_on_roll_stand_beside_the_order():
    school = school_with_roll()
    for roll in factories.EnrolmentFactory.create_batch(2, organisation=school):
        factories.EhcPlanFactory(pupil=roll.pupil)
    factories.CareStatusFactory(pupil=roll.pupil, kind="looked after")
    factories.EnrolmentFactory(organisation=school)

    assert (entry_of(school).looked_after, entry_of(school).with_plan) == (1, 2)


def test_schools_read_no_small_numbers_and_the_panel_reads_all(client, person):
    busy, quiet = school_with_roll(name="Ash"), school_with_roll(name="Beech")
    for _ in range(6):
        took(busy)
    took(quiet)
    path = reverse("reintegration:ledger")

    client.force_login(person(Role.SCHOOL_LEAD, busy))
    page = client.get(path, {"year": YEAR}).content.decode()
    assert "fewer than 5" in page
    assert ">6<" in page
    assert "0.10" not in page  # a rate would give the number away
    assert "Next in turn" not in page

    client.force_login(person(Role.MANAGER))
    page = client.get(path, {"year": YEAR}).content.decode()
    assert "Next in turn: Beech." in page
    assert "0.60" in page


def test_the_headings_say_what_is_counted_in_the_year_and_what_in_the_whole_school(client, person):
    school_with_roll()
    path = reverse("reintegration:ledger")
    heads = {}
    for role in (Role.MANAGER, Role.SCHOOL_LEAD):
        client.force_login(person(role))
        page = client.get(path, {"year": YEAR}).content.decode()
        heads[role] = re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', page)

    of_all = ["Looked after, all years", "EHC plan, all years", "Free places in the year"]
    assert heads[Role.SCHOOL_LEAD] == ["School", "Taken into the year", *of_all, "Left out"]
    assert heads[Role.MANAGER] == [
        "School", "Taken into the year", "Weighted", "On roll, all years", "For each 100 on roll",
        *of_all, "In words",
    ]  # fmt: skip


@pytest.mark.parametrize("year", ["", "x", "0", "12", "999", "9" * 50, "٣"])
def test_a_year_that_does_not_exist_shows_the_usual_one(client, manager, year):
    client.force_login(manager)

    page = client.get(reverse("reintegration:ledger"), {"year": year}).content.decode()

    assert 'value="9" selected' in page or 'value="3" selected' in page


def test_a_weight_begins_today_or_later(manager):
    row = LedgerWeight(weight=2, starts_on=localdate() - timedelta(days=1), reason="x")

    with pytest.raises(ValidationError, match="today or later"):
        actions.weigh(row, by=manager)


def test_a_school_lead_says_what_is_free_at_the_own_school_and_says_it_anew(client):
    held = factories.MembershipFactory(role=Role.SCHOOL_LEAD, organisation=school_with_roll())
    other = school_with_roll()
    client.force_login(held.user)
    page = reverse("reintegration:vacancies")
    for places in ("3", "0"):
        client.post(page, {"school": held.organisation_id, "year_group": YEAR, "places": places})
    answer = client.post(page, {"school": other.pk, "year_group": YEAR, "places": "1"})

    said = Vacancy.objects.get()
    assert (said.school, said.places, said.said_by) == (held.organisation, 0, held.user)
    assert answer.context["form"].errors.keys() == {"school"}
    day = f"{localdate().day} {localdate():%B %Y}"
    assert entry_of(held.organisation).free == f"none on {day}"
    assert entry_of(other).free == "not said"
    assert f"none on {day}" in client.get(reverse("reintegration:ledger")).content.decode()


def test_nobody_speaks_for_another_school():
    lead = factories.MembershipFactory(role=Role.SCHOOL_LEAD, organisation=school_with_roll()).user
    vacancy = Vacancy(school=school_with_roll(), year_group=YEAR, places=1)

    with pytest.raises(PermissionDenied):
        actions.say_vacancy(vacancy, by=lead)
