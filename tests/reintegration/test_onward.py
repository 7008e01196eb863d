"""The way beyond Year 11: plans, coaches, applications, checks, and the lists that follow."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import GRANTS, Permission, Role
from apsystem.lib.calendar import academic_year
from reintegration import actions
from reintegration.models import Activity, Application, CoachContact, Pathway
from reintegration.models.transition import Month, due_days, pupils_without_pathway
from tests import factories
from tests.pupils.voices.test_reading_age import NINE, Sentences, grade

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def in_year(number, today=None, **details):
    """Make a pupil who is in this year by age."""
    year = academic_year(today or localdate())
    return factories.PupilFactory(date_of_birth=date(year - number - 4, 1, 1), **details)


@pytest.fixture
def coach(person):
    return person(Role.TRANSITION_COACH, name="Kim Coach")


@pytest.fixture
def pathway(coach):
    return actions.open_pathway(Pathway(aspirations="To cook."), pupil=in_year(11), by=coach)


def test_a_plan_begins_in_year_10_with_its_three_checks(coach):
    with pytest.raises(ValidationError, match="begins in Year 10"):
        actions.open_pathway(Pathway(aspirations="Cook"), pupil=in_year(9), by=coach)

    pathway = actions.open_pathway(Pathway(aspirations="Cook"), pupil=in_year(10), by=coach)

    leaves = academic_year(localdate()) + 2
    assert (pathway.leaves_in, pathway.guarantee_due_on) == (leaves, date(leaves, 9, 30))
    checks = pathway.destination_checks.values_list("month", "due_on")
    assert dict(checks) == due_days(leaves)
    assert due_days(2027)[Month.MARCH] == date(2028, 3, 1)


def test_a_young_person_has_one_plan(pathway, coach):
    with pytest.raises(ValidationError):
        actions.open_pathway(Pathway(aspirations="Cook"), pupil=pathway.pupil, by=coach)


def test_who_is_placed_in_years_10_and_11_without_a_plan_is_listed(pathway, coach, provider):
    pupils = {year: in_year(year) for year in (9, 10, 11, 12)}
    for pupil in [*pupils.values(), pathway.pupil]:
        factories.PlacementFactory(pupil=pupil, provider=provider)
    in_year(10)

    assert set(pupils_without_pathway(coach, localdate())) == {pupils[10], pupils[11]}


def test_year_11_and_the_autumn_after_wait_for_a_coach(pathway, coach):
    rows = Pathway.objects.as_user(coach)
    year = pathway.leaves_in

    def waits(on):
        return rows.without_coach(on).exists()

    assert [waits(on) for on in (date(year - 1, 8, 31), date(year - 1, 9, 1), date(year, 12, 31),
            date(year + 1, 1, 1))] == [False, True, True, False]  # fmt: skip
    actions.change_pathway(pathway, coach=coach, coach_from=localdate(), by=coach)
    assert not waits(date(year - 1, 9, 1))


def test_the_september_guarantee_waits_until_there_is_an_offer(pathway, coach):
    rows = Pathway.objects.as_user(coach)
    summer = date(pathway.leaves_in, 6, 1)
    assert [rows.without_offer(on).exists() for on in (summer - DAY, summer)] == [False, True]

    for status, is_waiting in (("no offer", True), ("offer", False), ("not appropriate", False)):
        actions.change_pathway(pathway, guarantee=status, guarantee_on=localdate(), by=coach)
        assert rows.without_offer(summer).exists() == is_waiting


def test_the_last_check_that_was_answered_decides_who_is_neet_or_not_known(coach):
    pathway = actions.open_pathway(Pathway(aspirations="Cook"), pupil=in_year(15), by=coach)
    checks = list(pathway.destination_checks.order_by("due_on"))
    rows = Pathway.objects.as_user(coach)
    assert rows.with_check_due(localdate()).distinct().count() == 1

    seen = []
    for check, answer in zip(checks, ["neet", "not known", "there"], strict=True):
        actions.answer_destination(check, answer=answer, words="", by=coach)
        seen.append((rows.last_known("neet").count(), rows.last_known("not known").count()))

    assert seen == [(1, 0), (0, 1), (0, 0)]
    assert [check.group for check in checks] == ["NEET", "Not known", "EET"]
    assert not rows.with_check_due(localdate()).exists()


def test_a_check_before_its_day_is_refused(coach):
    pathway = actions.open_pathway(Pathway(aspirations="Cook"), pupil=in_year(10), by=coach)

    with pytest.raises(ValidationError, match="not due yet"):
        actions.answer_destination(
            pathway.destination_checks.first(), answer="there", words="", by=coach
        )


def test_one_offer_is_taken_up(pathway, coach):
    def application(**details):
        row = Application(place="Elm", kind="college", applied_on=date(2025, 1, 6), **details)
        return actions.apply(pathway, row, by=coach)

    offer = {"result": "offer", "result_on": date(2025, 3, 3), "is_taken": True}
    application(**offer)
    application()
    for wrong, words in (
        (offer, "Another offer is taken up"),
        ({"is_taken": True}, "Only an offer"),
        ({"result": "offer", "result_on": date(2025, 1, 5)}, "not before the application"),
        ({"interview_on": date(2025, 1, 5)}, "interview is not before"),
    ):
        with pytest.raises(ValidationError, match=words):
            application(**wrong)


def test_an_activity_is_planned_and_then_attended(pathway, coach):
    row = Activity(kind="careers", words="First hour", planned_on=localdate() + DAY)
    actions.plan_activity(pathway, row, by=coach)
    with pytest.raises(ValidationError, match="has not come yet"):
        actions.record_activity(row, attended=True, outcome="", by=coach)

    row.planned_on = localdate()
    assert actions.record_activity(row, attended=False, outcome="Ill", by=coach).attended is False


def test_a_family_is_referred_to_counselling_by_name_and_its_attendance_is_kept(
    client, pathway, coach
):
    client.force_login(coach)
    add = reverse("reintegration:activity-add", args=[pathway.uid])
    sent = {"kind": "counselling", "words": "Talks with Mum and Sam at home",
            **day("planned_on", localdate())}  # fmt: skip

    page = client.post(add, sent)
    assert page.context["form"].errors == {
        "referred_to": ["Say to which service the family is referred for counselling."]
    }
    assert 'value="Talks with Mum and Sam at home"' in page.content.decode()
    client.post(add, sent | {"referred_to": "Harbour Family Service, Ms Example"})
    row = Activity.objects.get()
    came = {"attended": "yes", "outcome": "Five more hours"}
    client.post(reverse("reintegration:activity-record", args=[pathway.uid, row.pk]), came)

    told = client.get(reverse("reintegration:pathway", args=[pathway.pupil.uid])).content.decode()
    assert "to Harbour Family Service, Ms Example<br>Came. Five more hours" in told
    assert row.arranged_on == localdate()


def test_only_families_are_referred(client, pathway, coach):
    client.force_login(coach)
    sent = {"kind": "work experience", "words": "Two days in a kitchen",
            "referred_to": "Elm Hotel", **day("planned_on", localdate())}  # fmt: skip

    page = client.post(reverse("reintegration:activity-add", args=[pathway.uid]), sent)

    assert page.context["form"].errors == {
        "referred_to": ["Only family counselling is referred to a service: leave this empty."]
    }
    session = client.get(reverse("reintegration:programme-session")).context["form"]
    assert "referred_to" not in session.fields


def test_a_referral_of_before_says_that_its_service_was_not_recorded(client, pathway, coach):
    factories.ActivityFactory(pathway=pathway, kind="counselling")
    client.force_login(coach)

    told = client.get(reverse("reintegration:pathway", args=[pathway.pupil.uid])).content.decode()

    assert "to a service that was not recorded" in told


def test_days_to_come_are_no_contacts_and_no_enrolments(pathway, coach):
    later = localdate() + DAY
    contact = CoachContact(on=later, way="call", was_reached=True, words="x")
    with pytest.raises(ValidationError, match="has come"):
        actions.log_contact(pathway, contact, by=coach)
    with pytest.raises(ValidationError, match="has come"):
        actions.change_pathway(
            pathway, enrolled_at="Elm", enrolled_as="college", enrolled_on=later, by=coach
        )


def test_a_contact_stands_as_it_was_written(pathway, coach):
    contact = CoachContact(on=localdate(), way="call", was_reached=False, words="No answer")
    actions.log_contact(pathway, contact, by=coach)

    with pytest.raises(DatabaseError), transaction.atomic():
        CoachContact.objects.update(words="Reached")


@pytest.mark.parametrize(
    "role", [role for role in Role if Permission.POST16_WORK not in GRANTS[role]]
)
def test_who_may_not_work_on_it_changes_nothing(pathway, person, role):
    by = person(role)
    with pytest.raises(PermissionDenied):
        actions.change_pathway(pathway, needs="x", by=by)
    with pytest.raises(PermissionDenied):
        actions.open_pathway(Pathway(), pupil=pathway.pupil, by=by)


def test_a_provider_without_the_pupil_reaches_no_plan(pathway, person):
    with pytest.raises(Pathway.DoesNotExist):
        actions.change_pathway(pathway, needs="x", by=person(Role.PROVIDER_LEAD))


def day(name, on):
    return {f"{name}_0": on.day, f"{name}_1": on.month, f"{name}_2": on.year}


def test_the_way_of_a_young_person_through_the_pages(client, coach):
    client.force_login(coach)
    pupil, today = in_year(15), localdate()
    page = reverse("reintegration:pathway", args=[pupil.uid])
    assert "No pathway plan that you may see" in client.get(page).content.decode()
    change = reverse("reintegration:pathway-change", args=[pupil.uid])
    client.post(change, {"aspirations": "To cook.", "intended": "college"})
    pathway = Pathway.objects.get()
    seen = client.get(change).context["form"]["seen"].value()
    client.post(change, {"aspirations": "To bake.", "intended": "apprenticeship", "seen": seen})
    late = client.post(change, {"aspirations": "To row.", "intended": "college", "seen": seen})
    [told] = late.context["form"].errors["aspirations"]
    assert told.endswith("somebody else saved “To bake.”. Yours is in the box")

    def send(name, sent, *more):
        url = reverse(f"reintegration:{name}", args=[pathway.uid, *more])
        assert client.post(url, sent)["Location"] == page

    send("coach", {"coach": coach.pk, **day("coach_from", today)})
    send("coach-contact", {"way": "call", "words": "Glad about it.", **day("on", today)})
    send("activity-add", {"kind": "skills", "words": "Travel", **day("planned_on", today)})
    send("activity-record", {"attended": "no", "outcome": "Ill"}, Activity.objects.get().pk)
    form = {"place": "Elm College", "kind": "college", **day("applied_on", date(2025, 1, 6))}
    send("application-add", form)
    answer = {**form, "result": "offer", "is_taken": "on", **day("result_on", date(2025, 3, 3))}
    send("application-change", answer, Application.objects.get().pk)
    send("guarantee", {"guarantee": "offer", **day("guarantee_on", today)})
    grades = reverse("reintegration:grades", args=[pathway.uid])
    for maths in ("", "0"):
        seen = client.get(grades).context["form"].now
        send("grades", {"english": "4", "maths": maths, "seen": seen})
    began = {"enrolled_as": "college", "enrolled_at": "Elm College", **day("enrolled_on", today)}
    send("enrolled", began)
    send("destination-check", {"answer": "neet", "words": "Left after a week."}, "october")

    text = client.get(page).content.decode()
    for words in ("To bake.", "Kim Coach, from", "Glad about it.", "Did not come. Ill",
                  "Taken up", "Has an offer", "English: Grade 4", "Maths: U (ungraded)", "Elm College, college", "(NEET)"):  # fmt: skip
        assert words in text
    listed = client.get(reverse("reintegration:pathways"), {"waits": "neet"})
    assert list(listed.context["page"]) == [pathway]
    chronology = client.get(reverse("reporting:pupil-chronology", args=[pupil.uid]))
    assert "Offer after Year 11: Elm College" in chronology.content.decode()


def test_what_is_wrong_is_said_beside_its_box(client, coach, pathway):
    client.force_login(coach)
    url = reverse("reintegration:guarantee", args=[pathway.uid])

    page = client.post(url, {"guarantee": "offer", **day("guarantee_on", localdate() + DAY)})

    assert "Enter a day that has come" in page.content.decode()


def test_the_options_are_open_to_everybody(client):
    page = client.get(reverse("reintegration:options"))

    assert page.status_code == 200
    assert page.content.decode().count("How to get in:") == 6
    assert grade(Sentences(page.content.decode()).text) <= NINE
