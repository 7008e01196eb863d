"""A tap is taken back or corrected within seconds: nothing is mistaken, nothing leaves no trace."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apsystem.lib.calendar import session_bit
from attendance import actions
from attendance.actions.register import AT_ONCE
from attendance.models import Code, Mark, MarkAmendment, TakenBack
from placements.models import Placement
from tests import factories
from tests.attendance.conftest import MONDAY, tap

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]


def test_who_mistapped_corrects_it_at_once_and_the_first_tap_stays_visible(send, placement):
    send(tap(placement, "L"))

    assert send(tap(placement, "/", 1, swift=True))["version"] == 2
    amendment = MarkAmendment.objects.get()
    assert (amendment.original, amendment.amended) == ("L", "/")
    assert amendment.reason == "Corrected at once"


def test_nobody_corrects_another_persons_tap_at_once(send, placement, colleague):
    send(tap(placement, "L"), by=colleague)

    assert send(tap(placement, "/", 1, swift=True))["asks"] == "reason"


def long_ago():
    Mark.objects.update(marked_at=timezone.now() - AT_ONCE - timedelta(seconds=1))


def test_after_the_seconds_a_correction_asks_for_its_reason(send, placement):
    send(tap(placement, "L"))
    long_ago()

    assert send(tap(placement, "/", 1, swift=True))["asks"] == "reason"


def test_a_mark_is_taken_back_and_stays_in_the_list_of_changes(
    send, placement, provider_staff, client
):
    send(tap(placement, "L"))

    told = send(tap(placement, "", 1, undo=True))

    assert (told["code"], told["version"], told["whole"]["marked"]) == ("", 0, 0)
    assert not Mark.objects.exists()
    row = TakenBack.objects.get()
    assert (row.code, row.by, row.by_name) == ("L", provider_staff, provider_staff.name)
    page = client.get(
        reverse("attendance:amendments", args=[placement.uid, MONDAY.isoformat(), "am"])
    ).content.decode()
    assert "Taken back seconds after the tap" in page


def test_a_mark_after_one_that_was_taken_back_is_not_mistaken_for_it(send, placement, colleague):
    send(tap(placement, "L"))
    send(tap(placement, "", 1, undo=True))

    assert send(tap(placement, "N"))["version"] == 2
    told = send(tap(placement, "/", 1, reason="I saw L."), by=colleague)

    assert told["asks"] == "which"
    assert Mark.objects.get().code_id == "N"


def test_a_change_that_is_taken_back_gets_a_second_amendment(send, placement, colleague):
    send(tap(placement, "N"), by=colleague)
    send(tap(placement, "I", 1))

    told = send(tap(placement, "", 2, undo=True))

    assert (told["code"], told["version"]) == ("N", 3)
    changes = MarkAmendment.objects.order_by("pk").values_list("original", "amended")
    assert list(changes) == [("N", "I"), ("I", "N")]


@pytest.mark.parametrize("late", [True, False])
def test_a_mark_is_not_taken_back_late_or_by_somebody_else(send, placement, colleague, late):
    send(tap(placement, "L"))
    if late:
        long_ago()

    told = send(tap(placement, "", 1, undo=True), **({} if late else {"by": colleague}))

    assert "within 10 seconds" in told["problem"]
    assert Mark.objects.get().code_id == "L"


def test_a_mark_that_changed_meanwhile_is_not_taken_back(send, placement, colleague):
    send(tap(placement, "N"))
    send(tap(placement, "I", 1), by=colleague)

    assert "has changed" in send(tap(placement, "", 1, undo=True))["problem"]


def test_a_mark_outside_the_expected_sessions_is_not_taken_back(send, placement):
    send(tap(placement, "L"))
    factories.OutsideMarkFactory(mark=Mark.objects.get(), reason="A trial day.")

    assert "outside" in send(tap(placement, "", 1, undo=True))["problem"]
    assert Mark.objects.exists()


@pytest.fixture
def write_again(placement, provider_staff):
    """Return what writes the first mark of Monday morning anew, by each way that is no tap."""
    upn, by = placement.pupil.upn, provider_staff

    def by_import():
        text = f"UPN,Date,Session,Mark\n{upn},16/09/2024,AM,N\n"
        actions.import_file(text.encode(), name="a.csv", provider=placement.provider, by=by)

    def outside():
        Placement.objects.update(sessions=session_bit(MONDAY + timedelta(days=1), 0))
        actions.mark_outside(
            placement, MONDAY, 0, code=Code.objects.get(pk="N"), reason="A trial day.", by=by
        )

    def by_the_clock():
        factories.TimetableFactory(placement=placement, sessions=session_bit(MONDAY, 1))
        actions.write_left_out(MONDAY + timedelta(days=1))

    def from_before():
        rows = [(placement.pk, MONDAY, 0, "N")]
        actions.load_marks(rows, by=by, at=timezone.now(), today=MONDAY)

    return {
        "import": by_import, "outside": outside, "clock": by_the_clock, "load": from_before
    }  # fmt: skip


@pytest.mark.parametrize("way", ["import", "outside", "clock", "load"])
def test_whatever_writes_after_a_mark_that_was_taken_back_counts_on(
    send, placement, write_again, way
):
    for seen in (0, 1):
        send(tap(placement, "L"))
        send(tap(placement, "", seen + 1, undo=True))

    write_again[way]()

    assert Mark.objects.get().version == 3


def test_a_stale_page_does_not_save_over_what_was_imported(
    send, placement, write_again, colleague
):
    send(tap(placement, "L"))
    send(tap(placement, "", 1, undo=True))
    write_again["import"]()

    assert send(tap(placement, "/", 1, reason="I saw L."), by=colleague)["asks"] == "which"
    assert Mark.objects.get().code_id == "N"


def test_a_mark_that_was_imported_after_an_undo_is_taken_back_too(send, placement, write_again):
    send(tap(placement, "L"))
    send(tap(placement, "", 1, undo=True))
    write_again["import"]()

    assert send(tap(placement, "", 2, undo=True))["code"] == ""
    assert list(TakenBack.objects.order_by("pk").values_list("version", flat=True)) == [1, 2]
