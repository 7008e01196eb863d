"""What happens to a referral between its first answer and the end: nothing is lost or overwritten."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import OutboxMessage
from accounts.permissions import Role
from accounts.workflow import WrongStatus
from pupils.models import Document
from referrals import actions
from referrals.models import Attachment, Entry, Referral, RequestForMore, Status
from tests import factories
from tests.lib.test_documents import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def pupil(school):
    return factories.EnrolmentFactory(organisation=school).pupil


@pytest.fixture
def draft(pupil, school, school_staff):
    return factories.ReferralFactory(pupil=pupil, school=school, made_by=school_staff)


@pytest.fixture
def sent(pupil, school, school_staff):
    return factories.ReferralFactory(
        pupil=pupil,
        school=school,
        made_by=school_staff,
        status=Status.SUBMITTED,
        tried="A mentor.",
    )


def upload(name="Report.pdf", content=b"%PDF-1.7\n%%EOF"):
    return SimpleUploadedFile(name, content)


def content_of(document):
    with document.file.open("rb") as file:
        return file.read()


def kinds():
    return [entry.kind for entry in Entry.objects.order_by("pk")]


def test_two_people_who_write_one_draft_do_not_overwrite_each_other(draft, school_staff):
    first = actions.change(draft, by=school_staff, revision=0, concern="First.")

    with pytest.raises(actions.Stale) as stale:
        actions.change(draft, by=school_staff, revision=0, concern="Second.")

    assert stale.value.fresh.concern == "First."
    assert (first.revision, Referral.objects.get().concern) == (1, "First.")


def test_the_same_answer_saved_again_is_no_conflict(draft, school_staff):
    actions.change(draft, by=school_staff, revision=0, concern="First.")

    assert actions.change(draft, by=school_staff, revision=0, concern="First.").revision == 1


def test_a_new_draft_carries_over_what_may_still_hold(sent, school_staff, caseworker):
    actions.decide(sent, verb="decline", reason="No.", by=caseworker)
    again = factories.ReferralFactory.build(
        pupil=sent.pupil, school=sent.school, made_by=None, concern=""
    )

    actions.make(again, by=school_staff)

    again.refresh_from_db()
    assert (again.tried, again.concern) == ("A mentor.", "")


@pytest.fixture
def mails(django_capture_on_commit_callbacks, mailoutbox):
    """Do something, and return the mails that follow."""

    def after(act):
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return mailoutbox

    return after


def test_a_referral_is_handed_over_and_the_colleague_is_told(draft, person, school_staff, mails):
    colleague = person(Role.SCHOOL_STAFF, draft.school)

    told = mails(lambda: actions.hand_over(draft, to=colleague, by=school_staff))

    assert Referral.objects.get().holder == colleague
    assert [mail.to for mail in told] == [[colleague.email]]


@pytest.mark.usefixtures("calendar")
def test_sending_starts_the_clocks_that_law_and_council_set(draft, school_staff):
    factories.ClockRuleFactory(school_days=10)
    Referral.objects.update(reason="permanent exclusion", event_on=date(2024, 10, 17))

    sent = actions.submit(draft, by=school_staff, at=datetime(2024, 10, 21, 9, tzinfo=UTC))

    assert sent.decide_by == date(2024, 11, 11)
    assert sent.day_six_on == date(2024, 10, 25)


@pytest.mark.usefixtures("calendar")
def test_without_a_target_of_the_council_no_clock_runs(draft, school_staff):
    sent = actions.submit(draft, by=school_staff, at=datetime(2024, 10, 21, 9, tzinfo=UTC))

    assert (sent.decide_by, sent.day_six_on) == (None, None)


def test_an_amended_answer_keeps_the_old_one(sent, school_staff):
    actions.amend(sent, by=school_staff, tried="A mentor and a new timetable.")

    entry = Entry.objects.get()
    assert (entry.answer, entry.before) == ("tried", "A mentor.")
    assert entry.after == "A mentor and a new timetable."
    assert Referral.objects.get().tried == entry.after
    assert OutboxMessage.objects.filter(kind="referral.added").exists()


@pytest.mark.usefixtures("calendar")
def test_an_exclusion_that_comes_after_the_referral_starts_the_day_6_clock(sent, school_staff):
    actions.amend(sent, by=school_staff, reason="permanent exclusion", event_on=date(2024, 10, 17))

    assert Referral.objects.get().day_six_on == date(2024, 10, 25)
    assert Entry.objects.get(answer="reason").after == "Permanently excluded"
    assert Entry.objects.get(answer="event_on").after == "17 October 2024"


@pytest.mark.parametrize("status", [Status.DRAFT, Status.DECLINED, Status.WITHDRAWN])
def test_nothing_is_added_to_what_is_not_with_the_send_team(status, school, school_staff, pupil):
    referral = factories.ReferralFactory(pupil=pupil, school=school, status=status)

    with pytest.raises(WrongStatus, match="nothing can be added"):
        actions.add(referral, words="More.", by=school_staff)
    with pytest.raises(WrongStatus, match="nothing can be added"):
        actions.amend(referral, tried="More.", by=school_staff)


def test_a_case_that_waits_for_the_school_comes_back_by_itself(sent, school_staff, caseworker):
    actions.ask(sent, questions=["hoped", "not a question"], words="Which class?", by=caseworker)
    sent.refresh_from_db()
    assert sent.status == Status.WAITING
    assert RequestForMore.objects.get().questions == ["hoped"]

    actions.answer(sent, words="9B.", hoped="Back by Easter.", by=school_staff)

    sent.refresh_from_db()
    assert (sent.status, sent.hoped) == (Status.SUBMITTED, "Back by Easter.")
    assert RequestForMore.objects.get().answered_at
    assert kinds() == ["asked", "amended", "answered"]


def test_a_request_that_asks_nothing_is_refused(sent, caseworker):
    with pytest.raises(ValidationError, match="Choose a question"):
        actions.ask(sent, questions=[], words="", by=caseworker)

    assert Referral.objects.get().status == Status.SUBMITTED


def test_a_case_that_waits_may_be_decided_all_the_same(sent, caseworker):
    actions.ask(sent, questions=["hoped"], words="", by=caseworker)

    actions.decide(sent, verb="accept", tier=2, reason="Now.", by=caseworker)

    assert not RequestForMore.objects.filter(answered_at=None).exists()


def test_a_decision_is_taken_back_until_the_school_has_read_it(sent, caseworker, school_staff):
    decided = actions.decide(sent, verb="decline", reason="No.", by=caseworker)
    actions.undo(decided, by=caseworker)
    sent.refresh_from_db()
    assert (sent.status, sent.decision_reason, sent.decided_by) == (Status.SUBMITTED, "", None)

    decided = actions.decide(sent, verb="accept", reason="Yes.", tier=2, by=caseworker)
    actions.note_read(decided, by=school_staff)

    with pytest.raises(WrongStatus, match="has read the decision"):
        actions.undo(decided, by=caseworker)
    assert kinds() == ["declined", "undone", "accepted"]


def test_a_decision_with_a_placement_is_not_taken_back(caseworker):
    placed = factories.ReferralFactory(status=Status.ACCEPTED, is_placed=True)

    with pytest.raises(WrongStatus, match="A placement is open"):
        actions.undo(placed, by=caseworker)


def test_assigning_many_tells_of_each_that_could_not_be(sent, caseworker, manager):
    decided = factories.ReferralFactory(status=Status.DECLINED)

    problems = actions.assign_all([sent, decided], to=manager, by=caseworker)

    assert [(row.pk, "declined already" in words) for row, words in problems] == [
        (decided.pk, True)
    ]
    assert Referral.objects.get(pk=sent.pk).assigned_to == manager
    actions.assign(sent, to=manager, by=caseworker)
    assert kinds() == ["assigned"], "the same officer again is no event"


def test_only_the_council_asks_assigns_and_takes_back(sent, school_staff, provider_staff):
    for user in (school_staff, provider_staff):
        with pytest.raises(PermissionDenied):
            actions.ask(sent, questions=["hoped"], words="", by=user)
        with pytest.raises(PermissionDenied):
            actions.assign(sent, to=user, by=user)
        with pytest.raises(PermissionDenied):
            actions.undo(sent, by=user)


def test_only_the_school_writes_its_referral(draft, sent_by_nobody, caseworker):
    for act in (
        lambda: actions.hand_over(draft, to=caseworker, by=caseworker),
        lambda: actions.attach(draft, upload(), by=caseworker),
        lambda: actions.add(sent_by_nobody, words="x", by=caseworker),
        lambda: actions.amend(sent_by_nobody, tried="x", by=caseworker),
        lambda: actions.detach(factories.AttachmentFactory(), by=caseworker),
    ):
        with pytest.raises(PermissionDenied):
            act()


@pytest.fixture
def sent_by_nobody():
    return factories.ReferralFactory(status=Status.SUBMITTED)


def test_a_document_is_kept_under_a_random_name_and_taken_out_of_a_draft(draft, school_staff):
    attachment = actions.attach(draft, upload("../../etc/Report.pdf"), by=school_staff)

    document = Document.objects.get()
    assert document.name == "Report.pdf"
    assert document.file.name == f"{document.uid.hex[:2]}/{document.uid.hex}"
    assert content_of(document).startswith(b"%PDF-")
    actions.detach(attachment, by=school_staff)
    assert not Document.objects.kept().exists()


def test_a_picture_is_kept_without_its_place(draft, school_staff):
    actions.attach(draft, upload("photo.jpg", picture(comment=b"12 Elm Road")), by=school_staff)

    assert b"Elm" not in content_of(Document.objects.get())


def test_a_referral_holds_ten_documents_at_most(draft, school_staff):
    factories.AttachmentFactory.create_batch(actions.MOST_DOCUMENTS, referral=draft)

    with pytest.raises(ValidationError, match="at most 10 documents"):
        actions.attach(draft, upload(), by=school_staff)


def test_a_document_of_a_sent_referral_stays_and_is_told(sent, school_staff):
    attachment = actions.attach(sent, upload(), by=school_staff)

    assert Entry.objects.get().after == "Document: Report.pdf"
    with pytest.raises(WrongStatus, match="its documents stay"):
        actions.detach(attachment, by=school_staff)


def test_what_cannot_be_kept_leaves_nothing_behind(draft, school_staff):
    with pytest.raises(ValidationError):
        actions.attach(draft, upload("virus.exe"), by=school_staff)

    assert not Attachment.objects.exists()
    assert not Document.objects.exists()


@pytest.fixture
def acts(sent, school_staff, caseworker):
    """What one side does, and whom of the other side it concerns."""
    return {
        "asked": lambda: actions.ask(sent, questions=["hoped"], words="", by=caseworker),
        "added": lambda: actions.add(sent, words="More.", by=school_staff),
        "answered": lambda: actions.answer(sent, words="", hoped="So.", by=school_staff),
        "withdrawn": lambda: actions.withdraw(sent, by=school_staff),
    }


@pytest.mark.parametrize("act", ["asked", "added", "answered", "withdrawn"])
@pytest.mark.parametrize("is_assigned", [True, False])
def test_each_side_is_told_what_the_other_does(acts, mails, manager, act, is_assigned):
    Referral.objects.update(assigned_to=manager if is_assigned else None)
    if act == "answered":
        acts["asked"]()

    told = mails(acts[act])

    sent = Referral.objects.get()
    people = {address for mail in told for address in mail.to}
    if act == "asked":
        assert people == {sent.made_by.email}
    else:
        assert manager.email in people
        assert len(people) == (1 if is_assigned else 2)
    for mail in told:
        assert sent.pupil.surname not in mail.subject + mail.body
        assert sent.pupil.forename not in mail.subject + mail.body


def test_nobody_is_mailed_of_a_decision_that_was_taken_back_at_once(sent, caseworker, mails):
    def decide_and_undo():
        decided = actions.decide(sent, verb="decline", reason="No.", by=caseworker)
        actions.undo(decided, by=caseworker)

    assert mails(decide_and_undo) == []
