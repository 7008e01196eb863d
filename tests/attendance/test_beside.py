"""What stands beside a mark, minutes, leaving time and note: its changes are kept like the code's."""

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from attendance.actions.register import AT_ONCE
from attendance.models import Mark, MarkAmendment
from tests import factories
from tests.attendance.conftest import MONDAY, tap

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

BESIDE = {"minutes": "12", "left": "11:20", "note": "Read aloud"}
BEFORE = "12 minutes late, left at 11:20, note: Read aloud"


@pytest.fixture
def marked(send, placement):
    """Mark a pupil late, with all that can stand beside it, some minutes ago."""
    send(tap(placement, "L", **BESIDE))
    age(AT_ONCE + timedelta(seconds=1))
    return placement


def age(by):
    Mark.objects.update(marked_at=timezone.now() - by)


def page(client, user, name, *args):
    client.force_login(user)
    return client.get(reverse(f"attendance:{name}", args=[*args, MONDAY, "am"])).content.decode()


def is_linked(client, user, placement):
    return "Changes<span" in page(client, user, "register", placement.provider.uid)


@pytest.mark.parametrize(
    ("change", "after"),
    [
        ({"minutes": "1"}, "1 minute late, left at 11:20, note: Read aloud"),
        ({"left": ""}, "12 minutes late, note: Read aloud"),
        ({"note": "Wrote"}, "12 minutes late, left at 11:20, note: Wrote"),
    ],
)
def test_what_stands_beside_a_past_mark_changes_for_a_reason(
    send, marked, provider_staff, change, after
):
    told = send(tap(marked, "L", 1, **BESIDE | change))
    assert (told["asks"], told["minutes"], told["note"]) == ("reason", 12, "Read aloud")

    send(tap(marked, "L", 1, **BESIDE | change, reason="Mixed up"))

    row = MarkAmendment.objects.get()
    assert (row.original, row.original_beside) == ("L", BEFORE)
    assert (row.amended, row.amended_beside) == ("L", after)
    assert (row.reason, row.by, row.by_name) == ("Mixed up", provider_staff, provider_staff.name)
    assert row.by_position == "provider staff"


def test_who_adds_something_on_the_day_of_the_mark_is_named(send, placement, colleague):
    send(tap(placement, "L", minutes="12", left="", note=""))

    send(tap(placement, "L", 1, **BESIDE), by=colleague)

    row = MarkAmendment.objects.get()
    assert (row.original_beside, row.amended_beside) == ("12 minutes late", BEFORE)
    assert (row.reason, row.by_name) == ("Added on the day of the mark", "Col League")


def test_what_is_added_on_a_later_day_needs_its_reason(send, placement):
    send(tap(placement, "L"))
    age(timedelta(days=1))

    assert send(tap(placement, "L", 1, **BESIDE))["asks"] == "reason"
    assert Mark.objects.get().left_at is None


def test_to_finish_ones_own_mark_at_once_is_no_change_of_it(
    client, send, placement, provider_staff
):
    send(tap(placement, "L", **BESIDE))

    assert send(tap(placement, "L", 1, minutes="5", left="", note=""))["version"] == 2

    assert not MarkAmendment.objects.exists()
    assert not is_linked(client, provider_staff, placement)


def test_the_page_of_the_changes_shows_what_stood_beside_the_mark(
    client, send, marked, provider_staff
):
    assert not is_linked(client, provider_staff, marked)
    send(tap(marked, "L", 1, minutes="15", left="", note="", reason="Mixed up"))

    assert is_linked(client, provider_staff, marked)
    text = page(client, provider_staff, "amendments", marked.uid)
    assert f"L, {BEFORE}</td>" in text
    assert "L, 15 minutes late</td>" in text
    assert f"{provider_staff.name}, provider staff" in text


def test_a_tap_that_was_taken_back_is_linked_too(client, send, placement, provider_staff):
    send(tap(placement, "L"))
    send(tap(placement, "", 1, undo=True))
    send(tap(placement, "/"))

    assert is_linked(client, provider_staff, placement)


def test_a_code_that_has_no_minutes_keeps_them_in_the_amendment(send, marked):
    send(tap(marked, "I", 1, reason="She rang"))

    row = MarkAmendment.objects.get()
    assert (row.original_beside, row.amended_beside) == (BEFORE, "note: Read aloud")


def test_a_mark_that_somebody_added_to_is_not_taken_back(send, placement, colleague):
    send(tap(placement, "L"))
    send(tap(placement, "L", 1, **BESIDE), by=colleague)

    told = send(tap(placement, "", 2, undo=True))

    assert "were changed meanwhile" in told["problem"]
    assert Mark.objects.get().note == "Read aloud"


def test_a_change_is_taken_back_past_what_somebody_added(send, placement, colleague):
    send(tap(placement, "N"), by=colleague)
    send(tap(placement, "I", 1))
    send(tap(placement, "I", 2, minutes="", left="", note="Rang"), by=colleague)

    assert send(tap(placement, "", 3, undo=True))["code"] == "N"


def test_the_plain_form_asks_why_and_keeps_what_was_typed(client, placement, path, provider_staff):
    mark = factories.MarkFactory(placement=placement, code_id="L", minutes_late=9)
    age(timedelta(days=1))
    client.force_login(provider_staff)
    key = placement.pk
    sent = {f"code-{key}": "L", f"minutes-{key}": "19", f"left-{key}": "11:20", f"note-{key}": "",
            f"seen-{key}": "1", f"was-{key}": "L|9||"}  # fmt: skip

    (line,) = client.post(path, sent).context["register"].problems
    assert line.problem == "Say why minutes, leaving time or note are changed."
    assert (line.typed.minutes, line.typed.left) == ("19", "11:20")
    client.post(path, sent | {f"reason-{key}": "Mixed up"})

    mark.refresh_from_db()
    assert (mark.minutes_late, mark.left_at) == (19, time(11, 20))
    assert MarkAmendment.objects.get().reason == "Mixed up"
