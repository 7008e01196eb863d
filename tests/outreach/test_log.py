"""The logbook: what came of a planned visit, line by line, and what was done corrected."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import Role
from accounts.workflow import WrongStatus
from apsystem.lib.calendar import academic_year
from apsystem.lib.seen import Stale, state_of
from outreach import actions
from outreach.models import LogEntry, LogLine
from tests import factories
from tests.pupils.test_record import boxes

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, worker):
    client.force_login(worker)
    return client


@pytest.fixture
def other(school, worker):
    """Return support of a second pupil at the school."""
    row = factories.SupportFactory(school=school, worker=worker)
    factories.EnrolmentFactory(pupil=row.pupil, organisation=school)
    return row


def url(name, entry):
    return reverse(f"outreach:{name}", args=[entry.uid])


def lines_of(entry):
    return {line.support: line.words for line in entry.lines.select_related("support")}


# --- what came of a visit about several pupils ---


@pytest.fixture
def visit(school, worker, opened, other):
    """Return a visit planned for today about two pupils, with words of when it was planned."""
    row = factories.LogEntryFactory(
        school=school, worker=worker, status="planned", on=localdate(), words="Bring <the> card."
    )
    for support in (opened, other):
        factories.LogLineFactory(entry=row, support=support, words="To be seen in maths.")
    return row


def came_of(visit, opened, other, **changes):
    return {"outcome": "done", "minutes": "45", "about": [opened.pk, other.pk]} | changes


def test_what_came_of_a_visit_is_written_for_each_pupil(signed_in, visit, opened, other):
    sent = came_of(visit, opened, other, **{f"line_{opened.pk}": "Stayed.", "words": ""})

    signed_in.post(url("log-outcome", visit), sent)

    visit.refresh_from_db()
    assert (visit.status, visit.minutes, visit.words) == ("done", 45, "Bring <the> card.")
    assert lines_of(visit) == {opened: "Stayed.", other: "To be seen in maths."}


def test_a_pupil_who_was_not_seen_is_unticked_and_has_no_line(signed_in, visit, opened, other):
    signed_in.post(
        url("log-outcome", visit), came_of(visit, opened, other, about=[opened.pk], words="So.")
    )

    visit.refresh_from_db()
    assert visit.words == "So."
    assert lines_of(visit) == {opened: "To be seen in maths."}


def test_a_visit_that_is_called_off_keeps_its_lines(signed_in, visit, opened, other):
    signed_in.post(url("log-outcome", visit), {"outcome": "called off", "words": "Snow."})

    visit.refresh_from_db()
    assert (visit.status, visit.words, len(lines_of(visit))) == ("called off", "Snow.", 2)


def test_the_form_says_to_name_no_pupil_and_what_stays(signed_in, visit, opened):
    page = signed_in.get(url("log-outcome", visit)).content.decode()

    assert "Name no pupil here: the school reads it." in page
    assert "Left empty, this stays: “Bring &lt;the&gt; card.”" in page
    assert f"Line for {opened.subject} (optional)" in page


# --- corrected ---


@pytest.fixture
def done(school, worker, opened, manager):
    """Return an hour of traded work about a pupil, of 20 that the school bought."""
    row = factories.LogEntryFactory(
        school=school, worker=worker, on=localdate(), minutes=60, is_traded=True, words="Seen."
    )
    factories.LogLineFactory(entry=row, support=opened, words="Stayed.")
    factories.PurchaseFactory(
        deal=factories.DealFactory(school=school, year=academic_year(localdate()))
    )
    return row


def corrected(client, done, **changes):
    """Return what the form sends that corrects this and nothing else."""
    form = client.get(url("log-correct", done)).context["form"]
    lines = {name: form.initial[name] for name in form.initial if name.startswith("line_")}
    kept = {name: form.initial[name] for name in ("kind", "minutes", "words", "seen", "about")}
    return (
        kept | lines | {"is_traded": "on", "why": "It was three."} | boxes("on", done.on) | changes
    )


def left(by):
    [balance] = actions.balances(academic_year(localdate()), by)
    return balance.left


def test_the_balance_follows_a_correction_and_the_log_says_who_and_why(
    signed_in, done, opened, worker
):
    assert left(worker) == Decimal(19)

    signed_in.post(url("log-correct", done), corrected(signed_in, done, minutes="180"))

    assert left(worker) == Decimal(17)
    assert lines_of(done) == {opened: "Stayed."}
    page = signed_in.get(reverse("outreach:log")).content.decode()
    assert f"Corrected by {worker}" in page
    assert "It was three." in page

    signed_in.post(url("log-correct", done), corrected(signed_in, done, is_traded=""))
    assert left(worker) == Decimal(20)


def test_a_line_of_the_wrong_pupil_goes_to_the_right_one(signed_in, done, opened, other):
    sent = corrected(signed_in, done, about=[other.pk])
    sent |= {f"line_{opened.pk}": "", f"line_{other.pk}": "Stayed."}

    signed_in.post(url("log-correct", done), sent)

    assert lines_of(done) == {other: "Stayed."}
    of_line = LogLine.pgh_event_model.objects.filter(support_id=opened.pk)
    assert "Stayed." in of_line.values_list("words", flat=True)  # history keeps what went


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"why": ""}, "Enter why it is corrected"),
        ({"minutes": "0"}, "minutes from 1 to 720"),
        (boxes("on", localdate() + timedelta(days=1)), "This day has not come yet"),
    ],
)
def test_what_a_correction_lacks_stands_beside_its_field(signed_in, done, changed, words):
    page = signed_in.post(url("log-correct", done), corrected(signed_in, done, **changed))

    assert words in page.content.decode()
    done.refresh_from_db()
    assert (done.minutes, done.correction) == (60, "")


def test_a_line_that_somebody_wrote_meanwhile_is_not_lost(signed_in, done, opened, worker):
    sent = corrected(signed_in, done, minutes="180")
    done.lines.update(words="Stayed, and helped.")

    page = signed_in.post(url("log-correct", done), sent)

    assert "Somebody else saved changes" in page.content.decode()
    assert lines_of(done) == {opened: "Stayed, and helped."}
    done.refresh_from_db()
    with pytest.raises(Stale):
        actions.correct(done, done, {}, why="x", seen="0" * 32, by=worker)


def test_lines_of_pupils_out_of_reach_stay(done, opened, provider, person):
    """A worker of a provider corrects the own entry; another's line in it is not the own."""
    mine = person(Role.PROVIDER_STAFF, provider)
    LogEntry.objects.update(provider=provider)
    done.refresh_from_db()

    actions.correct(done, done, {}, why="The day.", seen=state_of(done), by=mine)

    assert lines_of(done) == {opened: "Stayed."}


def test_only_what_was_done_is_corrected_and_only_by_outreach(
    signed_in, done, visit, worker, school_staff
):
    assert signed_in.get(url("log-correct", visit)).status_code == 404
    with pytest.raises(WrongStatus):
        actions.correct(visit, visit, {}, why="x", seen=state_of(visit), by=worker)
    with pytest.raises(PermissionDenied):
        actions.correct(done, done, {}, why="x", seen=state_of(done), by=school_staff)


# --- hours ---


def test_hours_of_schools_and_workers_stand_on_the_page_of_what_was_bought(
    signed_in, school, other_school, worker, person
):
    """Ash: 60 and 90 minutes; Beech: 30. What was planned, and a year ago, is not in them."""
    colleague, today = person(Role.OUTREACH_WORKER, name="Uma Outreach"), localdate()
    for place, by, minutes, on, status in (
        (school, worker, 60, today, "done"),
        (school, colleague, 90, today, "done"),
        (other_school, colleague, 30, today, "done"),
        (school, worker, None, today, "planned"),
        (school, worker, 600, today - timedelta(days=366), "done"),
    ):
        factories.LogEntryFactory(
            school=place, worker=by, minutes=minutes, on=on, status=status, provider=None
        )

    page = signed_in.get(reverse("outreach:balances"))

    schools = {row["school__name"]: row["minutes"] for row in page.context["schools"]}
    assert schools == {str(school): 150, str(other_school): 30}
    workers = {row["worker__name"]: row["minutes"] for row in page.context["workers"]}
    assert workers == {"Olu Outreach": 60, "Uma Outreach": 120}
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", page.content.decode())
    for name, hours in ((str(school), "2.5"), (str(other_school), "0.5"), ("Uma Outreach", "2.0")):
        assert cells[cells.index(name) + 1] == hours
    signed_in.force_login(person(Role.SCHOOL_STAFF, school))
    own = signed_in.get(reverse("outreach:balances")).context
    assert [row["school__name"] for row in own["schools"]] == [str(school)]
    assert own["workers"] == []
