"""Cover: a colleague sees a person's work for some days, and nothing is assigned anew."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils.timezone import localdate

from accounts import actions
from accounts.models import Cover
from accounts.permissions import Permission, Role
from referrals.models import Referral, Status
from tests import factories
from tests.threads import at_once

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def away(person):
    return person(Role.CASEWORKER, name="Ann Away")


@pytest.fixture
def stand_in(person):
    return person(Role.CASEWORKER, name="Stan Standin")


def cover(person, colleague, organisation, *, first=0, last=6):
    today = localdate()
    return Cover(
        person=person,
        colleague=colleague,
        organisation=organisation,
        starts_on=today + first * DAY,
        ends_on=today + (last + 1) * DAY,
    )


def boxes(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


def case_of(user):
    return factories.ReferralFactory(status=Status.SUBMITTED, assigned_to=user)


def test_the_work_stands_on_both_pages_and_nothing_is_reassigned(client, away, stand_in, council):
    case, own = case_of(away), case_of(stand_in)
    case_of(None)
    actions.arrange_cover(cover(away, stand_in, council), by=away)
    client.force_login(stand_in)

    page = client.get("/")
    found = {line.title: line for entry in page.context["groups"] for line in entry["lines"]}

    assert found["Yours to decide"].count == found["Yours to decide, for Ann Away"].count == 1
    assert "for Ann Away" in page.content.decode()
    behind = client.get(found["Yours to decide, for Ann Away"].url)
    assert [row["referral"] for row in behind.context["rows"]] == [case]
    both = client.get(reverse("referrals:desk"), {"whose": f"{stand_in.pk},{away.pk}"})
    assert {row["referral"] for row in both.context["rows"]} == {case, own}
    assert both.content.decode().count("for Ann Away</strong>") == 1
    assert Referral.objects.get(pk=case.pk).assigned_to == away
    client.force_login(away)
    mine = client.get("/").context["groups"][0]["lines"]
    assert {line.title: line.count for line in mine}["Yours to decide"] == 1


@pytest.mark.parametrize("days", [(1, 3), (-5, -1)])
def test_it_begins_and_ends_by_itself(client, away, stand_in, council, days):
    first, last = days
    case_of(away)
    factories.CoverFactory(
        person=away, colleague=stand_in, organisation=council,
        starts_on=localdate() + first * DAY, ends_on=localdate() + (last + 1) * DAY,
    )  # fmt: skip
    client.force_login(stand_in)

    assert client.get("/").context["covered"] == []


def test_who_lost_the_role_covers_for_nobody(client, away, stand_in, council):
    actions.arrange_cover(cover(away, stand_in, council), by=away)
    stand_in.memberships.update(role=Role.ATTENDANCE_OFFICER)
    client.force_login(stand_in)

    assert client.get("/").context["covered"] == []


def nothing(**everybody):
    pass


def role_ended(*, away, **_):
    away.memberships.update(starts_on=localdate() - 9 * DAY, ends_on=localdate())


def role_not_begun(*, away, **_):
    away.memberships.update(starts_on=localdate() + DAY)


def account_closed(*, away, **_):
    type(away).objects.filter(pk=away.pk).update(is_active=False)


def role_lost(*, stand_in, **_):
    stand_in.memberships.update(role=Role.ATTENDANCE_OFFICER)


def cover_over(**_):
    Cover.objects.update(starts_on=localdate() - DAY, ends_on=localdate())


def place_closed(*, council, **_):
    type(council).objects.filter(pk=council.pk).update(closed_on=localdate())


@pytest.mark.parametrize(
    "change",
    [nothing, role_ended, role_not_begun, account_closed, role_lost, cover_over, place_closed],
)
def test_colleagues_and_the_covered_are_told_alike_together_and_apart(
    person, away, stand_in, council, change
):
    person(Role.MANAGER, name="Mary Manager")
    person(Role.LEADERSHIP, name="Leo Leadership")
    person(Role.SCHOOL_STAFF, name="Sam School")
    actions.arrange_cover(cover(away, stand_in, council), by=away)
    change(away=away, stand_in=stand_in, council=council)
    user = type(away).objects.get(pk=stand_in.pk)

    able = list(user.colleagues_who(Permission.REFERRAL_DECIDE))
    covered = Cover.objects.taken_on_by(user, localdate())

    together = Cover.objects.beside(user, Permission.REFERRAL_DECIDE, localdate())
    assert together == (able, covered)


def test_what_moves_is_shown_before_it_is_saved(client, away, stand_in):
    for _ in range(3):
        case_of(away)
    client.force_login(away)
    path = reverse("reporting:cover")
    sent = {"colleague": str(stand_in.uid), **boxes("starts_on", localdate()),
            **boxes("last_day", localdate() + 6 * DAY)}  # fmt: skip

    page = client.post(path, sent)

    assert "Yours to decide: 3 today" in page.content.decode()
    assert not Cover.objects.exists()
    change = client.post(path, {**sent, "change": "1"})
    assert change.context["form"]["colleague"].value() == str(stand_in.uid)
    client.post(path, {**sent, "confirm": "1"})
    row = Cover.objects.get()
    assert (row.person, row.colleague, row.role) == (away, stand_in, Role.CASEWORKER)
    assert (row.last_day, row.made_by) == (localdate() + 6 * DAY, away)
    assert "Stan Standin" in client.get(reverse("accounts:settings")).content.decode()
    again = client.post(path, {**sent, "confirm": "1"})
    assert "Somebody covers for this person" in again.content.decode()


def test_a_manager_arranges_for_others_of_the_own_organisation_only(
    manager, away, stand_in, council, person
):
    row = actions.arrange_cover(cover(away, stand_in, council), by=manager)
    assert row.made_by == manager

    lead = person(Role.SCHOOL_LEAD)
    for by in (lead, stand_in):
        with pytest.raises(PermissionDenied):
            actions.arrange_cover(cover(away, stand_in, council, first=20, last=30), by=by)


@pytest.mark.parametrize(
    "case",
    [
        ({"colleague": "away"}, "Nobody covers for themselves"),
        ({"colleague": "other_role"}, "has the same role"),
        ({"colleague": "elsewhere"}, "has the same role"),
        ({"colleague": "leaving"}, "for the whole time"),
        ({"colleague": "closed"}, "has the same role"),
        ({"first": -9, "last": -3}, "is over"),
    ],
)
def test_a_cover_that_cannot_be_is_refused_in_words(away, stand_in, council, person, case):
    change, words = case
    details = {"colleague": "stand_in", "first": 0, "last": 6} | change
    leaving = person(Role.CASEWORKER)
    leaving.memberships.update(ends_on=localdate() + 3 * DAY)
    colleague = {
        "away": away,
        "stand_in": stand_in,
        "leaving": leaving,
        "other_role": person(Role.MANAGER),
        "elsewhere": person(Role.CASEWORKER, factories.CouncilFactory()),
        "closed": person(Role.CASEWORKER, is_active=False),
    }[details.pop("colleague")]

    with pytest.raises(ValidationError, match=words):
        actions.arrange_cover(cover(away, colleague, council, **details), by=away)


def test_covers_make_no_chain(away, stand_in, council, person):
    third = person(Role.CASEWORKER, name="Third")
    actions.arrange_cover(cover(stand_in, third, council, first=3, last=9), by=stand_in)

    with pytest.raises(ValidationError, match="Stan Standin is covered by Third"):
        actions.arrange_cover(cover(away, stand_in, council), by=away)
    with pytest.raises(ValidationError, match="Third covers for Stan Standin"):
        actions.arrange_cover(cover(third, away, council), by=third)
    actions.arrange_cover(cover(away, stand_in, council, last=2), by=away)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_no_chain(away, stand_in, council, person):
    third = person(Role.CASEWORKER)

    found = at_once([
        lambda: actions.arrange_cover(cover(away, stand_in, council), by=away),
        lambda: actions.arrange_cover(cover(stand_in, third, council), by=stand_in),
    ])  # fmt: skip

    assert sorted(type(entry).__name__ for entry in found) == ["Cover", "ValidationError"]
    assert Cover.objects.count() == 1


def test_a_cover_ends_early_and_its_history_stays(client, away, stand_in, council):
    row = actions.arrange_cover(cover(away, stand_in, council, first=2), by=away)
    client.force_login(stand_in)
    path = reverse("accounts:cover-end", args=[row.pk])
    assert "End a cover?" in client.get(path).content.decode()

    client.post(path)

    assert not Cover.objects.exists()
    labels = Cover.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_label", flat=True)
    assert list(labels) == ["insert", "delete"]
    begun = factories.CoverFactory(
        person=away, colleague=stand_in, organisation=council, starts_on=localdate() - 2 * DAY
    )
    client.post(reverse("accounts:cover-end", args=[begun.pk]))
    assert Cover.objects.get().ends_on == localdate()


def test_a_stranger_cannot_end_a_cover(client, away, stand_in, council, person):
    row = actions.arrange_cover(cover(away, stand_in, council), by=away)
    client.force_login(person(Role.CASEWORKER))

    assert client.post(reverse("accounts:cover-end", args=[row.pk])).status_code == 404
    assert Cover.objects.get().ends_on == row.ends_on
