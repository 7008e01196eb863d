"""Assessments: scores, their change, who reads them, and what is amended."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import ViewEntry
from accounts.permissions import GRANTS, Permission, Role
from placements import actions
from placements.models import Assessment, AssessmentAmendment, Instrument, Score, series_of
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2024, 9, 16)
LATER = date(2024, 12, 2)


def boxes(day, name="held_on"):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


@pytest.fixture
def pupil(school):
    return factories.EnrolmentFactory(organisation=school).pupil


@pytest.fixture
def sdq():
    return Instrument.objects.get(name__startswith="SDQ")


def scores_of(instrument, *values):
    scales = [scale for scale in instrument.scales.all() if not scale.is_total]
    return {scale.pk: Decimal(value) for scale, value in zip(scales, values, strict=False)}


def record(pupil, instrument, by, *values, informant="teacher", on=DAY):
    return actions.record(
        pupil,
        instrument=instrument,
        informant=informant,
        held_on=on,
        scores=scores_of(instrument, *values),
        by=by,
    )


def series(pupil):
    return series_of(Assessment.objects.of_pupil(pupil))


def test_the_total_is_added_up_and_the_bands_are_the_informants(pupil, sdq, caseworker):
    record(pupil, sdq, caseworker, 6, 3, 8, 1, 5)
    (one,) = series(pupil)

    told = {line.scale.name: (line.cells[0].words, line.cells[0].band) for line in one.lines}

    assert told == {  # reference 7, teacher
        "Emotional problems": ("6", "Very high"),
        "Conduct problems": ("3", "Slightly raised"),
        "Hyperactivity": ("8", "High"),
        "Peer problems": ("1", "Close to average"),
        "Total difficulties": ("18", "High"),
        "Prosocial behaviour": ("5", "Slightly lowered"),
    }
    assert not one.is_pair


def test_bands_without_a_source_are_used_nowhere(pupil, sdq, caseworker, manager):
    record(pupil, sdq, caseworker, 6, 3, 8, 1, 5, informant="parent")
    assert {line.cells[0].band for line in series(pupil)[0].lines} == {""}

    count = actions.confirm_bands(sdq, "parent", source="Scoring sheet of 2026", by=manager)

    assert count == 24
    assert series(pupil)[0].lines[0].cells[0].band == "High"


def test_a_total_with_a_part_missing_is_none(pupil, sdq, caseworker):
    record(pupil, sdq, caseworker, 6, 3)

    total = next(line for line in series(pupil)[0].lines if line.scale.is_total)

    assert total.cells[0].words == "not scored"
    assert total.change == "nothing to compare"


def test_only_the_same_instrument_and_informant_are_compared(pupil, sdq, caseworker):
    leuven = Instrument.objects.get(name="Leuven scales")
    record(pupil, sdq, caseworker, 6, 3, 8, 1, 5)
    record(pupil, sdq, caseworker, 4, 3, 9, 1, 7, on=LATER)
    record(pupil, sdq, caseworker, 9, informant="parent", on=LATER)
    record(pupil, leuven, caseworker, 2, 3, informant="observer", on=LATER)

    found = {(one.instrument.name[:3], one.informant): one for one in series(pupil)}

    assert {key: len(one.assessments) for key, one in found.items()} == {
        ("Leu", "Member of staff who observed"): 1,
        ("SDQ", "Parent or carer"): 1,
        ("SDQ", "Teacher"): 2,
    }
    changes = {line.scale.name: line.change for line in found["SDQ", "Teacher"].lines}
    assert changes == {
        "Emotional problems": "2 lower: better",
        "Conduct problems": "no change",
        "Hyperactivity": "1 higher: worse",
        "Peer problems": "no change",
        "Total difficulties": "1 lower: better",
        "Prosocial behaviour": "2 higher: better",
    }


def test_a_scale_without_a_direction_is_not_judged(pupil, caseworker):
    boxall = Instrument.objects.get(name="Boxall Profile")
    record(pupil, boxall, caseworker, 60, 40)
    record(pupil, boxall, caseworker, "72.5", 40, on=LATER)

    (one,) = series(pupil)

    assert [line.change for line in one.lines] == ["12.5 higher", "no change"]
    assert [cell.x for cell in one.lines[0].cells] == [12.0, 308.0]


def test_the_child_page_draws_the_change_and_says_it_in_words(client, pupil, sdq, caseworker):
    record(pupil, sdq, caseworker, 6, 3, 8, 1, 5)
    record(pupil, sdq, caseworker, 4, 3, 9, 1, 7, on=LATER)
    client.force_login(caseworker)

    page = client.get(reverse("placements:assessments", args=[pupil.uid])).content.decode()

    assert page.count("<svg") == 1
    assert 'role="img"' in page
    assert "Emotional problems: 2 lower: better" in page
    assert "16 Sept. 2024" in page or "16 Sep 2024" in page
    assert ViewEntry.objects.filter(page="placements:assessments", pupils=[pupil.pk]).exists()
    child = client.get(reverse("reporting:pupil", args=[pupil.uid])).content.decode()
    assert reverse("placements:assessments", args=[pupil.uid]) in child
    assert child.count("Assessment: ") == 2


@pytest.mark.parametrize(
    "role", [r for r in Role if Permission.ASSESSMENT_RECORD not in GRANTS[r]]
)
def test_nobody_else_records(person, pupil, sdq, caseworker, role):
    row = record(pupil, sdq, caseworker, 6)
    by = person(role)

    for act in (
        lambda: record(pupil, sdq, by, 5, on=LATER),
        lambda: actions.amend(
            row, informant="teacher", held_on=DAY, scores={}, reason="x", seen=1, by=by
        ),
        lambda: actions.take_back(row, reason="x", by=by),
    ):
        with pytest.raises(PermissionDenied):
            act()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"on": localdate() + timedelta(days=1)}, "in the future"),
        ({"on": date(2011, 1, 1)}, "before the pupil was born"),
        ({"informant": "observer"}, "from the list"),
        ({"informant": "nobody"}, "from the list"),
    ],
)
def test_what_cannot_be_is_refused(pupil, sdq, caseworker, change, words):
    with pytest.raises(ValidationError) as refused:
        record(pupil, sdq, caseworker, 6, **change)

    field = "held_on" if "on" in change else "informant"
    assert words in refused.value.message_dict[field][0]


def test_scores_out_of_the_range_of_another_instrument_and_none_are_refused(
    pupil, sdq, caseworker
):
    other = factories.ScaleFactory()
    emotional, total = sdq.scales.get(place=1), sdq.scales.get(is_total=True)
    for scores in ({emotional.pk: 11}, {emotional.pk: -1}, {total.pk: 3}, {other.pk: 3}, {}):
        with pytest.raises(ValidationError, match="Enter a score"):
            actions.record(pupil, instrument=sdq, informant="teacher", held_on=DAY,
                           scores=scores, by=caseworker)  # fmt: skip


def test_an_instrument_out_of_use_takes_no_scores(client, pupil, caseworker):
    past = Instrument.objects.get(name__startswith="PASS")
    client.force_login(caseworker)

    with pytest.raises(ValidationError, match="not in use"):
        record(pupil, past, caseworker, informant="pupil")
    assert client.get(reverse("placements:assess", args=[pupil.uid, past.pk])).status_code == 404


def test_the_same_scores_sent_twice_are_one_assessment(pupil, sdq, caseworker):
    first = record(pupil, sdq, caseworker, 6, 3)

    assert record(pupil, sdq, caseworker, 6, 3) == first
    with pytest.raises(ValidationError, match="recorded already"):
        record(pupil, sdq, caseworker, 6, 4)


def test_the_placement_of_the_day_is_noted(school, sdq, caseworker):
    placement = factories.PlacementFactory(starts_on=DAY)

    during = record(placement.pupil, sdq, caseworker, 6)
    before = record(placement.pupil, sdq, caseworker, 6, on=DAY - timedelta(days=1))

    assert (during.placement, before.placement) == (placement, None)


def test_scores_are_entered_on_one_page(client, pupil, sdq, school_staff):
    client.force_login(school_staff)
    path = reverse("placements:assess", args=[pupil.uid, sdq.pk])
    sent = {f"scale_{pk}": str(value) for pk, value in scores_of(sdq, 6, 3, 8, 1, 5).items()}

    page = client.post(path, {**boxes(DAY), "informant": "teacher", **sent}, follow=True)

    assert "The scores are saved" in page.content.decode()
    row = Assessment.objects.get()
    assert (row.recorded_by, row.recorded_for.name) == (school_staff, "Ash School")
    assert row.scores_words.startswith("Emotional problems 6; Conduct problems 3")


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    client, pupil, sdq, caseworker
):
    client.force_login(caseworker)
    path = reverse("placements:assess", args=[pupil.uid, sdq.pk])
    first, second, third = list(scores_of(sdq, 1, 1, 1))

    page = client.post(
        path,
        {"informant": "teacher", **boxes(DAY), f"scale_{first}": "11", f"scale_{second}": "two",
         f"scale_{third}": "4.55"},
    )  # fmt: skip

    errors = page.context["form"].errors
    assert errors[f"scale_{first}"] == ["Enter a score from 0 to 10"]
    assert errors[f"scale_{second}"] == ["Enter a score from 0 to 10"]
    assert errors[f"scale_{third}"] == ["Enter one figure behind the point at most"]
    assert 'value="two"' in page.content.decode()
    empty = client.post(path, {"informant": "teacher", **boxes(DAY)})
    assert "Enter a score at least." in str(empty.context["form"].errors)


def test_an_amendment_keeps_what_stood_there_with_its_reason(client, pupil, sdq, caseworker):
    row = record(pupil, sdq, caseworker, 6, 3)
    first, second = list(scores_of(sdq, 1, 1))
    client.force_login(caseworker)
    path = reverse("placements:scores-amend", args=[row.uid])
    assert 'value="6"' in client.get(path).content.decode()
    sent = {"informant": "teacher", **boxes(DAY), f"scale_{first}": "5", "seen": "1"}

    refused = client.post(path, sent)
    assert refused.context["form"].errors["reason"]
    page = client.post(path, {**sent, "reason": "Read from the wrong sheet."}, follow=True)

    text = page.content.decode()
    assert "Before: Teacher, 16 September 2024: Emotional problems 6; Conduct problems 3" in text
    assert "Read from the wrong sheet." in text
    assert dict(row.scores.values_list("scale", "value")) == {first: 5}
    assert second not in dict(row.scores.values_list("scale", "value"))
    stale = client.post(path, {**sent, f"scale_{first}": "9", "reason": "Mine."})
    assert "Somebody else amended" in stale.content.decode()
    assert 'value="9"' in stale.content.decode()


def test_an_amendment_that_changes_nothing_is_refused(pupil, sdq, caseworker):
    row = record(pupil, sdq, caseworker, 6)

    with pytest.raises(ValidationError, match="Nothing is changed"):
        actions.amend(row, informant="teacher", held_on=DAY, scores=scores_of(sdq, 6),
                      reason="x", seen=1, by=caseworker)  # fmt: skip


def test_an_amendment_is_kept_for_good():
    note = factories.AssessmentAmendmentFactory()
    note.reason = "Another."

    with pytest.raises(DatabaseError, match="append_only"):
        note.save()


def test_scores_that_are_taken_back_leave_the_page_and_stay_in_the_record(
    client, pupil, sdq, caseworker
):
    row = record(pupil, sdq, caseworker, 6)
    client.force_login(caseworker)
    path = reverse("placements:scores-take-back", args=[row.uid])

    client.post(path, {"reason": "Another pupil's sheet."})

    page = client.get(reverse("placements:assessments", args=[pupil.uid])).content.decode()
    assert "No assessment that you may see is recorded" in page
    assert client.get(path).status_code == 404
    assert Score.objects.filter(assessment=row).count() == 1
    assert AssessmentAmendment.objects.get().before.endswith("Emotional problems 6")
    assert record(pupil, sdq, caseworker, 6) != row


def test_what_parents_answered_is_read_by_the_council_and_whoever_asked_them(
    person, pupil, sdq, caseworker
):
    staff, tutor = person(Role.SCHOOL_STAFF), person(Role.PROVIDER_STAFF)
    provider = tutor.acting[0].organisation
    factories.EnrolmentFactory(
        pupil=pupil, organisation=provider, status="O", starts_on=date(2024, 9, 1)
    )
    record(pupil, sdq, staff, 9, informant="parent")
    record(pupil, sdq, staff, 6)

    def seen(by):
        return sorted(Assessment.objects.as_user(by).values_list("informant", flat=True))

    assert seen(staff) == seen(caseworker) == ["parent", "teacher"]
    assert seen(tutor) == ["teacher"]
    assert not Assessment.objects.as_user(tutor).amendable_by(tutor).exists()
    assert Assessment.objects.as_user(staff).amendable_by(staff).count() == 2
    record(pupil, sdq, tutor, 8, informant="parent")
    assert seen(tutor) == ["parent", "teacher"]
    assert seen(staff) == ["parent", "teacher"]
    assert seen(caseworker) == ["parent", "parent", "teacher"]


def test_a_provider_does_not_read_what_is_dated_after_the_placement(
    person, provider, sdq, caseworker
):
    today = localdate()
    left = today - timedelta(days=10)
    enrolment = factories.EnrolmentFactory(
        organisation=provider, status="O", starts_on=today - timedelta(days=90), ends_on=left
    )
    tutor = person(Role.PROVIDER_STAFF)
    during = record(enrolment.pupil, sdq, caseworker, 6, on=left - timedelta(days=1))
    record(enrolment.pupil, sdq, caseworker, 6, on=left)

    assert list(Assessment.objects.as_user(tutor)) == [during]


@pytest.mark.parametrize("role", [Role.ATTENDANCE_OFFICER, Role.LEADERSHIP, Role.ADMINISTRATOR])
def test_who_needs_no_scores_sees_none(client, person, pupil, sdq, role):
    client.force_login(person(role))

    assert client.get(reverse("placements:assessments", args=[pupil.uid])).status_code == 403
