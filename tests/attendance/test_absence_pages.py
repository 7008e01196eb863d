"""The pages of absence as people use them, in the small borough whose days lie around today."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import Role
from attendance import actions
from attendance.models import AbsenceEntry, Mark, PartTimeTimetable, RegisterTimes, Way
from placements.models import EVERY_SESSION
from tests import factories
from tests import world as worlds

SENT = {"way": "call", "words": "At the dentist.", "accounted": "yes", "code": "M", "seen": "2"}


@pytest.fixture
def world(db):
    """Make the borough: the mark of the own pupil was N and is I, and no entry says how so."""
    world = worlds.build()
    left_out = 0 if world.school_day.weekday() else 2  # the borough's leaves this day out
    PartTimeTimetable.objects.update(sessions=EVERY_SESSION & ~(0b11 << left_out))
    return world


@pytest.fixture
def lead(client, world):
    client.force_login(world.people[Role.PROVIDER_LEAD])
    return client


@pytest.fixture
def path(world):
    day = world.own.mark.date
    return reverse("attendance:absence-line", args=[world.own.placement.uid, day, "am"])


def keys_listed(client):
    rows = client.get(reverse("attendance:absence")).context["rows"]
    return [(line.placement.pk, line.session) for line, *_ in rows]


def account(world, by):
    row = AbsenceEntry(placement=world.own.placement, date=world.own.mark.date, session=0,
                       way=Way.SEEN, words="In the yard.", is_accounted=True)  # fmt: skip
    actions.record(row, by=by)


def test_the_page_saves_an_entry_and_takes_the_pupil_off_the_list(lead, world, path):
    here = (world.own.placement.pk, 0)
    assert here in keys_listed(lead)

    answer = lead.post(path, SENT)

    assert answer["Location"] == reverse("attendance:absence")
    assert here not in keys_listed(lead)
    assert Mark.objects.get(pk=world.own.mark.pk).code_id == "M"
    assert "At the dentist." in lead.get(path).content.decode()


def test_the_page_keeps_what_was_typed_and_says_what_is_wrong(lead, path):
    before = AbsenceEntry.objects.count()

    words = lead.post(path, {"way": "message", "words": "Voicemail.", "accounted": "yes"})

    assert "Voicemail." in words.content.decode()
    assert "Without an answer nobody knows where the pupil is" in words.content.decode()
    assert AbsenceEntry.objects.count() == before


def test_a_mark_that_changed_meanwhile_is_told_and_the_entry_kept(lead, world, path):
    Mark.objects.filter(pk=world.own.mark.pk).update(version=3)

    page = lead.post(path, SENT, follow=True).content.decode()

    assert "Saved. The mark was not changed" in page
    assert AbsenceEntry.objects.filter(words="At the dentist.").exists()


def test_a_second_entry_after_the_account_is_told_so(lead, world, path):
    account(world, world.people[Role.PROVIDER_STAFF])

    answer = lead.post(path, SENT, follow=True)

    assert "was accounted for meanwhile" in answer.content.decode()


def test_a_parents_answer_fills_in_the_form_and_a_person_decides(lead, world, path):
    factories.AbsenceEntryFactory(placement=world.own.placement, date=world.own.mark.date,
                                  way="reply", answer="appointment", by=None, code_id="M",
                                  words="Back at 11.")  # fmt: skip

    form = lead.get(path).context["form"]

    assert form.initial["words"] == (
        "Answered the notice: At a medical or dental appointment. Back at 11."
    )
    assert (form.initial["code"], form.initial.get("accounted")) == ("M", None)


def test_a_school_reads_and_writes_nothing(client, world, path):
    client.force_login(world.people[Role.SCHOOL_STAFF])

    assert (world.own.placement.pk, 0) in keys_listed(client)
    assert "next try" not in client.get(path).content.decode()
    assert client.post(path, SENT).status_code == 404


@pytest.mark.parametrize(("on", "half"), [("never", "am"), ("2024-09-16", "noon")])
def test_a_line_that_cannot_be_is_a_404(lead, world, on, half):
    path = reverse("attendance:absence-line", args=[world.own.placement.uid, on, half])

    assert lead.get(path).status_code == 404


def test_who_is_away_with_a_reason_is_told_apart(lead, world):
    factories.MarkFactory(placement=world.own.placement, date=world.school_day, session=1,
                          code_id="M")  # fmt: skip

    page = lead.get(reverse("attendance:absence"))

    away = [row.code_id for row in page.context["away"]]
    assert away == (["M"] if page.context["today"] == world.school_day else [])


def test_pupils_without_a_mark_stand_together_by_their_register(lead, world):
    Mark.objects.all().update(code="/")
    page = lead.get(reverse("attendance:absence"))

    assert page.context["rows"] == []
    for row in page.context["late"]:  # none before the times of the day
        assert row.provider == world.own.provider
        assert world.own.placement in [line.placement for line in row.lines]


def test_whom_nobody_marked_on_an_earlier_day_is_found_through_the_register(lead):
    earlier = [
        row.on
        for row, _ in lead.get(reverse("attendance:unmarked")).context["page"]
        if row.on < localdate()
    ]

    page = lead.get(reverse("attendance:absence"))

    assert earlier
    assert {line.on for row in page.context["late"] for line in row.lines} <= {localdate()}
    told = page.content.decode().partition("from the next day on the register stands under")[2]
    assert told.lstrip().startswith(
        f'<a class="govuk-link" href="{reverse("attendance:unmarked")}"'
    )


def test_the_map_of_absence_leads_to_the_registers(lead, world):
    page = lead.get(reverse("attendance:unmarked")).content.decode()

    assert "registers/" in page
    assert world.own.pupil.surname not in page


@pytest.mark.parametrize("begin_later", [False, True])
def test_a_provider_without_times_is_named_and_its_absences_stay_listed(lead, world, begin_later):
    times = RegisterTimes.objects.filter(provider=world.own.placement.provider)
    times.update(starts_on=localdate() + timedelta(days=1)) if begin_later else times.delete()
    here = (world.own.placement.pk, 0)

    page = lead.get(reverse("attendance:absence"))

    assert here in [(row.placement.pk, row.session) for row, *_ in page.context["rows"]]
    assert list(page.context["untimed"]) == [world.own.placement.provider]
    assert "Nobody set the times of the registers of" in page.content.decode()
    account(world, world.people[Role.PROVIDER_LEAD])
    assert here not in keys_listed(lead)
