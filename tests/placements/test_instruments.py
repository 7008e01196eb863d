"""Instruments of assessment: the council sets scales, directions and bands."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.permissions import GRANTS, Permission, Role
from placements import actions
from placements.models import Band, Instrument, Scale
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, manager):
    client.force_login(manager)
    return client


def test_the_council_adds_an_instrument_its_scale_and_its_bands(signed_in, caseworker):
    page = signed_in.post(
        reverse("placements:instrument-add"),
        {"name": "Curriculum access", "informants": ["teacher"], "is_in_use": "on"},
        follow=True,
    )
    row = Instrument.objects.get(name="Curriculum access")
    assert "Saved." in page.content.decode()
    assert row not in Instrument.objects.in_use()

    signed_in.post(
        reverse("placements:scale-add", args=[row.pk]),
        {"name": "Lessons", "place": "1", "minimum": "0", "maximum": "25", "direction": "higher"},
    )
    scale = row.scales.get()
    assert (scale.range_words, row in Instrument.objects.in_use()) == ("0 to 25", True)

    path = reverse("placements:bands", args=[scale.pk, "teacher"])
    sent = {"name_1": "Few", "lowest_1": "0", "name_2": "Most", "lowest_2": "20",
            "source": "Council scale of 2026"}  # fmt: skip
    signed_in.post(path, sent)
    assert scale.band_of("teacher", Decimal("19.5")) == "Few"
    assert scale.band_of("teacher", Decimal(20)) == "Most"
    assert scale.band_of("parent", Decimal(20)) == ""

    assert 'value="Most"' in signed_in.get(path).content.decode()
    signed_in.post(path, {"name_1": "Some", "lowest_1": "5", "source": "Council scale of 2027"})
    assert [str(band) for band in scale.bands.all()] == ["Some from 5"]
    assert Scale.objects.get(pk=scale.pk).band_of("teacher", Decimal(4)) == ""

    signed_in.force_login(caseworker)
    text = signed_in.get(reverse("placements:instruments")).content.decode()
    assert "Some from 5" in text
    assert "/change/" not in text


def test_a_band_needs_both_halves_and_begins_once(signed_in):
    scale = factories.ScaleFactory()
    path = reverse("placements:bands", args=[scale.pk, "teacher"])

    page = signed_in.post(path, {"name_1": "Few", "lowest_2": "4", "source": "x"})
    assert page.context["form"].errors == {
        "lowest_1": ["Enter where band 1 begins"],
        "name_2": ["Enter what band 2 is called"],
    }
    twice = {"name_1": "Few", "lowest_1": "0", "name_2": "Most", "lowest_2": "0", "source": "x"}
    page = signed_in.post(path, twice)
    assert "begin at the same score" in page.content.decode()
    assert not scale.bands.exists()


def test_drafts_count_once_their_source_is_named(signed_in):
    sdq = Instrument.objects.get(name__startswith="SDQ")
    path = reverse("placements:bands-confirm", args=[sdq.pk, "pupil"])
    assert "Draft, not used" in signed_in.get(reverse("placements:instruments")).content.decode()

    assert signed_in.post(path, {"source": ""}).context["form"].errors["source"]
    signed_in.post(path, {"source": "Scoring sheet of 2026"})

    of_pupils = Band.objects.filter(scale__instrument=sdq, informant="pupil")
    assert set(of_pupils.values_list("source", flat=True)) == {"Scoring sheet of 2026"}
    teacher = Band.objects.filter(scale__instrument=sdq, informant="teacher")
    assert set(teacher.values_list("source", flat=True)) == {"Teacher, ages 4 to 17: PMC4830858"}


def test_what_recorded_scores_mean_is_filled_in_and_never_changed(manager):
    score = factories.ScoreFactory(scale__direction="", scale__minimum=None)
    scale = score.scale
    scale.direction, scale.minimum, scale.name = "lower", Decimal(0), "Another name"
    actions.save_scale(scale, by=manager)

    for name, value in (("direction", "higher"), ("maximum", Decimal(20)), ("is_total", True)):
        changed = Scale.objects.get(pk=scale.pk)
        setattr(changed, name, value)
        with pytest.raises(ValidationError, match="cannot mean something else"):
            actions.save_scale(changed, by=manager)


def test_an_informant_whose_scores_are_recorded_stays(signed_in):
    row = factories.AssessmentFactory().instrument
    path = reverse("placements:instrument-change", args=[row.pk])

    page = signed_in.post(path, {"name": row.name, "informants": ["parent"]})
    assert "Scores are recorded of: teacher" in str(page.context["form"].errors["informants"])
    signed_in.post(path, {"name": row.name, "informants": ["teacher"]})

    row.refresh_from_db()
    assert (row.informants, row.is_in_use) == (["teacher"], False)


def test_a_scale_is_changed_on_its_page(signed_in):
    scale = factories.ScaleFactory()
    path = reverse("placements:scale-change", args=[scale.pk])
    sent = {"name": "Lessons", "place": "2", "minimum": "5", "maximum": "5", "direction": "lower"}

    page = signed_in.post(path, sent)
    assert "must be above the lowest" in str(page.context["form"].errors["maximum"])
    signed_in.post(path, {**sent, "maximum": ""})

    scale.refresh_from_db()
    assert (scale.direction, scale.range_words) == ("lower", "5 or more")
    scale.minimum, scale.maximum = None, Decimal(9)
    assert scale.range_words == "up to 9"


@pytest.mark.parametrize(
    "role", [r for r in Role if Permission.INSTRUMENT_CHANGE not in GRANTS[r]]
)
def test_only_a_manager_sets_instruments(person, role):
    scale, by = factories.ScaleFactory(), person(role)
    for act in (
        lambda: actions.save_instrument(scale.instrument, by=by),
        lambda: actions.save_scale(scale, by=by),
        lambda: actions.set_bands(scale, "teacher", bands=[], source="x", by=by),
        lambda: actions.confirm_bands(scale.instrument, "teacher", source="x", by=by),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_an_informant_who_does_not_answer_has_no_bands(signed_in, manager):
    scale = factories.ScaleFactory()

    assert signed_in.get(reverse("placements:bands", args=[scale.pk, "pupil"])).status_code == 404
    with pytest.raises(ValidationError, match="does not answer"):
        actions.set_bands(scale, "pupil", bands=[], source="x", by=manager)
