"""The register as a page and a plain form: what is shown, what is taken, what is said."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import Role
from attendance.forms.register import Register
from attendance.models import Mark, MarkAmendment
from tests import factories
from tests.attendance.conftest import MONDAY
from tests.factories.timetables import MORNINGS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

AFTERNOONS = MORNINGS << 1


@pytest.fixture
def path(provider):
    return reverse("attendance:register", args=[provider.uid, MONDAY.isoformat(), "am"])


@pytest.fixture
def tutor(client, provider_staff):
    client.force_login(provider_staff)
    return client


def shown(client, path):
    """Return what a browser would send back from the page, untouched."""
    sent = {}
    for line in client.get(path).context["register"].lines:
        key = line.placement.pk
        sent |= {f"seen-{key}": line.version, f"was-{key}": line.was,
                 f"minutes-{key}": line.typed.minutes, f"left-{key}": line.typed.left,
                 f"note-{key}": line.typed.note, f"reason-{key}": ""}  # fmt: skip
        sent[f"why-{key}"] = line.typed.code if line.quick == "N" else "N"
        sent[f"other-{key}"] = "" if line.quick else line.typed.code
        if line.quick:
            sent[f"code-{key}"] = line.quick
    return sent


def test_a_page_that_comes_back_untouched_says_nothing(tutor, path, placement, provider):
    for code in ("/", "L", "N", "I", "V"):
        factories.MarkFactory(
            placement__provider=provider, code_id=code, note="Calm",
            minutes_late=5 if code == "L" else None, left_at=None if code in "NI" else time(11, 5),
        )  # fmt: skip
    sent = shown(tutor, path)
    Mark.objects.update(version=7)  # somebody changes them all meanwhile

    register = tutor.get(path).context["register"]
    asked = QueryDict("", mutable=True)
    asked.update(sent)

    assert register.take(asked) == []
    assert tutor.post(path, sent).status_code == 302


def test_the_rest_is_marked_present_by_one_button_with_what_was_chosen(
    tutor, path, placement, provider
):
    others = factories.PlacementFactory.create_batch(3, provider=provider)
    sent = shown(tutor, path) | {f"code-{placement.pk}": "L", "rest": "1"}

    tutor.post(path, sent)

    assert Mark.objects.get(placement=placement).code_id == "L"
    assert Mark.objects.filter(placement__in=others, code="/").count() == 3


def test_a_pupil_whom_the_page_did_not_show_is_not_marked_present(
    tutor, path, placement, provider
):
    sent = shown(tutor, path) | {"rest": "1"}
    later = factories.PlacementFactory(provider=provider)

    tutor.post(path, sent)

    assert Mark.objects.filter(placement=placement).exists()
    assert not Mark.objects.filter(placement=later).exists()


def test_the_rest_does_not_touch_what_somebody_marked_meanwhile(tutor, path, placement):
    sent = shown(tutor, path) | {"rest": "1"}
    factories.MarkFactory(placement=placement, code_id="N")

    assert tutor.post(path, sent).status_code == 302
    assert Mark.objects.get().code_id == "N"


def test_absent_with_a_reason_late_with_minutes_and_another_code(tutor, path, provider):
    ill, late, trip, gone = factories.PlacementFactory.create_batch(4, provider=provider)
    sent = shown(tutor, path) | {
        f"code-{ill.pk}": "N", f"why-{ill.pk}": "I",
        f"code-{late.pk}": "L", f"minutes-{late.pk}": "12", f"why-{late.pk}": "I",
        f"other-{trip.pk}": "V",
        f"code-{gone.pk}": "/", f"left-{gone.pk}": "11:20", f"note-{gone.pk}": "Read aloud",
    }  # fmt: skip

    tutor.post(path, sent)

    found = {row.placement_id: row for row in Mark.objects.all()}
    assert found[ill.pk].code_id == "I"
    assert (found[late.pk].code_id, found[late.pk].minutes_late) == ("L", 12)
    assert found[trip.pk].code_id == "V"
    assert (found[gone.pk].left_at, found[gone.pk].note) == (time(11, 20), "Read aloud")


def test_the_reason_of_an_absence_is_chosen_later(tutor, path, placement):
    factories.MarkFactory(placement=placement, code_id="N")

    tutor.post(path, shown(tutor, path) | {f"why-{placement.pk}": "I"})

    assert Mark.objects.get().code_id == "I"
    assert MarkAmendment.objects.get().reason == "The reason is known now"


def test_another_code_gives_way_to_a_large_choice(tutor, path, placement):
    factories.MarkFactory(placement=placement, code_id="V")
    sent = {f"code-{placement.pk}": "/", f"reason-{placement.pk}": "The trip was off."}

    tutor.post(path, shown(tutor, path) | sent)

    assert Mark.objects.get().code_id == "/"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"code": "L", "minutes": "soon"}, "from 1 to 240"),
        ({"code": "L", "minutes": "²"}, "from 1 to 240"),
        ({"code": "/", "left": "soon"}, "hours and minutes"),
    ],
)
def test_a_wrong_box_is_told_beside_its_line_and_keeps_what_was_typed(
    tutor, path, placement, typed, words
):
    sent = {f"{name}-{placement.pk}": value for name, value in typed.items()}

    text = tutor.post(path, shown(tutor, path) | sent | {"rest": "1"}).content.decode()

    assert words in text
    assert "1 not saved" in text
    assert f'value="{list(typed.values())[1]}"' in text
    assert not Mark.objects.exists()


def test_minutes_of_who_is_not_late_after_all_are_dropped(tutor, path, placement):
    factories.MarkFactory(placement=placement, code_id="L", minutes_late=9)
    sent = {f"code-{placement.pk}": "/", f"reason-{placement.pk}": "The bell was wrong."}

    tutor.post(path, shown(tutor, path) | sent)

    assert Mark.objects.get().minutes_late is None


def test_codes_that_the_placement_does_not_allow_are_not_offered(
    placement, provider, provider_staff
):
    line = Register.read(provider, MONDAY, 0, provider_staff).lines[0]

    assert 'value="I"' in line.reasons
    assert 'value="N" selected' in line.reasons
    for code in ("C2", "E", "X", "Z", "#", "J", "\\"):
        assert f'value="{code}"' not in line.reasons + line.others


def test_an_empty_register_says_why_and_who_can_change_it(tutor, path, placement, provider):
    placement.sessions = 2
    placement.save()
    assert "1 pupil is placed here, and none is expected" in tutor.get(path).content.decode()

    placement.starts_on = MONDAY + timedelta(days=7)
    placement.save()
    text = tutor.get(path).content.decode()
    assert "Nobody is placed at Cedar Centre" in text
    assert "SEND team" in text


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2024, 9, 14), "It is a weekend."),
        (date(2025, 5, 5), "It is a bank holiday."),
        (date(2024, 10, 29), "no half term on this day"),
        (date(2024, 9, 18), "A lead of Cedar Centre"),
        (date(2024, 9, 19), "for every place: Training"),
    ],
)
def test_a_closed_register_says_why_and_leads_to_the_days_beside(tutor, provider, on, words):
    factories.ClosureFactory(organisation=provider, starts_on=date(2024, 9, 18))
    factories.ClosureFactory(organisation=None, starts_on=date(2024, 9, 19), reason="Training")

    page = tutor.get(reverse("attendance:register", args=[provider.uid, on.isoformat(), "am"]))

    assert words in page.content.decode().replace("&#x27;", "'")
    assert page.context["before"] < on < page.context["after"]


@pytest.mark.parametrize(("hour", "half"), [(5, "am"), (11, "am"), (12, "pm"), (22, "pm")])
def test_registers_open_at_the_session_that_is_now(tutor, provider, monkeypatch, hour, half):
    now = datetime(2024, 9, 16, hour, tzinfo=UTC)
    monkeypatch.setattr("attendance.views.register.localtime", lambda: now)

    answer = tutor.get(reverse("attendance:today"))

    assert answer["Location"].endswith(f"/{provider.uid}/{localdate()}/{half}/")


@pytest.fixture
def lands_on(client, monkeypatch):
    """Return where somebody is led who signs in on a day."""

    def lands_on(user, on=MONDAY):
        client.logout()
        monkeypatch.setattr("accounts.signin.localdate", lambda: on)
        user.set_password("a lantern on the heath")
        user.save()
        sent = {"login": user.email, "password": "a lantern on the heath"}
        return client.post(reverse("account_login"), sent)["Location"]

    return lands_on


def test_who_only_marks_lands_on_the_register_on_school_days(lands_on, provider, provider_staff):
    assert lands_on(provider_staff) == reverse("attendance:today")

    factories.ClosureFactory(organisation=provider, starts_on=MONDAY)
    assert lands_on(provider_staff) == reverse("reporting:my-day")


def test_no_banner_pushes_the_register_down_after_signing_in(client, lands_on, provider_staff):
    page = client.get(lands_on(provider_staff), follow=True)

    assert page.status_code == 200
    assert list(page.context["messages"]) == []


def test_who_does_more_than_mark_lands_on_my_day(lands_on, person, provider, provider_staff):
    factories.MembershipFactory(
        user=provider_staff, organisation=provider, role=Role.PROVIDER_LEAD
    )

    for user in (provider_staff, person(Role.CASEWORKER), factories.UserFactory()):
        assert lands_on(user) == reverse("reporting:my-day")


@pytest.mark.parametrize(
    "on", ["0001-01-01", "1999-12-31", "9999-12-31", "20240916", "2024-W38-1"]
)
@pytest.mark.parametrize(
    "page", ["absence-line", "amendments", "home-day", "home-week", "outside", "register"]
)
def test_a_day_that_no_register_can_hold_has_no_page(client, person, placement, page, on):
    role, of, *half = {
        "home-day": (Role.SCHOOL_STAFF, placement.home_school),
        "home-week": (Role.SCHOOL_STAFF, placement.home_school),
        "register": (Role.PROVIDER_STAFF, placement.provider, "am"),
    }.get(page, (Role.PROVIDER_STAFF, placement, "am"))
    client.force_login(person(role, None if half else of))

    def status(day):
        return client.get(reverse(f"attendance:{page}", args=[of.uid, day, *half])).status_code

    assert (status(MONDAY), status(on)) == (200, 404)


def test_a_day_to_come_has_no_link_to_it(tutor, provider):
    path = reverse("attendance:register", args=[provider.uid, localdate().isoformat(), "am"])

    assert tutor.get(path).context["after"] is None


@pytest.mark.parametrize("is_closed", [False, True])
def test_the_page_costs_ten_queries_with_twelve_pupils_as_with_three(
    tutor, path, provider, is_closed, django_assert_num_queries
):
    def come():
        factories.MarkFactory(placement__provider=provider)
        factories.TimetableFactory(placement__provider=provider, sessions=AFTERNOONS)
        factories.PlacementFactory(provider=provider, sessions=AFTERNOONS)

    come()
    if is_closed:
        factories.ClosureFactory(organisation=provider, starts_on=MONDAY)
    tutor.get(path)
    with django_assert_num_queries(10):
        tutor.get(path)
    for _ in range(3):
        come()

    with django_assert_num_queries(10):
        register = tutor.get(path).context["register"]

    assert [len(rows) for rows in (register.lines, *vars(register.not_expected).values())] == [
        4
    ] * 3
