"""Who is told of an absence: once, by their way, without a name; and what a parent answers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.access import LINKS_AN_HOUR
from accounts.models import OutboxMessage, Run
from accounts.permissions import Role
from accounts.work import work
from attendance import actions, nightly, tasks
from attendance.models import AbsenceEntry, AbsenceNotice, Answer
from attendance.models.unaccounted import Rows, lines
from tests import factories

MONDAY = date(2024, 9, 16)
TEXTS = []


def text(number, words):
    TEXTS.append((number, words))


def at(clock, day=MONDAY):
    hour, minute = clock.split(":")
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=UTC)


def kinds():
    return list(OutboxMessage.objects.order_by("pk").values_list("kind", flat=True))


@pytest.fixture
def placement(db, calendar, provider, school):
    factories.RegisterTimesFactory(provider=provider)
    row = factories.PlacementFactory(provider=provider, home_school=school)
    factories.EnrolmentFactory(pupil=row.pupil, organisation=school)
    return row


@pytest.fixture
def absent(placement):
    return factories.MarkFactory(placement=placement, date=MONDAY, code_id="N")


def contact(placement, channel, **details):
    given = {"email": "jo@x.example"} if channel == "email" else {}
    return factories.ContactFactory(
        pupil=placement.pupil, absence_channel=channel, **{**given, **details}
    )


def test_a_register_that_is_not_finished_is_told_once(placement):
    for clock in ("8:25", "8:30", "8:35", "8:40"):
        actions.follow(at(clock))

    assert kinds() == ["register.late"]
    assert OutboxMessage.objects.get().payload == {
        "provider": placement.provider_id,
        "day": "2024-09-16",
        "half": "am",
    }


def test_the_same_minutes_run_once(placement):
    actions.follow(at("8:31"))
    OutboxMessage.objects.all().delete()

    actions.follow(at("8:33"))

    assert kinds() == []


@pytest.mark.parametrize(
    "day", [date(2024, 9, 14), date(2024, 10, 28)], ids=["Saturday", "half term"]
)
def test_nothing_is_told_on_a_day_without_school(placement, day):
    actions.follow(at("11:00", day))

    assert kinds() == []


def test_nothing_is_told_where_the_place_is_closed_or_expects_nobody(placement):
    factories.ClosureFactory(
        organisation=placement.provider, starts_on=MONDAY, ends_on=MONDAY + timedelta(days=1)
    )
    factories.RegisterTimesFactory()  # a provider without pupils

    actions.follow(at("11:00"))

    assert kinds() == []


def test_the_leads_are_told_and_no_name_is(placement, person, provider_staff, mailoutbox):
    lead = person(Role.PROVIDER_LEAD)

    tasks.tell_of_register({"provider": placement.provider_id, "day": "2024-09-16", "half": "am"})

    (message,) = mailoutbox
    assert message.to == [lead.email]
    assert "Cedar Centre" in message.body
    assert placement.pupil.surname not in message.body


def test_school_and_parent_are_told_once_by_their_way(absent, placement):
    asked = contact(placement, "email")
    contact(placement, "text")
    contact(placement, "phone")
    contact(placement, "")

    for clock in ("8:31", "8:36"):
        actions.follow(at(clock))

    assert sorted(kinds()) == ["absence.email", "absence.school", "register.late"] or sorted(
        kinds()
    ) == ["absence.email", "absence.school"]
    assert {(row.to, row.contact) for row in AbsenceNotice.objects.all()} == {
        ("school", None),
        ("contact", asked),
    }


def test_the_clock_follows_the_morning(placement):
    nightly.follow_absence()

    assert Run.objects.filter(task="attendance.nightly.follow").count() == 1


def test_nobody_is_told_before_the_time(absent):
    actions.follow(at("8:29"))

    assert kinds() == []


def test_a_pupil_without_a_mark_alarms_no_family(placement):
    contact(placement, "email")

    actions.follow(at("8:45"))

    assert not AbsenceNotice.objects.exists()


def test_the_second_time_is_told_once_and_again_for_a_new_line(absent, placement):
    actions.follow(at("9:00"))
    actions.follow(at("9:05"))
    second = factories.PlacementFactory(provider=placement.provider)
    factories.MarkFactory(placement=second, date=MONDAY, code_id="N")
    actions.follow(at("9:10"))

    sent = OutboxMessage.objects.filter(kind="absence.escalated").order_by("pk")
    assert [row.payload["pupils"] for row in sent] == [1, 1]


def test_a_reason_from_a_parent_waits_for_a_person_and_is_not_escalated(absent, placement):
    factories.AbsenceEntryFactory(
        placement=placement, way="reply", answer="ill", by=None, code_id="I"
    )

    actions.follow(at("9:00"))

    (line,) = lines(Rows.all(), at("9:00"))
    assert (line.is_answered, line.proposed) == (True, "I")
    assert "absence.escalated" not in kinds()


def test_leads_and_officers_are_told_without_names(placement, person, mailoutbox):
    people = [person(Role.PROVIDER_LEAD), person(Role.ATTENDANCE_OFFICER)]

    tasks.tell_of_escalation({"provider": placement.provider_id, "pupils": 2})
    tasks.tell_of_alarm({"provider": placement.provider_id})

    assert [row.to for row in mailoutbox] == [[row.email] for row in people] * 2
    assert "2 pupils are not accounted for" in mailoutbox[0].body
    assert all(placement.pupil.forename not in row.body for row in mailoutbox)


# --- Today: what is sent reads fresh, and a link works on its day only ---


@pytest.fixture
def today(placement):
    """Mark the pupil N today, whatever day it is."""
    return factories.MarkFactory(
        placement=placement, date=localdate(), code_id="N", marked_at=timezone.now()
    )


def told(placement):
    with transaction.atomic():
        return actions.tell_of_absence(marked_lines())


def marked_lines():
    """Leave out the other session of today, which opens a line of its own late in the day."""
    return [line for line in lines(Rows.all(), timezone.now()) if line.mark]


def deliver_all():
    for message in OutboxMessage.objects.filter(done_at=None):
        work(message.pk)


def test_the_school_is_told_at_its_address_or_else_its_staff(today, placement, person, school):
    staff = person(Role.SCHOOL_STAFF)
    told(placement)
    deliver_all()
    assert [row.to for row in mail.outbox] == [[staff.email]]

    school.absence_email = "office@school.example"
    school.save()
    tasks.tell_the_school(OutboxMessage.objects.get(kind="absence.school").payload)

    assert mail.outbox[-1].to == ["office@school.example"]
    assert "A pupil of yours is absent" in mail.outbox[-1].body
    assert placement.pupil.surname not in mail.outbox[-1].body


def test_nothing_is_sent_about_a_pupil_who_is_accounted_for_meanwhile(today, placement):
    contact(placement, "email")
    told(placement)
    factories.AbsenceEntryFactory(
        placement=placement, date=localdate(), way="seen", is_accounted=True
    )

    deliver_all()

    assert mail.outbox == []


def test_a_text_is_sent_where_a_service_is_set_up(today, placement, settings):
    contact(placement, "text")
    assert [row.to for row in told(placement)] == ["school"]
    settings.TEXT_SERVICE = "tests.attendance.test_notices.text"
    TEXTS.clear()

    told(placement)
    deliver_all()

    ((number, words),) = TEXTS
    assert number == "020 7946 0000"
    assert "/absence/reply/" in words
    assert placement.pupil.forename not in words


def test_the_link_in_the_mail_names_nobody_and_the_page_the_first_name_only(
    client, today, placement
):
    contact(placement, "email")
    told(placement)
    deliver_all()

    (message,) = [row for row in mail.outbox if row.to == ["jo@x.example"]]
    assert placement.pupil.forename not in message.subject + message.body
    path = "/absence/reply/" + message.body.split("/absence/reply/")[1].split()[0]
    page = client.get(path)
    words = page.content.decode()
    assert placement.pupil.forename in words
    assert placement.pupil.surname not in words
    assert placement.provider.name not in words
    assert (page["Cache-Control"], page["Referrer-Policy"]) == ("no-store", "same-origin")
    assert not AbsenceEntry.objects.exists()  # a program that follows links answers nothing


@pytest.fixture
def notice(today, placement):
    return factories.AbsenceNoticeFactory(placement=placement, date=localdate())


@pytest.mark.parametrize("said", Answer)
def test_one_press_answers_and_accounts_for_nobody(client, notice, said):
    page = client.post(reverse("attendance:reply", args=[notice.token]), {"answer": said.value})

    assert "You answered" in page.content.decode()
    entry = AbsenceEntry.objects.get()
    assert (entry.answer, entry.contact, entry.is_accounted) == (said, notice.contact, False)
    assert entry.code_id == {"ill": "I", "appointment": "M"}.get(said)
    assert len(marked_lines()) == 1


def test_who_did_not_know_raises_the_alarm_at_once(client, notice):
    client.post(reverse("attendance:reply", args=[notice.token]), {"answer": "not known"})

    assert "absence.alarm" in kinds()
    (line,) = marked_lines()
    assert line.is_alarm
    assert line.is_escalated(timezone.now() - timedelta(days=1))


def test_a_link_takes_one_answer(client, notice):
    path = reverse("attendance:reply", args=[notice.token])
    client.post(path, {"answer": "ill"})

    again = client.post(path, {"answer": "not known"})

    assert again.status_code == 404
    assert AbsenceEntry.objects.get().answer == "ill"


def test_two_answers_at_once_are_one(notice):
    first = actions.answer(notice.token, said="ill", words="")

    assert first is not None
    assert actions.answer(notice.token, said="other", words="") is None


def test_a_guessed_spent_or_late_link_gets_the_same_answer(client, notice):
    good = notice.token
    late = factories.AbsenceNoticeFactory(
        placement=notice.placement, date=localdate() - timedelta(days=1)
    )
    other = AbsenceNotice.signer().sign("not-a-uid")
    tokens = ["guessed", good[:-1] + ("A" if good[-1] != "A" else "B"), late.token, other]

    answers = [client.get(reverse("attendance:reply", args=[token])) for token in tokens]

    assert {answer.status_code for answer in answers} == {404}
    mains = {answer.content.decode().split("<main")[1].split("</main>")[0] for answer in answers}
    assert len(mains) == 1
    assert notice.placement.pupil.forename not in answers[0].content.decode()


@pytest.mark.parametrize("sent", [{}, {"answer": "?"}, {"answer": "ill", "words": "x" * 301}])
def test_an_answer_that_is_none_is_asked_again(client, notice, sent):
    page = client.post(reverse("attendance:reply", args=[notice.token]), sent)

    assert "Press one of the buttons" in page.content.decode()
    assert not AbsenceEntry.objects.exists()


def test_the_links_of_an_address_are_counted(client, notice, monkeypatch):
    path = reverse("attendance:reply", args=[notice.token])
    for times, status in ((LINKS_AN_HOUR, 200), (LINKS_AN_HOUR + 1, 429)):
        monkeypatch.setattr("accounts.access._counted", lambda *_, times=times: times)
        assert client.get(path).status_code == status
