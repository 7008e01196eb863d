"""The two collections of alternative provision: rows, what is missing, and codes."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import ViewEntry
from accounts.permissions import GRANTS, Permission, Role
from placements import actions
from placements.models import CensusAnswer, CensusCode, census_day
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = localdate()
DAY = timedelta(days=1)
PERIOD = f"?start={TODAY - 30 * DAY}&until={TODAY}"


def read(answer):
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def code(group, key):
    return CensusCode.objects.get(group=group, key=key)


@pytest.mark.parametrize(
    ("year", "day"),
    [(2023, date(2024, 1, 18)), (2024, date(2025, 1, 16)), (2025, date(2026, 1, 15)),
     (2026, date(2027, 1, 21))],
)  # fmt: skip
def test_the_day_of_the_census_is_the_third_thursday_in_january(year, day):
    assert census_day(year) == day
    assert day.weekday() == 3


def test_the_codes_that_were_found_nowhere_are_empty():
    known = CensusCode.objects.exclude(dfe_code=None)

    assert set(known.values_list("group", "dfe_code")) == {
        ("setting", one) for one in ("NFE", "OOT", "OTH", "WBP")
    }
    assert not CensusCode.objects.filter(source="").exists()


def test_a_school_sees_what_its_census_lacks_and_exports_it(client, person):
    lead = person(Role.SCHOOL_LEAD)
    school = lead.acting[0].organisation
    pupil = factories.EnrolmentFactory(
        organisation=school, pupil__upn=None, pupil__upn_unknown="UN3"
    ).pupil
    held = {"pupil": pupil, "school": school, "starts_on": TODAY - 20 * DAY}
    factories.SchoolPlacementFactory(**held, provider_name="Oak", urn="123456", sessions=10,
                                     reason=code("school reason", "behaviour"))  # fmt: skip
    factories.SchoolPlacementFactory(**held, provider_name="Elm")
    factories.SchoolPlacementFactory(
        **held | {"starts_on": TODAY - 60 * DAY, "ends_on": TODAY - 40 * DAY}
    )
    client.force_login(lead)

    page = client.get(reverse("placements:school-census") + PERIOD)
    rows = read(client.get(reverse("placements:school-census-file") + PERIOD))

    text = page.content.decode()
    assert "2 rows" in text
    assert "<strong>1 complete</strong>" in text
    assert "URN, UKPRN or setting type, Primary reason, Sessions per week" in text
    assert "8 keys have no DfE code" in text
    assert "Enter codes" not in text
    assert {(row["URN"], row["Attendance pattern"], row["UPN unknown"]) for row in rows} == {
        ("123456", "Full time", "UN3"),
        ("", "", "UN3"),
    }
    assert {row["Primary reason (DfE code)"] for row in rows} == {""}
    assert ViewEntry.objects.filter(act="export", pupils=[pupil.pk]).exists()


def placed(pupil, **details):
    given = {"pupil": pupil, "starts_on": TODAY - 20 * DAY, "tier": 3, "sessions": 0b1111}
    return factories.PlacementFactory(**given | {"home_school__is_maintained": False} | details)


def test_the_council_sees_what_its_census_lacks_and_exports_it(client, manager):
    pupil = factories.PupilFactory(
        sen_provision="E", ethnicity="WBRI", address="1 High Street", postcode="W6 9JU"
    )
    factories.NeedFactory(pupil=pupil, need_type="SEMH")
    factories.CareStatusFactory(pupil=pupil)
    factories.CensusItemsFactory(pupil=pupil)
    provider = factories.ProviderFactory(urn="123456")
    last = placed(pupil, provider=provider)
    placed(pupil, starts_on=TODAY - 90 * DAY, ends_on=TODAY - 25 * DAY)
    factories.CensusAnswerFactory(
        placement=last, reason=code("authority reason", "permanent-exclusion")
    )
    bare = placed(factories.PupilFactory(sen_provision="K"))
    placed(factories.PupilFactory(), tier=1, sessions=0)
    placed(factories.PupilFactory(), starts_on=TODAY - 90 * DAY, ends_on=TODAY - 40 * DAY)
    placed(factories.PupilFactory(), status="proposed")
    client.force_login(manager)

    page = client.get(reverse("placements:census") + PERIOD)
    rows = {
        row["UPN"]: row for row in read(client.get(reverse("placements:census-file") + PERIOD))
    }

    assert set(rows) == {pupil.upn, bare.pupil.upn}
    row = rows[pupil.upn]
    assert row["Primary reason"] == "Permanent exclusion"
    assert (row["URN"], row["Sessions per week"], row["Attendance pattern"]) == (
        "123456",
        "4",
        "Part time",
    )
    assert (row["Primary need"], row["Looked after"], row["SEN provision"]) == ("SEMH", "Yes", "E")
    text = page.content.decode()
    assert "<strong>1 complete</strong>" in text
    wanted = "Primary reason, Ethnicity, Type of need, Address, Postcode"
    assert wanted in text
    assert reverse("placements:census-answer", args=[bare.uid]) in text
    assert "Enter codes" in text


@pytest.mark.parametrize(
    ("born", "is_asked"),
    [
        (date(TODAY.year - 14, TODAY.month, 1), True),
        (date(TODAY.year - 13, TODAY.month, 1), False),
    ],
)
def test_a_uln_is_asked_for_from_the_age_of_14(client, manager, born, is_asked):
    pupil = factories.PupilFactory(date_of_birth=born, has_free_meals=False)
    placed(pupil)
    client.force_login(manager)

    text = client.get(reverse("placements:census") + PERIOD).content.decode()

    assert ("Postcode, ULN" in text) is is_asked
    assert (reverse("pupils:census-items", args=[pupil.uid]) in text) is is_asked


def test_uln_and_the_days_of_free_school_meals_are_in_the_file(client, manager):
    pupil = factories.PupilFactory(has_free_meals=True)
    placed(pupil)
    client.force_login(manager)
    path = reverse("placements:census") + PERIOD

    before = client.get(path).content.decode()
    factories.CensusItemsFactory(
        pupil=pupil, uln="1234567899", starts_on=date(2024, 9, 2), ends_on=date(2025, 7, 19)
    )
    after = client.get(path).content.decode()
    (row,) = read(client.get(reverse("placements:census-file") + PERIOD))

    assert "First day of free school meals" in before
    assert "First day of free school meals" not in after
    assert row["ULN"] == "1234567899"
    days = row["Free school meals from"], row["Free school meals until"]
    assert days == ("02/09/2024", "18/07/2025")


@pytest.mark.parametrize(
    "case",
    [
        (True, {}, False, ""),
        (False, {}, True, ""),
        (None, {}, True, "Whether Oak School is maintained"),
        (False, {"is_registered_school": True, "is_maintained": True}, False, ""),
        (False, {"is_registered_school": True}, True, "Whether Elm Centre is maintained"),
        (None, {"is_registered_school": True, "is_maintained": True}, False, ""),
    ],
)
def test_who_is_in_a_maintained_school_is_left_out(client, manager, case):
    home, provider, is_there, missing = case
    row = placed(
        factories.PupilFactory(),
        home_school=factories.SchoolFactory(name="Oak School", is_maintained=home),
        provider=factories.ProviderFactory(name="Elm Centre", **provider),
    )
    client.force_login(manager)

    text = client.get(reverse("placements:census") + PERIOD).content.decode()
    rows = read(client.get(reverse("placements:census-file") + PERIOD))

    assert [line["UPN"] for line in rows] == ([row.pupil.upn] if is_there else [])
    assert ("0 are left out" in text, "1 is left out" in text) == (is_there, not is_there)
    assert missing in text
    assert ("Whether" in text) is bool(missing)


def test_nothing_missing_and_nothing_there_are_told_apart(client, manager):
    client.force_login(manager)

    page = client.get(reverse("placements:census"), {"start": "nonsense", "until": "2026-13-40"})

    assert "There is no placement between these days" in page.content.decode()


def test_a_caseworker_answers_the_census_of_a_placement(client, caseworker):
    row = placed(factories.PupilFactory())
    client.force_login(caseworker)
    path = reverse("placements:census-answer", args=[row.uid])

    refused = client.post(path, {"setting": ""}).context["form"].errors
    reason = code("authority reason", "ehc-plan")
    page = client.post(path, {"reason": reason.pk, "setting": ""}, follow=True)
    client.post(path, {"reason": code("authority reason", "other").pk})

    assert refused["reason"] == ["Choose the primary reason"]
    assert "Setting named on EHC plan" in page.content.decode()
    assert CensusAnswer.objects.get().reason.key == "other"


def test_a_setting_type_is_for_a_provider_without_a_number(caseworker):
    row = placed(factories.PupilFactory(), provider=factories.ProviderFactory(urn="123456"))

    with pytest.raises(ValidationError, match="number of its own"):
        actions.answer_census(
            row, reason=code("authority reason", "other"), setting=code("setting", "oth"),
            by=caseworker,
        )  # fmt: skip


@pytest.mark.parametrize("role", [r for r in Role if Permission.CENSUS_ANSWER not in GRANTS[r]])
def test_nobody_else_answers_or_sets_codes(person, role):
    by, row = person(role), placed(factories.PupilFactory())
    reason = code("authority reason", "other")

    with pytest.raises(PermissionDenied):
        actions.answer_census(row, reason=reason, setting=None, by=by)
    with pytest.raises(PermissionDenied):
        actions.set_code(reason, dfe_code="A", source="x", by=by)


def test_a_manager_enters_a_code_with_its_source(client, manager, caseworker):
    reason = code("school reason", "behaviour")
    path = reverse("placements:census-code", args=[reason.pk])
    client.force_login(caseworker)
    assert client.get(path).status_code == 403
    client.force_login(manager)

    wrong = client.post(path, {"dfe_code": "=1", "source": "Guide"})
    client.post(path, {"dfe_code": "qq", "source": "Guide of 2026"})
    other = reverse("placements:census-code", args=[code("school reason", "other").pk])
    twice = client.post(other, {"dfe_code": "QQ", "source": "Guide of 2026"})

    reason.refresh_from_db()
    assert (reason.dfe_code, reason.source) == ("QQ", "Guide of 2026")
    assert "capital letters" in wrong.context["form"].errors["dfe_code"][0]
    assert "Another key has this code" in str(twice.context["form"].errors)
    assert "QQ" in client.get(reverse("placements:census-codes")).content.decode()
    client.post(path, {"dfe_code": "", "source": "Not found in the guide of 2026"})
    reason.refresh_from_db()
    assert reason.dfe_code is None
