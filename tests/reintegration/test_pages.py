"""Pages of the way back."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import ViewEntry
from reintegration import actions
from reintegration.models import Plan, Status, Week
from tests import factories
from tests.factories import returns
from tests.pupils.test_record import boxes
from tests.reintegration.conftest import AT_SCHOOL, FIRST, WEEKS

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, lead):
    client.force_login(lead)
    return client


def url(name, plan, *more):
    return reverse(f"reintegration:{name}", args=[plan.uid, *more])


def ticked(number):
    """Return the boxes of the first sessions of a week, so many."""
    return [str(bit) for bit in range(number)]


def six_weeks(**changes):
    sent = boxes("starts_on", FIRST)
    for number, at_school in enumerate(AT_SCHOOL, start=1):
        sent |= {f"school_{number}": at_school, f"weekly_{number}": ticked(10 - at_school)}
    return sent | changes


def test_the_way_back_is_walked_on_its_pages(signed_in, plan):
    held = boxes("held_on", date(2024, 9, 9)) | {"who": "All", "words": "Said."}
    for kind, more in (
        ("progress", {"no_scores": "The test is booked."}),
        ("conversation", {"parent_words": "Good."}),
        ("meeting", {}),
    ):
        answer = signed_in.post(url("gate", plan, kind), held | more)
        assert answer["Location"] == plan.get_absolute_url()
    signed_in.post(url("begin", plan), six_weeks())
    for number in range(1, 7):
        signed_in.post(url("week-review", plan, number), {"judgement": "well", "note": ""})
    page = signed_in.get(plan.get_absolute_url()).content.decode()
    assert page.count("Going well") == 6

    signed_in.post(url("complete", plan), {"words": "Settled."})

    plan.refresh_from_db()
    assert (plan.status, plan.outcome) == (Status.CLOSED, "mainstream")
    signed_in.post(url("check", plan, 6), {"answer": "there", "words": ""})
    assert plan.stay_checks.get(weeks=6).answer == "there"


def test_eleven_sessions_in_a_week_are_refused_beside_the_week(signed_in, ready):
    page = signed_in.post(url("begin", ready), six_weeks(weekly_3=ticked(5))).content.decode()

    assert "Together that is 11 sessions" in page
    assert not Week.objects.exists()


def test_what_is_missing_stands_on_the_page_and_week_1_has_no_button(signed_in, plan):
    page = signed_in.get(plan.get_absolute_url()).content.decode()

    assert "They begin once there is evidence for: progress shown" in page
    assert url("begin", plan) not in page


def test_two_missed_sessions_propose_to_hold_the_week(signed_in, ready, caseworker):
    actions.begin(ready, starts_on=FIRST, weeks=WEEKS, by=caseworker)
    for session, code in ((0, "N"), (1, "O")):
        factories.MarkFactory(placement=ready.placement, date=FIRST, session=session, code_id=code)

    page = signed_in.get(ready.get_absolute_url()).content.decode()

    assert "Sessions missed: 2 at the provider." in page
    assert "0 of 2 sessions attended" in page


def test_the_page_of_a_plan_asks_the_same_number_of_queries_for_any_number_of_weeks(
    signed_in, ready, caseworker, django_assert_num_queries
):
    actions.begin(ready, starts_on=FIRST, weeks=WEEKS, by=caseworker)
    signed_in.get(ready.get_absolute_url())
    with django_assert_num_queries(14):
        signed_in.get(ready.get_absolute_url())
    for _ in range(3):
        actions.extend(ready, agreed=WEEKS[-1], reason="More time.", by=caseworker)
        actions.support(ready, number=2, reason="A mentor.", by=caseworker)
    with django_assert_num_queries(14):
        signed_in.get(ready.get_absolute_url())


def test_the_list_narrows_to_what_waits(signed_in, plan, calendar):
    Plan.objects.filter(pk=plan.pk).update(target=calendar[2023][0])
    other = returns.PlanFactory(placement__provider=plan.placement.provider)
    path = reverse("reintegration:list")

    assert list(signed_in.get(path).context["page"]) == [plan, other]
    assert list(signed_in.get(path, {"waits": "target"}).context["page"]) == [plan]
    assert not signed_in.get(path, {"waits": "review"}).context["page"].object_list


def test_a_family_gets_one_page_in_plain_words(signed_in, ready, caseworker):
    actions.begin(ready, starts_on=FIRST, weeks=WEEKS, by=caseworker)

    page = signed_in.get(url("family", ready)).content.decode()

    assert f"{ready.pupil.forename}: your way back to {ready.destination}" in page
    assert page.count("half days") == 12


# --- the link ---


@pytest.fixture
def version(ready, lead):
    return actions.send(ready, to="head@school.example", by=lead)


def link(version):
    return reverse("reintegration:version", args=[version.token])


def test_the_link_opens_without_an_account_and_the_look_is_written_down(client, version):
    page = client.get(link(version))

    assert str(version.plan.pupil) in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "same-origin"
    entry = ViewEntry.objects.get()
    assert (entry.user_id, entry.pupils) == (0, [version.plan.pupil_id])


def test_the_school_says_no_with_its_reason_or_signs(client, version):
    sent = {"answer": "no", "name": "Robin Example", "position": "Head of year"}
    assert "Say why" in client.post(link(version), sent).content.decode()

    client.post(link(version), sent | {"refused_because": "The class is full."})

    page = client.get(link(version)).content.decode()
    assert "Not agreed by Robin Example, Head of year" in page
    assert "<form" not in page


def test_a_link_that_is_wrong_over_or_of_an_earlier_version_is_the_same_404(client, version, lead):
    wrong = client.get(reverse("reintegration:version", args=["0" * 64]))
    actions.send(version.plan, to="head@school.example", by=lead)
    earlier = client.get(link(version))
    newest = version.plan.versions.first()
    type(newest).objects.filter(pk=newest.pk).update(expires_on=localdate())
    over = client.get(link(newest))

    assert wrong.status_code == earlier.status_code == over.status_code == 404
    assert len(wrong.content) == len(earlier.content) == len(over.content)
    assert not ViewEntry.objects.filter(user_id=0).exists()
