"""What holds for pages: constant queries, and bad input that is answered in words."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.access import ONE_HOUR
from accounts.permissions import GRANTS, Permission, Role
from attendance.models import Mark
from pupils.models import Pupil
from referrals.models import Referral, Status
from reporting import actions as reporting
from tests import factories, sides
from tests import world as worlds
from tests.routes import routes

MOST_QUERIES = 24
MOST_ON_MY_DAY = 54  # one for each card
LISTS = {
    "reporting:search": ("?q=pupil", Role.CASEWORKER),
    "referrals:list": ("", Role.CASEWORKER),
    "referrals:choose": ("", Role.SCHOOL_STAFF),
    "referrals:desk": ("", Role.CASEWORKER),
    "referrals:detail": ("", Role.SCHOOL_STAFF),
    "placements:list": ("", Role.CASEWORKER),
    "placements:assessments": ("", Role.CASEWORKER),
    "placements:instruments": ("", Role.MANAGER),
    "placements:places": ("", Role.CASEWORKER),
    "placements:places-cell": ("", Role.CASEWORKER),
    "placements:rates": ("", Role.CASEWORKER),
    "reporting:costs": ("", Role.CASEWORKER),
    "placements:commissioned-list": ("?gaps=yes", Role.CASEWORKER),
    "placements:commissioned-file": ("", Role.SCHOOL_LEAD),
    "placements:school-census": ("", Role.SCHOOL_LEAD),
    "placements:census": ("", Role.MANAGER),
    "placements:census-file": ("", Role.MANAGER),
    "attendance:today": ("", Role.CASEWORKER),
    "attendance:register": ("", Role.PROVIDER_STAFF),
    "attendance:timetables": ("", Role.CASEWORKER),
    "attendance:timetable": ("", Role.SCHOOL_STAFF),
    "attendance:home-day": ("", Role.SCHOOL_STAFF),
    "attendance:home-week": ("", Role.SCHOOL_STAFF),
    "attendance:checks": ("", Role.ATTENDANCE_OFFICER),
    "attendance:correct": ("?provider={provider}&first={day}", Role.PROVIDER_LEAD),
    "attendance:amendments": ("", Role.PROVIDER_STAFF),
    "attendance:caseload": ("", Role.ATTENDANCE_OFFICER),
    "attendance:visits": ("", Role.ATTENDANCE_OFFICER),
    "attendance:support": ("", Role.ATTENDANCE_OFFICER),
    "attendance:support-of-pupil": ("", Role.PROVIDER_STAFF),
    "attendance:display": ("", Role.PROVIDER_STAFF),
    "attendance:pathway": ("", Role.SCHOOL_STAFF),
    "attendance:absence": ("", Role.CASEWORKER),
    "attendance:absence-line": ("", Role.PROVIDER_STAFF),
    "attendance:unmarked": ("", Role.CASEWORKER),
    "attendance:steps": ("?show=recent", Role.CASEWORKER),
    "attendance:replace": ("", Role.PROVIDER_STAFF),
    "attendance:thresholds": ("", Role.MANAGER),
    "reporting:children": ("", Role.CASEWORKER),
    "reporting:dashboard": ("", Role.LEADERSHIP),
    "reporting:my-day": ("", Role.CASEWORKER),
    "reporting:pupil": ("", Role.CASEWORKER),
    "reporting:pupil-chronology": ("", Role.CASEWORKER),
    "reporting:pupil-referrals": ("", Role.CASEWORKER),
    "reporting:pupil-placements": ("", Role.CASEWORKER),
    "reporting:pupil-attendance": ("", Role.CASEWORKER),
    "referrals:filters": ("", Role.CASEWORKER),
    "reporting:feed": ("", Role.CASEWORKER),
    "reporting:cover": ("", Role.MANAGER),
    "accounts:settings": ("", Role.MANAGER),
    "pupils:letter-list": ("", Role.CASEWORKER),
    "pupils:suspensions": ("?waits=tell", Role.CASEWORKER),
    "pupils:exclusions": ("", Role.CASEWORKER),
    "pupils:pupil-suspensions": ("", Role.SCHOOL_STAFF),
    "pupils:leavers": ("", Role.CASEWORKER),
    "pupils:headcounts": ("", Role.MANAGER),
    "reintegration:pathways": ("", Role.CASEWORKER),
    "reintegration:pathways-missing": ("", Role.CASEWORKER),
    "reintegration:pathway": ("", Role.CASEWORKER),
    "pupils:voices": ("", Role.CASEWORKER),
    "pupils:voices-of-pupil": ("", Role.SCHOOL_STAFF),
    "pupils:voice": ("", Role.PROVIDER_STAFF),
    "pupils:letters": ("", Role.SCHOOL_STAFF),
    "placements:detail": ("", Role.CASEWORKER),
    "accounts:people": ("", Role.MANAGER),
    "attendance:calendar": ("", Role.ADMINISTRATOR),
}
ORDER = [Role.MANAGER, Role.SCHOOL_STAFF, Role.PROVIDER_STAFF, Role.LEADERSHIP, *Role]


@pytest.fixture
def world(db, monkeypatch):
    """Make the world at the start of an hour's counts, in a minute that does not end."""
    cache.clear()
    monkeypatch.setattr("accounts.access.ONE_MINUTE", ONE_HOUR)
    return worlds.build()


def more_children(world, count):
    for _ in range(count):
        pupil = factories.PupilFactory()
        factories.EnrolmentFactory(pupil=pupil, organisation=world.own.school)
        factories.ContactFactory(pupil=world.own.pupil)
        factories.EntryFactory(referral=world.own.submitted, kind="added")
        factories.PlacementFactory(pupil=world.own.pupil, status="ended", enrolment=False)
        factories.ReferralFactory(pupil=world.own.pupil, status=Status.DECLINED)
        factories.SavedFilterFactory(user=world.people[Role.CASEWORKER])
        factories.ReferralFactory(
            pupil=pupil,
            school=world.own.school,
            status=Status.SUBMITTED,
            assigned_to=world.people[Role.CASEWORKER],
            decide_by=world.school_day,
        )
        factories.CoverFactory(organisation=world.council)
        placement = factories.PlacementFactory(
            pupil=pupil,
            provider=world.own.provider,
            home_school=world.own.school,
            starts_on=world.school_day - timedelta(days=20),
        )
        factories.MarkFactory(placement=placement, date=world.school_day)
        timetable = factories.TimetableFactory(
            placement=placement,
            starts_on=world.school_day - timedelta(days=14),
            full_time_on=world.school_day + timedelta(days=28),
        )
        factories.TimetableReviewFactory(timetable=timetable, due_on=world.school_day)
        sides.more_support(world, placement)
        absent = factories.MarkFactory(
            placement=placement, date=world.school_day, session=1, code_id="N"
        )
        factories.AbsenceEntryFactory(placement=placement, date=absent.date, session=1)
        factories.write_marks(placement, "N" * 20, first_day=world.school_day - timedelta(days=19))
        factories.ContactFactory(pupil=pupil)
        factories.RegisterTimesFactory()
        factories.ScoreFactory(
            assessment__pupil=world.own.pupil,
            assessment__instrument=factories.ScaleFactory().instrument,
        )
        factories.BandFactory()
        factories.HoldFactory(referral=pupil.referrals.get(), provider=world.own.provider)
        factories.CommissionFactory()
        factories.ClosedToNewFactory()
        placement.rate = factories.RateFactory(provider=world.own.provider, package=str(pupil.pk))
        placement.save()
        factories.LetterFactory(
            pupil=world.own.pupil,
            status="issued",
            about="placement",
            case=world.own.placement.uid,
        )
        factories.QualityCheckFactory(
            placement__pupil=pupil,
            placement__school=world.own.school,
            placement__starts_on=world.school_day,
        )
        factories.CensusAnswerFactory(placement=placement)
        factories.SuspensionFactory(pupil=pupil, school=world.own.school)
        factories.SuspensionFactory(pupil=world.own.pupil, cancelled_on=world.school_day,
                                    cancelled_because="x", sessions_served=0)  # fmt: skip
        factories.PermanentExclusionFactory(pupil=pupil, school=world.own.school)
        factories.EnrolmentFactory(ends_on=world.school_day)
        sides.more_onward(world, pupil)
        factories.VoiceFactory(pupil=world.own.pupil)
        factories.VoiceResponseFactory(voice=world.own.voices["given"])
        factories.VoiceAnswerFactory(
            voice=factories.VoiceFactory(pupil=pupil, finished_at=timezone.now()), is_given=True
        )
        factories.HeadcountFactory()
        factories.NeedFactory(pupil=pupil)
        factories.CareStatusFactory(pupil=pupil)
        factories.MembershipFactory(organisation=world.own.school, role=Role.SCHOOL_STAFF)
        factories.ClosureFactory(
            organisation=factories.SchoolFactory(), starts_on=world.school_day
        )


def count_queries(client, path):
    client.get(path)  # the first visit fills what is kept for later ones
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", LISTS)
def test_a_page_asks_as_often_for_50_rows_as_for_5(client, world, name):
    query, role = LISTS[name]
    route = next(route for route in routes() if route.name == name)
    path = reverse(name, kwargs=world.arguments(route.pattern, name, worlds.OWN))
    path += query.format(provider=world.own.provider.uid, day=world.school_day)
    client.force_login(world.people[role])
    more_children(world, 5)
    few = count_queries(client, path)
    more_children(world, 45)

    many = count_queries(client, path)

    assert many == few
    assert many <= (MOST_ON_MY_DAY if name == "reporting:my-day" else MOST_QUERIES)


FORMS = [
    route
    for route in routes()
    if not (route.is_open or route.is_by_key)
    and route.name not in {"accounts:switch", "attendance:register"}
]
HOSTILE = [
    "\0",
    "\ud800",
    "A" * 1_000_000,
    "31",
    "-1",
    "9" * 30,
    "\u202e",
    "<script>",
    "1e999",
    "²",
    "",
]


@pytest.mark.parametrize("route", FORMS, ids=lambda route: route.name)
def test_hostile_input_is_answered_in_words(client, world, route):
    role = next(role for role in ORDER if Permission(route.permission) in GRANTS[role])
    client.force_login(world.people[role])
    path = reverse(
        route.name, kwargs=world.arguments(route.pattern, route.name, worlds.OWN)
    ) if ":" in route.name else f"/{route.pattern}"  # fmt: skip
    page = client.get(path)
    form = page.context and page.context.get("form")
    names = list(form.fields) if form is not None else ["anything"]
    boxes = [f"{name}{box}" for name in names for box in ("", "_0", "_1", "_2")]
    rows = (Pupil.objects.count(), Referral.objects.count(), Mark.objects.count())

    for value in HOSTILE:
        sent = {name: value.encode("utf-8", "replace") for name in boxes}
        if len(value) * len(sent) > 2_000_000:
            sent = {name: value.encode() for name in boxes[:2]}
        for answer in (client.post(path, sent), client.get(path, sent)):
            assert answer.status_code in {200, 302, 400, 403, 404, 405, 413}, value[:20]

    assert rows == (Pupil.objects.count(), Referral.objects.count(), Mark.objects.count())


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(query=st.text(max_size=40), page=st.text(max_size=12))
def test_any_address_is_answered(client, world, query, page):
    client.force_login(world.people[Role.MANAGER])
    sent = {"q": query, "page": page, "status": query, "pupil": query, "year": page,
            "show": query}  # fmt: skip

    for name in ("reporting:search", "referrals:list", "placements:list", "reporting:who-looked",
                 "reporting:dashboard", "accounts:people", "attendance:calendar"):  # fmt: skip
        assert client.get(reverse(name), sent).status_code in {200, 400}


def test_a_nul_byte_in_an_address_is_refused_in_words(client, world):
    client.force_login(world.people[Role.MANAGER])

    answer = client.get("/search/?q=a%00b")

    assert answer.status_code == 400
    assert "was not understood" in answer.content.decode()


def test_a_form_that_is_sent_twice_makes_one_referral(client, world):
    client.force_login(world.people[Role.SCHOOL_STAFF])
    pupil = factories.PupilFactory()
    factories.EnrolmentFactory(pupil=pupil, organisation=world.own.school)
    path = reverse("referrals:choose")
    uid = client.get(path).context["form"].initial["uid"]

    answers = [client.post(path, {"uid": str(uid), "pupil": str(pupil.uid)}) for _ in range(3)]

    assert Referral.objects.filter(pupil=pupil).count() == 1
    assert {answer["Location"] for answer in answers} == {reverse("referrals:detail", args=[uid])}


def test_a_stale_decision_is_told_who_was_first_and_keeps_the_text(client, world):
    first, second = world.people[Role.CASEWORKER], world.people[Role.MANAGER]
    path = reverse("referrals:decide", args=[world.own.submitted.uid])
    client.force_login(first)
    client.post(path, {"decision": "2", "reason": "Agreed."})
    client.force_login(second)

    page = client.post(path, {"decision": "decline", "reason": "My long reasoning."})

    assert "was first" in page.content.decode()
    assert "My long reasoning." in page.content.decode()
    assert Referral.objects.get(pk=world.own.submitted.pk).decided_by == first


def test_the_same_decision_sent_twice_is_one_decision(client, world):
    client.force_login(world.people[Role.CASEWORKER])
    path = reverse("referrals:decide", args=[world.own.submitted.uid])
    sent = {"decision": "3", "reason": "Agreed."}

    answers = [client.post(path, sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]


@pytest.mark.parametrize(
    ("on", "words"), [("2020-12-25", "no school day"), ("2099-01-01", "has not come yet")]
)
def test_a_register_of_a_closed_or_future_day_says_so(client, world, on, words):
    client.force_login(world.people[Role.PROVIDER_STAFF])
    path = reverse("attendance:register", args=[world.own.provider.uid, on, "am"])

    for answer in (client.get(path), client.post(path, {})):
        assert words in answer.content.decode()


def test_a_code_that_is_not_in_force_is_refused_beside_its_line(client, world):
    client.force_login(world.people[Role.PROVIDER_STAFF])
    day = world.school_day.isoformat()
    path = reverse("attendance:register", args=[world.own.provider.uid, day, "pm"])
    placement = factories.PlacementFactory(
        provider=world.own.provider, starts_on=world.own.placement.starts_on
    )

    page = client.post(path, {f"code-{placement.pk}": "J"})

    assert "is not a code in force" in page.content.decode()
    assert not Mark.objects.filter(placement=placement).exists()


def test_figures_of_few_children_are_not_shown_to_leadership(client, world):
    reporting.compute()
    client.force_login(world.people[Role.LEADERSHIP])
    page = client.get(reverse("reporting:dashboard")).content.decode()
    assert "Fewer than 10 children" in page

    client.force_login(world.people[Role.CASEWORKER])
    assert "sessions attended" in client.get(reverse("reporting:dashboard")).content.decode()


def test_a_signed_in_page_is_kept_nowhere(client, world):
    client.force_login(world.people[Role.CASEWORKER])

    answer = client.get(reverse("reporting:pupil", args=[world.own.pupil.uid]))

    assert answer["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert world.own.pupil.surname not in answer.content.decode().split("</title>")[0]


def test_a_form_without_its_token_gives_back_what_was_typed(world):
    from django.test import Client  # noqa: PLC0415

    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people[Role.CASEWORKER])
    path = reverse("referrals:decide", args=[world.own.submitted.uid])

    answer = client.post(path, {"decision": "2", "reason": "An hour of writing."})

    assert answer.status_code == 403
    assert "An hour of writing." in answer.content.decode()


def test_the_form_of_a_signed_in_person_survives_a_switch_of_organisation(client, world):
    user = world.people[Role.SCHOOL_STAFF]
    factories.MembershipFactory(
        user=user, organisation=world.foreign.school, role=Role.SCHOOL_STAFF
    )
    client.force_login(user)
    own = reverse("reporting:pupil", args=[world.own.pupil.uid])
    foreign = reverse("reporting:pupil", args=[world.foreign.pupil.uid])

    client.post(reverse("accounts:switch"), {"organisation": world.foreign.school.pk})
    assert (client.get(own).status_code, client.get(foreign).status_code) == (404, 200)

    client.post(reverse("accounts:switch"), {"organisation": world.own.school.pk})
    assert (client.get(own).status_code, client.get(foreign).status_code) == (200, 404)


def test_healthz_says_what_is_missing(client, db):
    answer = client.get("/healthz")

    assert answer.status_code == 503
    assert set(answer.json()) == {"ok", "database", "broker", "worker", "figures"}
    assert answer.json()["database"]["ok"] is True
