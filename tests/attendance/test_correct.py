"""Many marks are corrected at once, with one reason; each keeps an amendment of its own."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.models import OutboxMessage
from accounts.permissions import Role
from attendance import actions
from attendance.models import Mark, MarkAmendment
from tests import factories
from tests.attendance.conftest import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]


@pytest.fixture
def marks(placement):
    factories.write_marks(placement, "OOOO", first_day=MONDAY)
    return list(Mark.objects.order_by("date", "session"))


def correct(marks, code, by, reason="The trip was not entered."):
    seen = {row.pk: row.version for row in marks}
    return actions.correct(seen, code=code, reason=reason, by=by)


def test_each_mark_keeps_its_own_amendment_with_the_one_reason(marks, colleague):
    done = correct(marks, "V", colleague)

    assert (done.written, done.problems) == (4, [])
    assert set(Mark.objects.values_list("code", "version")) == {("V", 2)}
    kept = MarkAmendment.objects.values_list("original", "amended", "reason", "by_name")
    assert list(kept) == [("O", "V", "The trip was not entered.", "Col League")] * 4
    assert {row.payload["day"] for row in OutboxMessage.objects.all()} == {
        "2024-09-16",
        "2024-09-17",
    }


def test_present_means_the_code_of_each_session(marks, colleague):
    correct(marks, "/", colleague)

    assert [row.code_id for row in Mark.objects.order_by("date", "session")] == list("/\\/\\")


def test_what_somebody_changed_meanwhile_is_left_and_told(marks, colleague):
    Mark.objects.filter(pk=marks[0].pk).update(code="I", version=2)

    done = correct(marks, "V", colleague)

    assert done.written == 3
    assert "marked I meanwhile" in done.problems[0]
    assert "morning of 16 September 2024" in done.problems[0]


def test_a_mark_that_says_so_already_gets_no_amendment(marks, colleague):
    done = correct(marks, "O", colleague)

    assert (done.written, done.unchanged) == (0, 4)
    assert not MarkAmendment.objects.exists()


def test_a_code_counts_only_on_days_when_it_is_in_force(placement, colleague):
    old = factories.MarkFactory(placement=placement, date=date(2024, 7, 15), code_id="O")

    done = correct([old], "J1", colleague)

    assert "was not in force" in done.problems[0]


def test_what_another_place_marked_and_what_does_not_fit_is_left(
    marks, placement, colleague, other_provider
):
    dual = marks[0]
    Mark.objects.filter(pk=dual.pk).update(code="D")
    elsewhere = factories.PlacementFactory(pupil=placement.pupil, provider=other_provider)
    factories.MarkFactory(placement=elsewhere, date=MONDAY, code_id="/")
    dual.refresh_from_db()

    assert "another place has marked" in correct([dual], "O", colleague).problems[0]
    assert "compulsory school age" in correct(marks[1:2], "X", colleague).problems[0]


def test_minutes_go_with_the_code_they_belong_to(placement, colleague):
    late = factories.MarkFactory(placement=placement, code_id="L", minutes_late=9, note="Calm")

    correct([late], "/", colleague)

    late.refresh_from_db()
    assert (late.code_id, late.minutes_late, late.note) == ("/", None, "Calm")


@pytest.mark.parametrize(
    ("chosen", "code", "reason"), [(1, "V", " "), (0, "V", "Why"), (1, "", "Why"), (501, "V", "W")]
)
def test_what_is_missing_is_told(marks, colleague, chosen, code, reason):
    seen = dict.fromkeys(range(chosen), 1)
    with pytest.raises(ValidationError):
        actions.correct(seen, code=code, reason=reason, by=colleague)


def test_staff_correct_one_by_one_and_a_lead_no_other_place(marks, provider_staff, person,
                                                            other_provider):  # fmt: skip
    stranger = person(Role.PROVIDER_LEAD, other_provider)

    with pytest.raises(PermissionDenied):
        correct(marks, "V", provider_staff)
    assert correct(marks, "V", stranger).written == 0
    assert not MarkAmendment.objects.exists()


def page(provider, **more):
    asked = {"provider": provider.uid, "first": MONDAY, "last": MONDAY + timedelta(days=4), **more}
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"{reverse('attendance:correct')}?{query}"


def test_the_page_narrows_the_marks_and_changes_the_ticked_ones(
    client, marks, provider, colleague
):
    client.force_login(colleague)
    path = page(provider, session="0", code="O")
    shown = client.get(path).context["rows"]
    assert [row.pk for row in shown] == [marks[0].pk, marks[2].pk]

    sent = {"mark": [f"{marks[0].pk}:1"], "code": "V", "reason": "The trip."}
    answer = client.post(path, sent)

    assert answer.status_code == 302
    assert "1 changed." in client.get(answer["Location"]).content.decode()
    assert list(Mark.objects.filter(code="V").values_list("pk", flat=True)) == [marks[0].pk]


def test_the_page_says_what_is_missing_and_keeps_the_ticks(client, marks, provider, colleague):
    client.force_login(colleague)
    sent = {"mark": [f"{marks[0].pk}:1", "x", "1"], "code": "V", "reason": ""}

    text = client.post(page(provider), sent).content.decode()

    assert "Enter why are they changed" in text or "why" in text.lower()
    assert f'value="{marks[0].pk}:1" checked' in text
    assert not MarkAmendment.objects.exists()


def test_the_page_tells_which_marks_were_left(client, marks, provider, colleague):
    client.force_login(colleague)
    sent = {"mark": [f"{row.pk}:{row.version}" for row in marks], "code": "V", "reason": "Trip."}
    Mark.objects.filter(pk=marks[0].pk).update(code="I", version=2)

    text = client.post(page(provider), sent).content.decode()

    assert "1 left as they are" in text
    assert "3 changed." in text


@pytest.mark.usefixtures("marks", "provider")
def test_a_lead_chooses_the_own_provider_and_a_manager_any(
    client, other_provider, colleague, manager
):
    for user, count in ((colleague, 1), (manager, 2)):
        client.force_login(user)
        offered = client.get(reverse("attendance:correct")).context["which"].fields["provider"]
        assert offered.queryset.count() == count
    client.force_login(colleague)
    assert client.get(page(other_provider)).context["rows"] == []
