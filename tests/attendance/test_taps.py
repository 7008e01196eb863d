"""What a device sends line by line: once, in time, and with nothing lost or doubled."""

import json
import uuid
from datetime import time, timedelta

import pytest
from django.utils import timezone

from accounts.models import ViewEntry
from accounts.permissions import Role
from attendance import actions
from attendance.models import Delivery, Mark, MarkAmendment
from attendance.nightly import forget_deliveries
from tests import factories
from tests.attendance.conftest import MONDAY, tap
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]


def test_a_tap_is_saved_and_told_with_time_and_counts(send, placement, provider, provider_staff):
    factories.PlacementFactory(provider=provider)

    told = send(tap(placement, "L"))

    assert (told["code"], told["version"], told["by"]) == ("L", 1, provider_staff.name)
    assert told["at"] == f"{timezone.localtime(Mark.objects.get().marked_at):%H:%M}"
    assert (told["whole"]["marked"], told["whole"]["expected"]) == (1, 2)
    assert told["problem"] == told["asks"] == ""


def test_the_answer_names_no_child_and_nobody_is_looked_at(send, placement):
    told = json.dumps(send(tap(placement, "L")))

    assert placement.pupil.surname not in told
    assert not ViewEntry.objects.exists()


def test_the_same_key_and_body_get_the_same_answer_and_change_nothing(send, placement):
    line = tap(placement, "L", key=str(uuid.uuid4()))
    first = send(line)
    actions_before = Mark.pgh_event_model.objects.count()

    assert [send(line) for _ in range(3)] == [first] * 3
    assert Mark.pgh_event_model.objects.count() == actions_before
    assert Mark.objects.get().version == 1


def test_a_tap_that_comes_again_does_not_bring_back_what_was_taken_back(send, placement):
    line = tap(placement, "L", key=str(uuid.uuid4()))
    send(line)
    send(tap(placement, "", 1, undo=True))
    assert not Mark.objects.exists()

    send(line)

    assert not Mark.objects.exists()


def test_the_same_key_with_another_body_is_refused(send, placement):
    key = str(uuid.uuid4())
    send(tap(placement, "L", key=key))

    told = send(tap(placement, "N", key=key), status=422)

    assert "sent before" in told["problem"]
    assert Mark.objects.get().code_id == "L"


def test_the_key_of_another_person_is_another_key(send, placement, provider, colleague):
    other = factories.PlacementFactory(provider=provider)
    key = str(uuid.uuid4())
    send(tap(placement, "L", key=key))

    assert send(tap(other, "N", key=key), by=colleague)["version"] == 1


def test_a_batch_with_one_known_key_does_the_others(send, placement, provider):
    other = factories.PlacementFactory(provider=provider)
    known = tap(placement, "L", key=str(uuid.uuid4()))
    send(known)

    told = send(known, tap(other, "/"))

    assert [line["code"] for line in told["lines"].values()] == ["L", "/"]
    assert (told["marked"], Mark.objects.count()) == (2, 2)


def test_a_conflict_is_told_with_both_marks_and_asks_which(send, placement, colleague):
    send(tap(placement, "N"), by=colleague)

    told = send(tap(placement, "L"))

    assert (told["asks"], told["code"], told["by"]) == ("which", "N", "Col League")
    assert told["problem"].startswith("Col League marked N at ")
    assert Mark.objects.get().code_id == "N"


def test_a_change_asks_for_its_reason(send, placement, colleague):
    send(tap(placement, "N"), by=colleague)

    assert send(tap(placement, "L", 1))["asks"] == "reason"
    assert send(tap(placement, "L", 1, reason="Came at 9.20"))["version"] == 2
    assert MarkAmendment.objects.get().reason == "Came at 9.20"


def test_the_reason_of_an_absence_becomes_known_without_another_reason(send, placement):
    send(tap(placement, "N"))

    assert send(tap(placement, "I", 1))["code"] == "I"
    assert MarkAmendment.objects.get().reason == "The reason is known now"
    assert send(tap(placement, "M", 2))["asks"] == "reason"


def test_that_no_reason_became_known_needs_its_own_words(send, placement):
    send(tap(placement, "N"))

    assert send(tap(placement, "O", 1))["asks"] == "reason"
    assert send(tap(placement, "O", 1, reason="Nobody answers"))["code"] == "O"
    assert MarkAmendment.objects.get().reason == "Nobody answers"


def test_the_rest_leaves_what_somebody_marked_meanwhile(send, placement, colleague):
    send(tap(placement, "N"), by=colleague)

    told = send(tap(placement, "/", rest=True))

    assert (told["problem"], told["code"], told["by"]) == ("", "N", "Col League")


def test_minutes_leaving_time_and_note_stand_beside_the_mark(send, placement):
    send(tap(placement, "L", minutes="12", left="11:20", note="Read aloud"))

    mark = Mark.objects.get()
    assert (mark.minutes_late, mark.left_at, mark.note) == (12, time(11, 20), "Read aloud")


def test_a_change_of_the_code_keeps_what_still_fits(send, placement):
    send(tap(placement, "L", minutes="12", left="11:20", note="Read aloud"))

    send(tap(placement, "/", 1, swift=True))

    mark = Mark.objects.get()
    assert (mark.minutes_late, mark.left_at, mark.note) == (None, time(11, 20), "Read aloud")


def test_a_note_says_nothing_of_who_took_the_mark(send, placement, colleague, provider_staff):
    send(tap(placement, "L"))

    told = send(tap(placement, "L", 1, minutes="5", left="", note="Calm"), by=colleague)

    assert (told["version"], told["by"]) == (2, provider_staff.name)


def test_two_notes_at_once_are_a_question(send, placement, colleague):
    send(tap(placement, "/"))
    send(tap(placement, "/", 1, minutes="", left="", note="Calm"), by=colleague)

    told = send(tap(placement, "/", 1, minutes="", left="", note="Loud"))

    assert told["asks"] == "which"
    assert Mark.objects.get().note == "Calm"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"code": "/", "minutes": "5", "note": ""}, "marked late"),
        ({"code": "L", "minutes": "0", "note": ""}, "from 1 to 240"),
        ({"code": "L", "minutes": "soon", "note": ""}, "from 1 to 240"),
        ({"code": "I", "left": "11:20", "note": ""}, "who came can leave early"),
        ({"code": "Z"}, "not placed yet"),
        ({"code": "#"}, "in the calendar"),
        ({"code": "E"}, "this pupil has it"),
        ({"code": "X"}, "compulsory school age"),
        ({"code": "\\"}, "other session"),
        ({"code": "J"}, "not a code in force"),
    ],
)
def test_what_a_line_cannot_hold_is_told(send, placement, line, words):
    assert words in send(tap(placement, **line))["problem"]
    assert not Mark.objects.exists()


def test_a_school_may_still_suspend_and_a_pupil_of_year_12_may_have_x(send, placement, provider):
    provider.is_registered_school = True
    provider.save()
    older = factories.PlacementFactory(
        provider=provider, pupil__date_of_birth=MONDAY - timedelta(days=17 * 366)
    )

    told = send(tap(placement, "E"), tap(older, "X"))

    assert [line["problem"] for line in told["lines"].values()] == ["", ""]


LINE = {"row": 1, "code": "/", "key": str(uuid.UUID(int=7))}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 100_000,
        b'{"lines": []}',
        b'{"lines": 7}',
        b'{"lines": [7]}',
        b"x" * 300_000,
        *(
            json.dumps({"lines": [LINE | wrong]}).encode()
            for wrong in (
                {"row": "1"},
                {"row": True},
                {"row": 2**40},
                {"seen": -1},
                {"key": "no key"},
                {"code": "\0"},
                {"code": 7},
                {"reason": "\ud800"},
                {"note": [], "minutes": ""},
                {"note": "", "left": "25:99"},
            )
        ),
        json.dumps({"lines": [LINE, LINE]}).encode(),
        json.dumps({"lines": [LINE] * 201}).encode(),
    ],
)
def test_a_body_that_no_page_sends_is_refused_in_words(client, path, provider_staff, body):
    client.force_login(provider_staff)

    answer = client.post(path, body, "application/json", headers={"X-Register": "1"})

    assert answer.status_code == 400
    assert "Open the register again" in answer.json()["problem"]


@pytest.mark.parametrize("tapped", ["yesterday", "2024-99-99T00:00:00Z", "2024-09-16T09:00:00"])
def test_a_clock_that_tells_no_time_is_no_reason_to_lose_a_mark(send, placement, tapped):
    assert send(tap(placement, "L", tapped=tapped))["version"] == 1
    assert Delivery.objects.get().tapped_at is None


def test_what_the_device_clock_said_is_kept_beside_the_delivery(send, placement):
    send(tap(placement, "L", tapped="2024-09-16T08:03:00Z"))

    assert Delivery.objects.get().tapped_at.hour == 8


def test_a_closed_day_is_told_and_the_key_is_free_again(send, placement, provider):
    key = str(uuid.uuid4())
    closure = factories.ClosureFactory(organisation=provider, starts_on=MONDAY)

    told = send(tap(placement, "L", key=key), status=409)
    closure.delete()

    assert "A lead of Cedar Centre" in told["problem"]
    assert send(tap(placement, "L", key=key))["version"] == 1


def test_who_may_not_mark_finds_no_register(send, placement, caseworker, person, other_provider):
    stranger = person(Role.PROVIDER_STAFF, other_provider)
    for user in (caseworker, stranger):
        with pytest.raises(ValueError, match=r"[Jj][Ss][Oo][Nn]|Content"):
            send(tap(placement, "L"), by=user, status=404)
    assert not Mark.objects.exists()


def test_taps_cost_as_many_queries_for_8_as_for_2(
    provider, provider_staff, django_assert_max_num_queries
):
    rows = factories.PlacementFactory.create_batch(8, provider=provider)
    assert provider_staff.roles
    counted = []
    for day, lines in ((MONDAY, 2), (MONDAY + timedelta(days=1), 8)):
        sent = [actions.Sent(uuid.uuid4(), actions.Entry(row.pk, "/")) for row in rows[:lines]]
        with django_assert_max_num_queries(14) as queries:
            actions.deliver(provider, day, 0, sent, by=provider_staff)
        counted.append(len(queries))

    assert counted[0] == counted[1]


def test_deliveries_are_forgotten_after_seven_days():
    factories.DeliveryFactory()
    old = factories.DeliveryFactory()
    Delivery.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=8))

    forget_deliveries()

    assert Delivery.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_one_tap_that_arrives_from_four_sides_at_once_is_one_mark(
    provider, provider_staff, placement
):
    sent = [actions.Sent(uuid.uuid4(), actions.Entry(placement.pk, "L"))]
    assert provider_staff.roles

    found = at_once([lambda: actions.deliver(provider, MONDAY, 0, sent, by=provider_staff)] * 4)

    assert len({json.dumps(row.lines, sort_keys=True) for row in found}) == 1
    assert Mark.pgh_event_model.objects.count() == 1
