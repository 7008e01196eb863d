"""Which children schools and providers see, and until when. Days are counted from today."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import REACH_ALL, REACH_PROVIDER, REACH_SCHOOL, Role
from apsystem.lib.calendar import academic_year, year_bounds
from attendance.models import Mark
from placements.models import Placement
from pupils.models import CareStatus, Contact, EhcPlan, Enrolment, Need, Pupil
from referrals.models import Referral
from tests import factories

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def sees(user, pupil):
    return Pupil.objects.as_user(user).filter(pk=pupil.pk).exists()


def enrolled(organisation, *, starts, ends):
    today = localdate()
    return factories.EnrolmentFactory(
        organisation=organisation,
        starts_on=today + starts * DAY,
        ends_on=None if ends is None else today + ends * DAY,
    ).pupil


# Today is the day asked about: an end 0 days away is the first day after the enrolment.
@pytest.mark.parametrize(
    ("starts", "ends", "is_seen"),
    [
        (1, None, False),  # the day before the start
        (0, None, True),  # the start
        (-90, 1, True),  # the last day
        (-90, 0, True),  # the end, which is the first day after
        (-90, -1, True),  # a day after the end
        (-90, -29, True),  # 29 days after the end
        (-90, -30, False),  # 30 days after the end: the 31st day without the child
        (-90, -31, False),
        (1, 90, False),
    ],
)
def test_a_provider_sees_a_child_from_the_start_until_30_days_after_the_end(
    provider, provider_staff, starts, ends, is_seen
):
    pupil = enrolled(provider, starts=starts, ends=ends)

    assert sees(provider_staff, pupil) is is_seen


def days_into_the_year():
    start, _ = year_bounds(academic_year(localdate()))
    return (localdate() - start).days


@pytest.mark.parametrize(
    ("ends", "is_seen"),
    [
        (0, False),  # the last day was 31 August
        (1, True),  # the last day was 1 September, in this academic year
        (None, True),
    ],
)
def test_a_school_sees_a_child_who_was_on_its_roll_in_this_academic_year(
    school, school_staff, ends, is_seen
):
    ends = None if ends is None else ends - days_into_the_year()
    pupil = enrolled(school, starts=-800, ends=ends)

    assert sees(school_staff, pupil) is is_seen


def test_a_school_sees_a_child_from_the_first_day_on_roll(school, school_staff):
    assert sees(school_staff, enrolled(school, starts=0, ends=None))
    assert not sees(school_staff, enrolled(school, starts=1, ends=None))


@pytest.mark.parametrize("role", sorted(REACH_SCHOOL | REACH_PROVIDER))
def test_a_stranger_sees_no_child_of_another_place(person, role):
    make = factories.SchoolFactory if role in REACH_SCHOOL else factories.ProviderFactory
    own, other = make(), make()
    pupil = enrolled(own, starts=-10, ends=None)

    assert sees(person(role, own), pupil)
    assert not sees(person(role, other), pupil)


@pytest.mark.parametrize("role", sorted(set(Role) - REACH_SCHOOL - REACH_PROVIDER))
def test_the_council_reaches_all_children_or_none(person, role):
    assert sees(person(role), factories.PupilFactory()) is (role in REACH_ALL)


def test_a_person_without_a_role_sees_no_child(school):
    pupil = enrolled(school, starts=-10, ends=None)

    assert not sees(factories.UserFactory(), pupil)


def test_a_person_of_two_schools_sees_the_children_of_the_one_acted_for(
    person, school, other_school
):
    here = enrolled(school, starts=-10, ends=None)
    there = enrolled(other_school, starts=-10, ends=None)
    user = person(Role.SCHOOL_STAFF, school)
    factories.MembershipFactory(user=user, organisation=other_school, role=Role.SCHOOL_STAFF)
    user.acting = [row for row in user.memberships_in_force if row.organisation == school]

    assert sees(user, here)
    assert not sees(user, there)


@pytest.mark.parametrize(
    ("model", "make", "who"),
    [
        (Contact, factories.ContactFactory, Role.PROVIDER_STAFF),
        (Need, factories.NeedFactory, Role.PROVIDER_STAFF),
        (EhcPlan, factories.EhcPlanFactory, Role.PROVIDER_STAFF),
        (CareStatus, factories.CareStatusFactory, Role.PROVIDER_LEAD),
    ],
)
def test_what_is_known_of_a_child_goes_with_the_roll(person, model, make, who):
    row = make()
    users = [
        person(Role.SCHOOL_STAFF, school := factories.SchoolFactory()),
        person(who, provider := factories.ProviderFactory()),
        person(Role.SCHOOL_LEAD, factories.SchoolFactory()),
    ]
    for place in (school, provider):
        factories.EnrolmentFactory(pupil=row.pupil, organisation=place, starts_on=localdate())

    found = [model.objects.as_user(user).filter(pk=row.pk).exists() for user in users]

    assert found == [True, True, False]


def test_a_provider_sees_only_its_own_rolls_and_a_school_all_rolls_of_its_children(
    school, school_staff, provider, provider_staff, other_provider
):
    pupil = enrolled(school, starts=-90, ends=None)
    for place in (provider, other_provider):
        factories.EnrolmentFactory(pupil=pupil, organisation=place, starts_on=localdate() - DAY)

    at_provider = Enrolment.objects.as_user(provider_staff).get()
    assert at_provider.organisation == provider
    assert Enrolment.objects.as_user(school_staff).filter(pupil=pupil).count() == 3


def placed(provider, pupil, *, starts, ends):
    today = localdate()
    return factories.PlacementFactory(
        pupil=pupil,
        provider=provider,
        status="open" if ends is None else "ended",
        starts_on=today + starts * DAY,
        ends_on=None if ends is None else today + ends * DAY,
        enrolment=False,
    )


def test_a_provider_sees_no_placement_and_no_mark_of_another_provider(
    provider, provider_staff, other_provider
):
    pupil = enrolled(provider, starts=-90, ends=None)
    own = placed(provider, pupil, starts=-60, ends=None)
    other = placed(other_provider, pupil, starts=-60, ends=None)
    factories.EnrolmentFactory(
        pupil=pupil, organisation=other_provider, starts_on=localdate() - 60 * DAY
    )
    mark = factories.MarkFactory(placement=own, date=localdate())
    factories.MarkFactory(placement=other, date=localdate(), code_id="D")

    assert list(Placement.objects.as_user(provider_staff)) == [own]
    assert list(Mark.objects.as_user(provider_staff)) == [mark]


def test_what_is_dated_after_a_child_left_is_hidden(provider, provider_staff):
    left = -10
    pupil = enrolled(provider, starts=-90, ends=left)
    placement = placed(provider, pupil, starts=-60, ends=left)
    today = localdate()
    marks = {
        days: factories.MarkFactory(placement=placement, date=today + days * DAY)
        for days in (left - 1, left, left + 1)
    }

    assert list(Mark.objects.as_user(provider_staff)) == [marks[left - 1]]


def test_a_school_sees_no_placement_that_began_after_the_child_left(
    school, school_staff, provider, other_provider
):
    left = min(0, 1 - days_into_the_year() + 5)
    pupil = enrolled(school, starts=-800, ends=left)
    before = placed(provider, pupil, starts=left - 1, ends=None)
    placed(other_provider, pupil, starts=left, ends=None)

    assert list(Placement.objects.as_user(school_staff)) == [before]


def test_a_school_sees_only_the_referrals_that_it_made(school, school_staff, other_school):
    pupil = enrolled(school, starts=-90, ends=None)
    own = factories.ReferralFactory(pupil=pupil, school=school)
    factories.ReferralFactory(pupil=pupil, school=other_school, status="declined")

    assert list(Referral.objects.as_user(school_staff)) == [own]


def test_a_provider_sees_no_referral(provider, provider_staff, school):
    pupil = enrolled(provider, starts=-90, ends=None)
    factories.ReferralFactory(pupil=pupil, school=school)

    assert not Referral.objects.as_user(provider_staff).exists()


def test_scoping_adds_no_query(school_staff, school, django_assert_num_queries):
    enrolled(school, starts=-10, ends=None)
    assert school_staff.roles

    with django_assert_num_queries(1):
        assert len(Pupil.objects.as_user(school_staff)) == 1


def test_staff_who_teach_a_child_read_no_upn_no_address_and_nothing_of_social_care(
    client, provider, provider_staff, person
):
    pupil = enrolled(provider, starts=-10, ends=None)
    Pupil.objects.filter(pk=pupil.pk).update(address="1 Secret Road", postcode="W6 9ZZ")
    care = factories.CareStatusFactory(pupil=pupil, kind="child protection")
    factories.ContactFactory(pupil=pupil, phone="020 7946 0009")
    page = reverse("reporting:pupil", args=[pupil.uid])
    pages = [page, reverse("reporting:pupil-chronology", args=[pupil.uid]),
             reverse("reporting:search") + f"?q={pupil.surname}"]  # fmt: skip

    def read(user):
        client.force_login(user)
        return " ".join(client.get(one).content.decode() for one in pages)

    hidden = [pupil.upn, "1 Secret Road", "W6 9ZZ", str(care), "Social care"]
    to_staff, to_lead = read(provider_staff), read(person(Role.PROVIDER_LEAD, provider))
    assert [word for word in hidden if word in to_staff] == []
    assert [word for word in hidden if word not in to_lead] == []
    assert "020 7946 0009" in to_staff


def test_staff_who_teach_a_child_learn_of_social_care_and_address_by_no_other_page(
    client, provider, provider_staff, person
):
    pupil = enrolled(provider, starts=-40, ends=None)
    Pupil.objects.filter(pk=pupil.pk).update(address="1 Secret Road")
    long_ago = localdate() - 60 * DAY
    factories.CareStatusFactory(pupil=pupil, kind="child protection", starts_on=long_ago)
    given = {
        "pupil": pupil,
        "starts_on": localdate() - 20 * DAY,
        "back_on": localdate() - 17 * DAY,
    }
    suspension = factories.SuspensionFactory(
        **given, social_worker_told_on=localdate(), parents_told_on=localdate(),
        authority_told_on=localdate(),
    )  # fmt: skip
    placed_there = placed(provider, pupil, starts=-40, ends=None)
    timetable = factories.TimetableFactory(
        placement=placed_there, social_worker_told_on=localdate() - 3 * DAY
    )
    letter = factories.LetterFactory(
        pupil=pupil, provider=provider, status="issued", to_address="1 Secret Road\nW6"
    )
    pages = [
        reverse("pupils:suspensions"),
        reverse("pupils:suspensions") + "?waits=tell",
        reverse("pupils:suspension", args=[suspension.uid]),
        reverse("pupils:pupil-suspensions", args=[pupil.uid]),
        reverse("attendance:timetable", args=[timetable.uid]),
        reverse("pupils:letter-list"),
        reverse("pupils:letter", args=[letter.uid]),
    ]

    def read(user):
        client.force_login(user)
        return " ".join(client.get(page).content.decode() for page in pages)

    to_staff, to_lead = read(provider_staff), read(person(Role.PROVIDER_LEAD, provider))
    for words in ("ocial worker", "Virtual School", "1 Secret Road"):
        assert (words in to_staff, words in to_lead) == (False, True), words
    assert client.get(pages[1]).context["page"].paginator.count == 1  # nobody told the school head
    client.force_login(provider_staff)
    assert client.get(pages[1]).context["page"].paginator.count == 0


def test_a_upn_is_confirmed_to_nobody_who_may_not_read_it(
    client, provider, provider_staff, person
):
    pupil = enrolled(provider, starts=-10, ends=None)
    page = reverse("reporting:search") + f"?q={pupil.upn}"

    def found(user):
        client.force_login(user)
        return client.get(page).context["page"].paginator.count

    assert (found(provider_staff), found(person(Role.PROVIDER_LEAD, provider))) == (0, 1)
