"""What the triage desk asks of the database: the same, however much stands on it."""

import pytest
from django.urls import reverse

from accounts.models import ViewEntry
from accounts.permissions import Role
from referrals import actions
from referrals.models import Entry, Referral, Status
from tests import factories
from tests.referrals.pages import *  # noqa: F403 - fixtures

pytestmark = pytest.mark.django_db
DESK = reverse("referrals:desk")


@pytest.fixture
def crowded(world):
    """Fill the desk: a twin, a sister, an earlier case, a document, a filter, somebody away."""
    chosen, officer = world.own.submitted, world.people[Role.CASEWORKER]
    child = chosen.pupil
    child.postcode = "DE1 0MO"
    child.save()
    factories.PupilFactory(surname=child.surname, date_of_birth=child.date_of_birth)
    factories.PupilFactory(address=child.address, postcode="DE1 0MO")
    factories.ReferralFactory(pupil=child, status=Status.WITHDRAWN)
    factories.AttachmentFactory(referral=chosen)
    factories.ReferralFactory.create_batch(5, status=Status.SUBMITTED)
    actions.save_filter(name="Mine", query="sort=due", by=officer)
    away = world.people[Role.MANAGER]
    place = officer.memberships.get(role=Role.CASEWORKER).organisation
    factories.CoverFactory(
        person=away, colleague=officer, organisation=place, role=Role.CASEWORKER
    )
    return chosen


def test_a_crowded_desk_asks_twelve_queries(council, crowded, django_assert_num_queries):
    council.get(DESK)  # once a minute the session is written, too
    with django_assert_num_queries(12):
        page = council.get(DESK, {"chosen": crowded.uid})

    shown = page.context
    assert shown["chosen"] == crowded
    assert all(shown[name] for name in ("twins", "siblings", "earlier", "attachments", "saved"))
    assert shown["form"].covered


def test_the_desk_names_earlier_cases_with_where_they_stand(council, crowded):
    page = council.get(DESK, {"chosen": crowded.uid})

    (earlier,) = Referral.objects.filter(pupil=crowded.pupil, status=Status.WITHDRAWN)
    assert page.context["earlier"] == [earlier]
    told = f'<a class="govuk-link" href="{earlier.get_absolute_url()}">{earlier.reference}</a>'
    assert f"{told} (withdrawn)" in page.content.decode()


@pytest.mark.parametrize("number", [5, 50])
def test_any_number_is_assigned_with_the_same_queries(
    council, world, django_assert_num_queries, number
):
    rows = factories.ReferralFactory.create_batch(number, status=Status.SUBMITTED)
    manager, officer = world.people[Role.MANAGER], world.people[Role.CASEWORKER]
    ticked = {"to": manager.uid, "referral": [row.uid for row in rows]}
    council.get(DESK)  # once a minute the session is written, too

    with django_assert_num_queries(15):
        council.post(reverse("referrals:assign"), ticked)

    told = Entry.objects.filter(kind="assigned", after=manager.name, by=officer)
    assert set(told.values_list("referral", flat=True)) == {row.pk for row in rows}
    history = Referral.pgh_event_model.objects.filter(assigned_to=manager)
    assert sorted(history.values_list("pgh_obj", flat=True)) == [row.pk for row in rows]
    assert {event.pgh_context["user"] for event in history} == {officer.pk}
    assert ViewEntry.objects.latest("pk").pupils == sorted(row.pupil_id for row in rows)


def test_the_queue_is_listed_and_who_is_read_is_viewed(council, crowded):
    page = council.get(DESK, {"chosen": crowded.uid})

    listed, viewed = ViewEntry.objects.order_by("-pk")[:2][::-1]
    beside = [*page.context["twins"], *page.context["siblings"]]
    assert (listed.act, viewed.act) == ("list", "view")
    assert listed.pupils == sorted({row.pupil_id for row in page.context["page"]})
    assert viewed.pupils == sorted({crowded.pupil_id, *(row.pk for row in beside)})
    assert {listed.page, viewed.page} == {"referrals:desk"}


def test_the_desk_offers_the_places_that_a_decision_takes(council, world, crowded):
    desk = council.get(DESK, {"chosen": crowded.uid}).context["decision"]
    page = council.get(reverse("referrals:decide", args=[crowded.uid])).context["form"]

    offered = [[(str(pk), label) for pk, label in form.fields["provider"].choices]
               for form in (desk, page)]  # fmt: skip
    assert offered[0] == offered[1]
    assert (str(crowded.school.uid), crowded.school.name) in offered[0]


@pytest.mark.parametrize(("asked", "number"), [("1", 1), ("2", 2), ("99", 2), ("x", 1)])
def test_the_desk_counts_its_queue_on_every_page(council, crowded, asked, number):
    factories.ReferralFactory.create_batch(30, status=Status.SUBMITTED)

    page = council.get(DESK, {"page": asked}).context["page"]

    assert page.number == number
    assert page.paginator.count == Referral.objects.filter(status=Status.SUBMITTED).count() > 30
