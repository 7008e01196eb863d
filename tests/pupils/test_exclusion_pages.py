"""The pages of suspensions, exclusions, headcounts and files, filled in rightly and wrongly."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import Role
from pupils.models import ExclusionReason, Headcount, PermanentExclusion, Suspension
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

MONDAY = date(2024, 9, 16)
DAY = timedelta(days=1)


def boxes(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


@pytest.fixture
def pupil(school):
    child = factories.PupilFactory()
    factories.EnrolmentFactory(pupil=child, organisation=school)
    return child


@pytest.fixture
def signed_in(client, school_staff):
    client.force_login(school_staff)
    return client


@pytest.fixture
def sent(school):
    return {"school": school.pk, "kind": "SUSP", "sessions": 12, "reason_1": "PA",
            "reason_2": "DB", "given_by": "Head Teacher", **boxes("starts_on", MONDAY)}  # fmt: skip


def test_a_suspension_is_recorded_followed_up_and_cancelled(signed_in, pupil, sent):
    factories.CareStatusFactory(pupil=pupil)
    path = reverse("pupils:suspend", args=[pupil.uid])
    uid = signed_in.get(path).context["form"].initial["uid"]
    wrong = signed_in.post(path, sent | {"sessions": "2.5", "uid": uid})
    assert "whole number of half days" in wrong.content.decode()
    assert 'value="Head Teacher"' in wrong.content.decode()
    assert (
        "first day, with day"
        in (signed_in.post(path, sent | {"starts_on_0": ""}).content.decode())
        or "starts_on" in signed_in.post(path, sent | {"starts_on_0": ""}).context["form"].errors
    )

    answers = [signed_in.post(path, sent | {"uid": uid}) for _ in range(2)]

    row = Suspension.objects.get()
    assert {answer["Location"] for answer in answers} == {row.get_absolute_url()}
    page = signed_in.get(row.get_absolute_url()).content.decode()
    for words in ("Suspension, 6 school days", "24 September 2024", "PA: Physical assault against",
                  "Tell the parents, the council, the social worker", "Education from day 6"):  # fmt: skip
        assert words in page
    follow = reverse("pupils:suspension-follow", args=[row.uid])
    told = {"seen": 1, "provision": "Cedar Centre", "board_result": "",
            **boxes("parents_told_on", MONDAY), **boxes("provision_from", MONDAY + 7 * DAY)}  # fmt: skip
    half = signed_in.post(follow, told | {"board_result": "upheld"})
    assert "board_result" in half.context["form"].errors
    signed_in.post(follow, told)
    assert "23 September 2024, Cedar Centre" in (
        signed_in.get(row.get_absolute_url()).content.decode()
    )
    assert "Somebody else changed" in signed_in.post(follow, told).content.decode()
    listed = reverse("pupils:pupil-suspensions", args=[pupil.uid])
    assert signed_in.get(listed).status_code == 200
    cancel = reverse("pupils:suspension-cancel", args=[row.uid])
    signed_in.post(cancel, {"because": "A mistake", **boxes("cancelled_on", MONDAY + DAY)})
    assert Suspension.objects.get().sessions_served == 2
    page = signed_in.get(row.get_absolute_url()).content.decode()
    assert "A mistake" in page
    assert "Record what followed" not in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sessions": 91}, "sessions"),
        ({"sessions": 90, **boxes("starts_on", date(2024, 12, 16))}, "sessions"),
        (boxes("starts_on", date(2019, 9, 16)) | boxes("back_on", MONDAY), "starts_on"),
        (boxes("back_on", MONDAY), "back_on"),
        ({"reason_2": "PA"}, "reason_2"),
        ({"reason_2": "", "reason_3": "DB"}, "reason_2"),
        ({"school": ""}, "school"),
        ({"given_by": ""}, "given_by"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(signed_in, pupil, sent, change, field):
    page = signed_in.post(reverse("pupils:suspend", args=[pupil.uid]), sent | change)

    assert field in page.context["form"].errors
    assert not Suspension.objects.exists()


def test_a_school_reads_but_does_not_change_what_another_gave(signed_in, pupil, other_school):
    row = factories.SuspensionFactory(pupil=pupil, school=other_school)

    page = signed_in.get(row.get_absolute_url())

    assert page.status_code == 200
    assert "Put it right" not in page.content.decode()
    for name in ("change", "follow", "cancel"):
        assert (
            signed_in.get(reverse(f"pupils:suspension-{name}", args=[row.uid])).status_code == 404
        )


def test_a_permanent_exclusion_is_recorded_followed_up_and_withdrawn(signed_in, pupil, sent):
    path = reverse("pupils:exclude", args=[pupil.uid])
    days = {**boxes("decided_on", MONDAY), **boxes("effective_on", MONDAY + DAY)}
    early = signed_in.post(path, sent | days | boxes("effective_on", MONDAY - DAY))
    assert "effective_on" in early.context["form"].errors

    signed_in.post(path, sent | days)

    row = PermanentExclusion.objects.get()
    page = signed_in.get(row.get_absolute_url()).content.decode()
    assert "Education from day 6, arranged by the council" in page
    change = reverse("pupils:exclusion-change", args=[row.uid])
    signed_in.post(change, sent | days | {"seen": 1, "given_by": "Acting head"})
    assert "Acting head" in signed_in.get(row.get_absolute_url()).content.decode()
    follow = reverse("pupils:exclusion-follow", args=[row.uid])
    half = signed_in.post(follow, {"seen": 2, "result": "DNO"})
    assert "board_met_on" in half.context["form"].errors
    withdraw = reverse("pupils:exclusion-withdraw", args=[row.uid])
    signed_in.post(withdraw, {"because": "Not lawful", **boxes("rescinded_on", MONDAY + DAY)})
    page = signed_in.get(row.get_absolute_url()).content.decode()
    assert "Not lawful" in page
    assert "Withdraw the exclusion" not in page
    met = {"seen": 3, "result": "DNO", **boxes("board_met_on", MONDAY + 9 * DAY)}
    assert signed_in.post(follow, met).context["form"].errors


def test_lists_are_narrowed_by_what_is_still_to_be_done(client, caseworker, pupil, school):
    factories.SuspensionFactory(pupil=pupil, school=school, board_by=localdate())
    factories.SuspensionFactory(pupil=pupil, school=school, starts_on=date(2025, 9, 8),
                                back_on=date(2025, 9, 9), is_imported=True)  # fmt: skip
    client.force_login(caseworker)

    def found(**asked):
        return client.get(reverse("pupils:suspensions"), asked).context["page"].paginator.count

    assert (found(), found(waits="tell"), found(waits="board"), found(waits="?")) == (2, 1, 1, 2)
    assert (found(year="2024"), found(year="9999"), found(school=school.pk)) == (1, 2, 2)
    assert (found(school="0"), found(state="cancelled"), found(state="standing")) == (0, 0, 2)
    excluded = reverse("pupils:exclusions")
    assert (
        client.get(excluded, {"waits": "tell", "year": "2024", "school": "0"}).status_code == 200
    )


def test_a_headcount_of_nothing_is_refused_and_one_is_entered_and_changed(
    client, manager, provider
):
    provider.is_registered_school = True
    provider.save()
    client.force_login(manager)
    path = reverse("pupils:headcount-add")
    year = client.get(path).context["form"].initial["year"]
    sent = {"school": provider.pk, "year": year, "census": "spring", "pupils": 0}
    wrong = client.post(path, sent)
    assert "no rate can be worked out" in wrong.content.decode()

    client.post(path, sent | {"pupils": 60})
    again = client.post(path, sent | {"pupils": 61})

    assert "entered already" in again.content.decode()
    row = Headcount.objects.get()
    change = reverse("pupils:headcount-change", args=[row.pk])
    client.post(change, sent | {"pupils": 62})
    assert Headcount.objects.get().pupils == 62
    assert client.get(reverse("pupils:headcounts")).status_code == 200


def test_a_file_is_checked_and_then_taken_in_on_the_page(client, manager, school):
    school.urn = "100001"
    school.save()
    client.force_login(manager)
    path = reverse("pupils:suspensions-file")

    def send(text, do):
        file = SimpleUploadedFile("counts.csv", text.encode(), "text/csv")
        return client.post(path, {"file": file, "do": do}).content.decode()

    good = "urn,academic_year,census,pupils\n100001,2024/25,spring,812"
    assert "Nothing was saved. It would be: 1 added" in send(good, "check")
    assert not Headcount.objects.exists()
    wrong = send(good.replace("812", "0"), "save")
    assert "Row 2: pupils is" in wrong
    assert "812" not in wrong
    assert "The file is taken in: 1 added" in send(good, "save")
    assert "Choose a file" in client.post(path, {"do": "check"}).content.decode()


def test_the_days_of_a_reason_are_set_with_their_source(client, manager):
    client.force_login(manager)
    path = reverse("pupils:reason-change", args=["VR"])
    days = boxes("in_force_from", date(2026, 9, 1))
    wrong = client.post(path, days | boxes("in_force_to", date(2026, 9, 1)) | {"source": "x"})
    assert "in_force_to" in wrong.context["form"].errors

    client.post(path, days | {"source": "Census guide 2026/27"})

    assert ExclusionReason.objects.get(pk="VR").in_force_from == date(2026, 9, 1)
    assert "1 September 2026" in client.get(reverse("pupils:reasons")).content.decode()


def test_the_chronology_tells_of_them(client, person, pupil, school):
    client.force_login(person(Role.SCHOOL_LEAD))
    factories.SuspensionFactory(pupil=pupil, school=school, board_met_on=date(2024, 11, 20),
                                board_result="upheld")  # fmt: skip
    factories.SuspensionFactory(pupil=pupil, school=school, kind="LNCH", cancelled_on=MONDAY,
                                cancelled_because="Not fair", sessions_served=0)  # fmt: skip
    factories.PermanentExclusionFactory(pupil=pupil, school=school, result="DNO",
                                        board_met_on=date(2024, 11, 22))  # fmt: skip

    page = client.get(reverse("reporting:pupil", args=[pupil.uid])).content.decode()

    for words in ("Suspended for 2 school days: Ash School", "Suspended for 4 lunchtimes",
                  "Suspension cancelled: Ash School", "Not fair", "Did not reinstate the pupil",
                  "Permanently excluded: Ash School", "parents may still ask for a review"):  # fmt: skip
        assert words in page, words
