"""What schools arrange themselves: the record, its gaps, and who sees it."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import ViewEntry
from accounts.permissions import GRANTS, Permission, Role
from placements import actions
from placements.models import CensusCode, QualityCheck, SchoolPlacement, Theme
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = localdate()
START = TODAY - timedelta(days=60)
OVER = TODAY - timedelta(days=5)


def boxes(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


def code(group="school reason"):
    return CensusCode.objects.filter(group=group).first()


@pytest.fixture
def pupil(school):
    return factories.EnrolmentFactory(organisation=school).pupil


@pytest.fixture
def signed_in(client, school_staff):
    client.force_login(school_staff)
    return client


def own(pupil, school, **details):
    return factories.SchoolPlacementFactory(
        **{"pupil": pupil, "school": school, "starts_on": START} | details
    )


WHOLE = {
    "sessions": Decimal(4),
    "cost": Decimal(80),
    "cost_unit": "day",
    "urn": "123456",
    "ends_on": OVER,
    "progress": "Reads again.",
    "destination": "home school",
    "pupil_rating": 4,
}


def whole(pupil, school, **details):
    row = own(pupil, school, **{**WHOLE, "reason": code()} | details)
    for theme in Theme.values:
        factories.QualityCheckFactory(placement=row, theme=theme)
    return row


def test_a_school_records_a_placement_in_its_own_words(client, pupil, school, school_staff):
    client.force_login(school_staff)
    path = reverse("placements:commission", args=[pupil.uid])
    uid = client.get(path).context["form"].initial["uid"]
    sent = {
        "uid": str(uid), "provider_name": "Elm Studio", "reason": code().pk, "sessions": "4.5",
        "setting": CensusCode.objects.get(group="setting", dfe_code="OTH").pk,
        "cost": "120.50", "cost_unit": "week", **boxes("starts_on", START),
        **boxes("last_day", TODAY),
    }  # fmt: skip

    pages = [client.post(path, sent, follow=True) for _ in range(2)]

    row = SchoolPlacement.objects.get()
    text = pages[0].content.decode()
    assert "Other unregistered provider" in text
    assert "£120.50, a week" in text
    assert (row.school, row.recorded_by, row.last_day) == (school, school_staff, TODAY)
    assert row.gaps == [f"Quality check: {theme.label.lower()}" for theme in Theme]
    child = client.get(reverse("reporting:pupil", args=[pupil.uid])).content.decode()
    assert "Elm Studio" in child


def test_only_what_begins_a_record_is_required_and_the_rest_shows_as_gaps(
    client, pupil, school_staff
):
    client.force_login(school_staff)
    path = reverse("placements:commission", args=[pupil.uid])

    empty = client.post(path, {"provider_name": ""}).context["form"].errors
    assert set(empty) == {"provider_name", "starts_on"}
    page = client.post(path, {"provider_name": "Elm", **boxes("starts_on", START)}, follow=True)

    assert "Missing in this record" in page.content.decode()
    assert SchoolPlacement.objects.get().gaps[:4] == [
        "Primary reason",
        "URN, UKPRN or setting type",
        "Sessions a week",
        "Cost",
    ]


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({"sessions": "11"}, "sessions", "10 sessions a week"),
        ({"sessions": "0"}, "sessions", "half a session"),
        ({"sessions": "4.3"}, "sessions", "steps of a half"),
        ({"sessions": "many"}, "sessions", "half a session"),
        ({"cost": "12"}, "cost_unit", "what it is for"),
        ({"cost": "-1", "cost_unit": "day"}, "cost", "pounds and pence"),
        ({"urn": "12345"}, "urn", "six digits"),
        ({"ukprn": "20000001"}, "ukprn", "eight digits"),
        ({"urn": "123456", "ukprn": "10000001"}, "setting", "one of these three"),
        (boxes("last_day", START - timedelta(days=1)), "last_day", "before the first day"),
    ],
)
def test_what_cannot_be_stands_beside_its_field(signed_in, pupil, sent, field, words):
    path = reverse("placements:commission", args=[pupil.uid])

    page = signed_in.post(path, {"provider_name": "Elm", **boxes("starts_on", START), **sent})

    assert words in page.context["form"].errors[field][0]
    assert 'value="Elm"' in page.content.decode()
    assert not SchoolPlacement.objects.exists()


def test_a_provider_of_the_list_brings_its_number(pupil, school, school_staff):
    provider = factories.ProviderFactory(urn="123456", ukprn="10000001")
    setting = code("setting")
    row = SchoolPlacement(provider=provider, starts_on=START, setting=setting)

    with pytest.raises(ValidationError, match="number of its own"):
        actions.record_own(row, pupil=pupil, school=school, by=school_staff)
    row.setting = None
    row = actions.record_own(row, pupil=pupil, school=school, by=school_staff)

    assert (row.identity, row.place) == (("123456", "", None), provider.name)
    named = SchoolPlacement(provider=provider, provider_name="Twice", starts_on=START)
    with pytest.raises(ValidationError, match="not both"):
        actions.record_own(named, pupil=pupil, school=school, by=school_staff)


def test_all_placements_of_a_pupil_hold_ten_sessions_at_most(pupil, school, school_staff):
    factories.PlacementFactory(
        pupil=pupil, home_school=school, starts_on=START, ends_on=OVER, sessions=0b1111
    )
    own(pupil, school, starts_on=OVER, sessions=Decimal(5))

    def record(sessions, **details):
        row = SchoolPlacement(
            **{"provider_name": "Oak", "starts_on": START, "sessions": Decimal(sessions)} | details
        )
        return actions.record_own(row, pupil=pupil, school=school, by=school_staff)

    with pytest.raises(ValidationError, match=r"these are 10\.5 sessions a week"):
        record("5.5")
    with pytest.raises(ValidationError, match="these are 11 sessions"):
        record(6, starts_on=TODAY)
    record(6, ends_on=OVER)
    record(5, starts_on=OVER, provider_name="Ash")


def test_a_school_keeps_its_own_record_and_the_council_reads_it(
    person, pupil, school, other_school, caseworker
):
    row = own(pupil, school)
    for role in Role:
        if Permission.COMMISSION_RECORD not in GRANTS[role]:
            by = person(role)
            for act in (
                lambda by=by: actions.record_own(row, pupil=pupil, school=school, by=by),
                lambda by=by: actions.change_own(row, seen=1, by=by),
                lambda by=by: actions.add_check(row, QualityCheck(), by=by),
            ):
                with pytest.raises(PermissionDenied):
                    act()
    staff, stranger = person(Role.SCHOOL_STAFF), person(Role.SCHOOL_STAFF, other_school)
    tutor = person(Role.PROVIDER_STAFF)
    factories.EnrolmentFactory(
        pupil=pupil, organisation=tutor.acting[0].organisation, status="O", starts_on=START
    )

    seen = [SchoolPlacement.objects.as_user(by).count() for by in (staff, caseworker)]
    unseen = [SchoolPlacement.objects.as_user(by).count() for by in (stranger, tutor)]

    assert (seen, unseen) == ([1, 1], [0, 0])
    with pytest.raises(PermissionDenied, match="its own record"):
        actions.record_own(row, pupil=pupil, school=other_school, by=staff)


def test_a_changed_record_keeps_the_one_before_and_a_stale_one_is_refused(
    client, pupil, school, school_staff
):
    row = own(pupil, school)
    client.force_login(school_staff)
    path = reverse("placements:commissioned-change", args=[row.uid])
    page = client.get(path)
    assert page.context["form"].initial["seen"] == 1
    for unset in ("It has one of them", "Not known so far"):
        assert unset in page.content.decode()
    sent = {"seen": "1", "provider_name": "Elm", "sessions": "3", **boxes("starts_on", START)}

    client.post(path, sent)
    stale = client.post(path, {**sent, "why": "My long reasons."})

    row.refresh_from_db()
    assert (row.sessions, row.version, row.why) == (3, 2, "")
    assert "Somebody else changed this record" in stale.content.decode()
    assert "My long reasons." in stale.content.decode()
    kept = list(row.events.order_by("pgh_id").values_list("provider_name", flat=True))
    assert kept[-2:] == ["Elm Studio", "Elm"]


def test_how_it_went_closes_the_last_gaps(client, pupil, school, school_staff):
    row = whole(pupil, school, progress="", destination="", pupil_rating=None)
    assert row.gaps == ["Progress", "Where the pupil went", "The pupil's own assessment"]
    client.force_login(school_staff)

    page = client.post(
        reverse("placements:commissioned-outcome", args=[row.uid]),
        {"seen": "1", "progress": "Reads again.", "destination": "home school",
         "pupil_rating": "", "pupil_words": "I liked it."},
        follow=True,
    )  # fmt: skip

    assert "Nothing is missing in this record" in page.content.decode()
    assert "I liked it." in page.content.decode()


def test_nobody_goes_elsewhere_before_the_last_day_is_known(pupil, school, school_staff):
    row = own(pupil, school)
    row.destination = "home school"

    with pytest.raises(ValidationError, match="Enter the last day"):
        actions.change_own(row, seen=1, by=school_staff)


def test_a_check_is_recorded_once_and_never_ahead(client, pupil, school, school_staff):
    row = own(pupil, school)
    client.force_login(school_staff)
    path = reverse("placements:commissioned-check", args=[row.uid])
    sent = {"theme": "safety", "found": "Fire drill seen.", **boxes("made_on", TODAY)}

    ahead = client.post(path, {**sent, **boxes("made_on", TODAY + timedelta(days=1))})
    page = client.post(path, sent, follow=True)
    twice = client.post(path, sent)

    assert "in the future" in ahead.context["form"].errors["made_on"][0]
    assert "Fire drill seen." in page.content.decode()
    assert "recorded already" in twice.context["form"].errors["made_on"][0]
    assert "Quality check: health and safety" not in row.gaps


LACKS = [
    {"reason": None},
    {"sessions": None},
    {"cost": None, "cost_unit": ""},
    {"urn": ""},
    {"progress": ""},
    {"destination": ""},
    {"pupil_rating": None},
]


def test_gaps_are_the_same_in_the_database_and_in_words(pupil, school):
    rows = [whole(pupil, school)]
    rows += [whole(pupil, school, **lack) for lack in LACKS]
    rows += [
        whole(pupil, school, ends_on=None, progress="", destination="", pupil_rating=None),
        whole(pupil, school, urn="", ukprn="10000001"),
        whole(pupil, school, urn="", setting=code("setting")),
        whole(pupil, school, provider=factories.ProviderFactory(urn=None, ukprn=None),
              provider_name="", urn=""),
        whole(pupil, school, provider=factories.ProviderFactory(urn="765432"),
              provider_name="", urn=""),
        whole(pupil, school, pupil_rating=None, pupil_not_asked="Moved away"),
        own(pupil, school, **WHOLE, reason=code()),
    ]  # fmt: skip

    lacking = set(SchoolPlacement.objects.with_gaps().values_list("pk", flat=True))

    fresh = SchoolPlacement.objects.whole().in_bulk([row.pk for row in rows])
    assert {pk for pk, row in fresh.items() if row.gaps} == lacking
    assert len(lacking) == len(LACKS) + 2


def test_the_list_is_filtered_and_a_wrong_filter_keeps_all(client, pupil, school, caseworker):
    lacking, past = own(pupil, school), whole(pupil, school)
    client.force_login(caseworker)
    path = reverse("placements:commissioned-list")

    def rows(query):
        return set(client.get(f"{path}?{query}").context["page"])

    assert rows("") == rows("school=zero") == rows("school=" + "9" * 30) == {lacking, past}
    assert rows("gaps=yes") == rows("now=yes") == {lacking}
    assert rows(f"school={school.pk}") == {lacking, past}
    assert rows(f"school={factories.SchoolFactory().pk}") == set()


def test_a_school_exports_its_record_and_formulas_do_nothing(client, person, pupil, school):
    own(pupil, school, provider_name="=1+1", why="@SUM(A1)")
    row = whole(pupil, school, pupil_words="-2 is how I feel")
    client.force_login(person(Role.SCHOOL_STAFF))
    path = reverse("placements:commissioned-file")
    assert client.get(path).status_code == 403
    client.force_login(person(Role.SCHOOL_LEAD))

    answer = client.get(path)

    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert "attachment" in answer["Content-Disposition"]
    assert {line["Provider"] for line in lines} == {"'=1+1", row.provider_name}
    found = next(line for line in lines if line["Provider"] == row.provider_name)
    assert found["Pupil's words"] == "'-2 is how I feel"
    assert (found["Sessions per week"], found["Cost"], found["Gaps"]) == ("4.0", "80.00", "")
    assert "Health and safety on 17/09/2024: Fire drill seen." in found["Quality checks"]
    other = next(line for line in lines if line is not found)
    assert other["Why"] == "'@SUM(A1)"
    assert other["Gaps"].startswith("Primary reason; URN, UKPRN or setting type")
    assert ViewEntry.objects.filter(act="export", pupils=[pupil.pk]).exists()
