"""What holds for pages: constant queries, and bad input that is answered in words."""

import re
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.access import ONE_HOUR
from accounts.permissions import GRANTS, Permission, Role
from apsystem.lib.forms import SeenForm
from apsystem.lib.seen import CHANGED
from attendance.models import Mark
from pupils.models import Pupil
from referrals.models import Referral
from reporting import actions as reporting
from tests import factories
from tests import world as worlds
from tests.lists import AS_LONG, LISTS, MORE_QUERIES, more_children
from tests.no_lists import NO_LIST
from tests.routes import routes
from tests.written import written

MOST_QUERIES = 24
# Pieces that workers can share out between them; each makes the small borough once.
LIST_PARTS, FORM_PARTS = 2, 8
ORDER = [Role.MANAGER, Role.SCHOOL_STAFF, Role.PROVIDER_STAFF, Role.LEADERSHIP, *Role]


@pytest.fixture
def world(db, monkeypatch):
    """Make the world at the start of an hour's counts, in a minute that does not end."""
    cache.clear()
    monkeypatch.setattr("accounts.access.ONE_MINUTE", ONE_HOUR)
    return worlds.build()


def visited(client, path):
    """Return how many queries a page asks, and how long it is."""
    client.get(path)  # the first visit fills what is kept for later ones
    with CaptureQueriesContext(connection) as captured:
        page = client.get(path)
    assert page.status_code == 200, path
    content = b"".join(page.streaming_content) if page.streaming else page.content
    return len(captured), len(content)


def path_of(world, name):
    route = next(route for route in routes() if route.name == name)
    path = reverse(name, kwargs=world.arguments(route.pattern, name, worlds.OWN))
    return path + LISTS[name][0].format(
        provider=world.own.provider.uid, day=world.school_day, school=world.own.school.pk
    )


def test_every_page_is_a_list_or_named_as_none():
    pages = {route.name for route in routes() if not (route.is_open or route.is_by_key)}

    assert not set(LISTS) & set(NO_LIST)
    assert pages | {"reporting:feed"} == set(LISTS) | set(NO_LIST)


@pytest.mark.no_cover
@pytest.mark.parametrize("part", range(LIST_PARTS))
def test_a_page_asks_as_often_for_50_rows_as_for_5(client, world, part):
    paths = {name: path_of(world, name) for name in list(LISTS)[part::LIST_PARTS]}

    def visit_all():
        queries, lengths = {}, {}
        for name, path in paths.items():
            client.force_login(world.people[LISTS[name][1]])
            queries[name], lengths[name] = visited(client, path)
        return queries, lengths

    more_children(world, 5)
    few, short = visit_all()
    more_children(world, 45)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # plans made for tables known as empty take a minute for 50 rows

    many, long = visit_all()

    assert {name for name, size in long.items() if size <= short[name]} <= AS_LONG
    assert many == few
    assert {
        name: count for name, count in many.items() if count > MORE_QUERIES.get(name, MOST_QUERIES)
    } == {}


FORMS = [
    route
    for route in routes()
    if not (route.is_open or route.is_by_key) and route.name != "accounts:switch"
]
LONGEST_ADDRESS = 4_000
SHOWS_ONCE = {"accounts:feed-make"}  # the address that it has made, on the page that answers
FOUND, FINE = 302, {200, 302, 400, 403, 404, 405, 413}
FORM = re.compile(r'(?s)<form\b[^>]*method="(get|post)"[^>]*>(.*?)</form>')
NAMED = re.compile(r'<(?:input|select|textarea|button)\b[^>]*\bname="((?!csrf)[^"]+)"')
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


@pytest.mark.no_cover
@pytest.mark.parametrize("part", range(FORM_PARTS))
def test_hostile_input_is_answered_in_words(world, part):
    rows = Pupil.objects.count(), Referral.objects.count(), Mark.objects.count()
    for route in FORMS[part::FORM_PARTS]:
        with transaction.atomic():
            send_hostile_input(Client(), world, route)
            assert rows == (
                Pupil.objects.count(),
                Referral.objects.count(),
                Mark.objects.count(),
            ), route.name
            transaction.set_rollback(True)  # each form finds the world as it was made


SEEN = {"seen", "revision"}
ONE_PERSONS = {"accounts:digest"}  # nobody else changes these rows


@pytest.mark.parametrize("part", range(FORM_PARTS))
def test_a_form_of_a_saved_row_says_what_was_seen_of_it(client, world, part):
    blind = []
    for route in FORMS[part::FORM_PARTS]:
        if route.name in ONE_PERSONS:
            continue
        page = opened(client, world, route)
        form = page.context and page.context.get("form")
        row = getattr(form, "instance", None)
        if row is not None and row.pk and not SEEN & set(form.fields):
            blind.append(route.name)
        elif isinstance(form, SeenForm) and row.pk:
            late = client.post(page.request["PATH_INFO"], {"seen": "another state"})
            assert CHANGED in late.context["form"].non_field_errors(), route.name
    assert not blind, " ".join(blind)


def opened(client, world, route):
    role = next(role for role in ORDER if Permission(route.permission) in GRANTS[role])
    client.force_login(world.people[role])
    path = reverse(
        route.name, kwargs=world.arguments(route.pattern, route.name, worlds.OWN)
    ) if ":" in route.name else f"/{route.pattern}"  # fmt: skip
    return client.get(path)


def boxes_of(page) -> dict[str, list[str]]:
    """Return the names of all boxes of a page, by the method that sends them."""
    form = page.context and page.context.get("form")
    fields = getattr(form, "fields", ())
    boxes = {
        "post": [f"{name}{box}" for name in fields for box in ("", "_0", "_1", "_2")],
        "get": [],
    }
    _, _, main = b"".join(page).partition(b"<main")
    for method, inside in FORM.findall(main.decode()):
        boxes[method] += NAMED.findall(inside)
    return {method: list(dict.fromkeys(names)) for method, names in boxes.items()}


def send_hostile_input(client, world, route):
    page = opened(client, world, route)
    path = page.request["PATH_INFO"]
    boxes = boxes_of(page)
    for value in HOSTILE if boxes["post"] or boxes["get"] else HOSTILE[:2]:
        is_long = len(value) > LONGEST_ADDRESS
        typed = value.encode("utf-8", "surrogatepass")
        names = boxes["post"] or ["anything"]
        sent = urlencode(dict.fromkeys(names[:2] if is_long else names, typed))
        with CaptureQueriesContext(connection) as captured:
            answer = client.post(path, sent, content_type="application/x-www-form-urlencoded")
        assert answer.status_code in FINE, (route.name, value[:20])
        if answer.status_code != FOUND and route.name not in SHOWS_ONCE:
            assert not written(captured), (route.name, value[:20])
        if boxes["get"] and not is_long:  # web servers refuse longer addresses
            answer = client.get(path, dict.fromkeys(boxes["get"], typed))
            assert answer.status_code in FINE, (route.name, value[:20])


@settings(
    max_examples=30,
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

    assert f"{first} was first" in page.content.decode()
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
    assert "possible sessions" in client.get(reverse("reporting:dashboard")).content.decode()


def test_a_signed_in_page_is_kept_nowhere(client, world):
    client.force_login(world.people[Role.CASEWORKER])

    answer = client.get(reverse("reporting:pupil", args=[world.own.pupil.uid]))

    assert answer["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert world.own.pupil.surname not in answer.content.decode().split("</title>")[0]


def test_a_form_without_its_token_gives_back_what_was_typed(world):
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
