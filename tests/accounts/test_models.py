"""Organisations, people, memberships and the school year: what is true of their rows."""

from datetime import date, timedelta

import factory
import pytest
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import HalfTerm, Membership, Organisation, User
from accounts.models.calendar import is_school_day, school_days_at
from accounts.permissions import GRANTS, Permission, Role
from tests import factories
from tests.constraints import assert_refused, constraints_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def two_half_terms(**second):
    first = factories.HalfTermFactory()
    factories.HalfTermFactory(
        **{"number": 2, "starts_on": first.ends_on, "ends_on": first.ends_on + DAY} | second
    )


def two_memberships():
    first = factories.MembershipFactory()
    factories.MembershipFactory(user=first.user, organisation=first.organisation)


BREAKERS = {
    "accounts_apikey_ends_after_it_is_made": lambda: factories.ApiKeyFactory(
        expires_at=timezone.now() - timedelta(days=1)
    ),
    "accounts_apikey_revoked_by_somebody": lambda: factories.ApiKeyFactory(
        revoked_at=timezone.now()
    ),
    "accounts_organisation_kind_is_known": lambda: factories.OrganisationFactory(kind="club"),
    "accounts_organisation_urn_has_six_digits": lambda: factories.SchoolFactory(urn="12345"),
    "accounts_organisation_ukprn_has_eight_digits": lambda: factories.SchoolFactory(
        ukprn="20000000"
    ),
    "accounts_organisation_laestab_has_seven_digits": lambda: factories.SchoolFactory(
        laestab="205-110"
    ),
    "accounts_organisation_closed_after_opened": lambda: factories.SchoolFactory(
        opened_on=date(2024, 9, 1), closed_on=date(2024, 8, 31)
    ),
    "accounts_user_email_is_lower_case": lambda: factories.UserFactory(email="Ann@x.example"),
    "accounts_membership_role_is_known": lambda: factories.MembershipFactory(role="wizard"),
    "accounts_membership_ends_after_it_starts": lambda: factories.MembershipFactory(
        starts_on=date(2024, 9, 1), ends_on=date(2024, 9, 1)
    ),
    "accounts_membership_one_open_of_a_kind": two_memberships,
    "accounts_halfterm_once_a_year": lambda: two_half_terms(number=1),
    "accounts_halfterm_number_is_one_to_six": lambda: factories.HalfTermFactory(number=7),
    "accounts_halfterm_ends_after_it_starts": lambda: factories.HalfTermFactory(
        starts_on=date(2024, 9, 2), ends_on=date(2024, 9, 2)
    ),
    "accounts_halfterm_none_overlap": lambda: two_half_terms(starts_on=date(2024, 10, 25)),
    "accounts_closure_ends_after_it_starts": lambda: factories.ClosureFactory(
        starts_on=date(2024, 9, 2), ends_on=date(2024, 9, 2)
    ),
    "accounts_clockrule_kind_is_known": lambda: factories.ClockRuleFactory(kind="tea"),
    "accounts_clockrule_days_fit_a_year": lambda: factories.ClockRuleFactory(school_days=0),
    "accounts_clockrule_one_from_a_day": lambda: factories.ClockRuleFactory.create_batch(2),
    "accounts_closure_none_overlap_at_one_place": lambda: factories.ClosureFactory.create_batch(
        2, organisation=factories.SchoolFactory()
    ),
    "accounts_closure_none_overlap_for_all": lambda: factories.ClosureFactory.create_batch(2),
    "accounts_feed_one_valid_for_a_person": lambda: factories.FeedFactory.create_batch(
        2, user=factories.UserFactory()
    ),
    "accounts_digest_hour_is_in_the_day": lambda: factories.DigestFactory(hour=5),
    "accounts_cover_role_is_known": lambda: factories.CoverFactory(role="wizard"),
    "accounts_cover_by_somebody_else": lambda: factories.CoverFactory(
        colleague=factory.SelfAttribute("person")
    ),
    "accounts_cover_ends_after_it_starts": lambda: factories.CoverFactory(
        starts_on=date(2024, 9, 2), ends_on=date(2024, 9, 2)
    ),
    "accounts_cover_none_overlap_for_a_person": lambda: factories.CoverFactory.create_batch(
        2, person=factories.UserFactory()
    ),
    "accounts_run_once_a_period": lambda: factories.RunFactory.create_batch(2),
}


@pytest.mark.parametrize("name", BREAKERS)
def test_the_database_refuses_a_row_that_breaks_a_constraint(name):
    assert_refused(name, BREAKERS[name])


def test_every_constraint_has_a_row_that_breaks_it():
    assert constraints_of("accounts") == set(BREAKERS)


def test_half_terms_may_touch():
    two_half_terms()

    assert HalfTerm.objects.of_year(2024).count() == 2


def test_half_terms_of_a_year_come_in_their_order(calendar):
    assert [row.number for row in HalfTerm.objects.of_year(2025)] == [1, 2, 3, 4, 5, 6]


def test_a_membership_that_has_ended_may_be_held_again():
    old = factories.MembershipFactory(ends_on=date(2022, 9, 1))

    factories.MembershipFactory(
        user=old.user, organisation=old.organisation, starts_on=date(2023, 9, 1)
    )

    assert old.user.memberships.count() == 2


@pytest.mark.parametrize(
    ("starts", "ends", "is_in_force"),
    [
        (0, None, True),
        (1, None, False),
        (-10, 1, True),
        (-10, 0, False),
    ],
)
def test_a_membership_is_in_force_from_its_start_up_to_but_not_on_its_end(
    starts, ends, is_in_force
):
    today = localdate()
    factories.MembershipFactory(
        starts_on=today + starts * DAY, ends_on=None if ends is None else today + ends * DAY
    )

    assert Membership.objects.in_force(today).exists() == is_in_force


def test_a_membership_of_a_closed_organisation_counts_no_more(person, council):
    user = person(Role.CASEWORKER)
    Organisation.objects.filter(pk=council.pk).update(closed_on=localdate())

    assert user.roles == set()


def test_a_person_who_is_no_longer_active_holds_no_role(person):
    user = person(Role.MANAGER, is_active=False)

    assert not user.can(Permission.HOME_VIEW)


def test_permissions_of_several_roles_add_up(person, council):
    user = person(Role.CASEWORKER)
    factories.MembershipFactory(user=user, organisation=council, role=Role.DATA_PROTECTION)

    assert user.can(Permission.REFERRAL_DECIDE)
    assert user.can(Permission.TRAIL_VIEW)


def test_memberships_are_read_once_a_request(person, django_assert_num_queries):
    user = person(Role.CASEWORKER)

    with django_assert_num_queries(1):
        assert user.can(Permission.HOME_VIEW)
        assert user.can(Permission.PUPIL_VIEW)
        assert user.roles == {Role.CASEWORKER}


def test_a_person_acts_for_the_chosen_organisation_only(person, school, other_school):
    user = person(Role.SCHOOL_STAFF)
    factories.MembershipFactory(user=user, organisation=other_school, role=Role.SCHOOL_LEAD)
    user.acting = [row for row in user.memberships_in_force if row.organisation == school]

    assert user.roles == {Role.SCHOOL_STAFF}
    assert user.organisations_as({Role.SCHOOL_STAFF, Role.SCHOOL_LEAD}) == [school.pk]


def test_administrators_and_leadership_reach_no_child_and_hold_no_casework():
    casework = {permission for permission in Permission if permission.startswith("pupil.")}

    for role in (Role.ADMINISTRATOR, Role.LEADERSHIP, Role.DATA_PROTECTION):
        assert not GRANTS[role] & casework


def test_every_role_stands_in_the_table_of_grants():
    assert set(GRANTS) == set(Role)


def test_every_role_belongs_to_some_kind_of_organisation():
    held = set().union(*Organisation.ROLES.values())

    assert held == set(Role)


def test_an_e_mail_address_is_kept_in_lower_case_and_found_in_any():
    made = User.objects.create_user("Ann.Other@Council.Example", name="Ann Other")

    assert made.email == "ann.other@council.example"
    assert User.objects.get_by_natural_key("ANN.OTHER@council.example") == made


def test_an_organisation_that_closed_is_offered_no_more():
    open_one = factories.ProviderFactory(name="Open")
    factories.ProviderFactory(name="Closed", closed_on=date(2024, 9, 1))
    factories.SchoolFactory(name="School")

    assert list(Organisation.objects.providers()) == [open_one]


def test_school_days_leave_out_weekends_bank_holidays_and_closures(calendar, provider, school):
    factories.ClosureFactory(organisation=provider, starts_on=date(2025, 4, 30))
    factories.ClosureFactory(organisation=None, starts_on=date(2025, 5, 1))

    week = (date(2025, 4, 28), date(2025, 5, 6))  # 5 May 2025 is the early May bank holiday

    assert [day.day for day in school_days_at(provider, *week)] == [28, 29, 2]
    assert [day.day for day in school_days_at(school, *week)] == [28, 29, 30, 2]
    assert [day.day for day in school_days_at(None, *week)] == [28, 29, 30, 2]


@pytest.mark.parametrize(
    ("on", "is_open"),
    [
        (date(2024, 9, 1), False),
        (date(2024, 9, 2), True),
        (date(2024, 10, 25), True),
        (date(2024, 10, 26), False),
        (date(2024, 10, 28), False),
        (date(2024, 11, 4), True),
    ],
)
def test_a_half_term_is_open_from_its_start_up_to_but_not_on_its_end(
    calendar, school, on, is_open
):
    assert is_school_day(school, on) is is_open


def test_school_days_cost_two_queries(calendar, school, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert len(school_days_at(school, date(2024, 9, 1), date(2025, 9, 1))) > 180
