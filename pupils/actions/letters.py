"""What happens to a letter: drafted, approved by a colleague, issued for good, or withdrawn."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import Organisation, User
from accounts.permissions import Permission
from accounts.workflow import WrongStatus, make_move
from pupils import letters
from pupils.letters import Case, Check, LetterKind
from pupils.models import Contact, Letter
from pupils.models.letter import Status, digest

GONE = "The case that this letter is about is no longer within your reach."


class StaleLetter(Exception):
    """Somebody else saved the letter since the page was opened. Holds the fresh letter."""

    def __init__(self, fresh: Letter) -> None:
        """Keep what is saved now."""
        super().__init__(f"{fresh.drafted_by} saved this letter while you were writing.")
        self.fresh = fresh


def _check(by: User, permission: Permission) -> None:
    if not by.can(permission):
        raise PermissionDenied(f"this asks for {permission}")


def kind_and_case(letter: Letter, *, by: User) -> tuple[LetterKind, Case]:
    """Return what a letter is and what it is about. Raise ValidationError where that is gone."""
    kind, case = letters.kind_of(letter.kind), letters.case_of(letter.about, letter.case, by)
    if kind is None or case is None or case.pupil.pk != letter.pupil_id:
        raise ValidationError(GONE)
    return kind, case


def checks(letter: Letter, *, by: User) -> list[Check]:
    """Return the checks of a letter as it stands, with whether it can be printed."""
    kind, case = kind_and_case(letter, by=by)
    found = letters.checks_of(letter, kind, case)
    problem = ""
    try:
        preview(letter)
    except letters.Unprintable as error:
        problem = str(error)
    return [*found, Check("Every character can be printed", not problem, problem)]


def preview(letter: Letter) -> bytes:
    """Return the PDF of a letter as it stands, marked as a draft. Raise Unprintable."""
    return _printed(letter, signed_by=letter.approved_by or letter.drafted_by, at=timezone.now())


def _printed(letter: Letter, *, signed_by: User, at: datetime, is_draft: bool = True) -> bytes:
    kind = letters.kind_of(letter.kind)
    if kind is None:
        raise ValidationError(GONE)
    blank = {ask.name: "" for ask in kind.asks}
    data = {
        "title": letter.title,
        "reference": letter.reference,
        "date": timezone.localtime(at).date().isoformat(),
        "council": settings.COUNCIL_NAME,
        "service": settings.SERVICE_NAME,
        "email": settings.SUPPORT_EMAIL,
        "to_name": letter.to_name,
        "to_lines": letter.address_lines,
        "facts": letter.facts,
        "answers": blank | letter.answers,
        "words": letter.words,
        "signed_name": signed_by.name,
        "signed_position": signed_by.position,
        "is_draft": is_draft,
    }
    return letters.render(kind.template, data, at=at)


@transaction.atomic
def draft_letter(letter: Letter, *, kind: LetterKind, case: Case, by: User) -> Letter:
    """Save a new draft with the facts of its case. The same draft sent twice is one."""
    _check(by, Permission.LETTER_WRITE)
    if same := Letter.objects.as_user(by).filter(uid=letter.uid, drafted_by=by).first():
        return same
    if not kind.is_open(case.row):
        raise ValidationError(f"{case.name}: this letter does not fit where it stands now.")
    letter.kind, letter.title = kind.slug, kind.title
    letter.about, letter.case, letter.pupil = case.about, case.uid, case.pupil
    letter.provider = case.provider
    letter.needs_second_person = kind.needs_second_person
    _fill(letter, kind, case, by=by)
    letter.full_clean()
    letter.save()
    return letter


def _fill(letter: Letter, kind: LetterKind, case: Case, *, by: User) -> None:
    """Take the facts and the addressee's name anew, and the recorded address where none is given."""
    letter.facts = kind.facts(case)
    to: Contact | Organisation | None = letter.contact or letter.organisation
    letter.to_name = to.name if to else ""
    if to and not letter.to_address.strip():
        home = case.pupil.address if isinstance(to, Contact) else ""
        postcode = case.pupil.postcode if isinstance(to, Contact) else to.postcode
        letter.to_address = "\n".join(line for line in (home, postcode) if line)
    letter.drafted_by, letter.drafted_at = by, timezone.now()


@transaction.atomic
def change_letter(
    letter: Letter, *, by: User, revision: int | None = None, **changes: Any
) -> Letter:
    """Save a changed draft, with the facts as they are today. Raise StaleLetter, WrongStatus."""
    _check(by, Permission.LETTER_WRITE)
    rows = Letter.objects.as_user(by).with_names().select_for_update(of=("self",))
    fresh = rows.get(pk=letter.pk)
    if fresh.status != Status.DRAFT:
        raise WrongStatus(
            f"This letter is {fresh.get_status_display().lower()}, so its words stand."
        )
    if revision is not None and revision != fresh.revision:
        raise StaleLetter(fresh)
    kind, case = kind_and_case(fresh, by=by)
    for name, value in changes.items():
        setattr(fresh, name, value)
    _fill(fresh, kind, case, by=by)
    fresh.revision += 1
    fresh.full_clean()
    fresh.save()
    return fresh


def _refuse(found: list[Check], fields: Mapping[str, str] | None = None) -> None:
    """Raise ValidationError with what stops the letter, beside the fields that a page has."""
    stopping = [check for check in found if check.stops]
    if not stopping:
        return
    errors: dict[str, list[str]] = {}
    for check in stopping:
        place = check.field if fields and check.field in fields else "__all__"
        errors.setdefault(place, []).append(f"{check.name}: {check.to_do}")
    raise ValidationError(errors)


@transaction.atomic
def approve_letter(letter: Letter, *, by: User) -> Letter:
    """Approve a draft: from here on its words stand. Some kinds need a second person."""
    letter = make_move(letter, "approve", by=by, approved_by=by, approved_at=timezone.now())
    _refuse(checks(letter, by=by))
    return letter


@transaction.atomic
def revise_letter(letter: Letter, *, by: User) -> Letter:
    """Make an approved letter a draft again: it must then be approved anew."""
    return make_move(letter, "revise", by=by, approved_by=None, approved_at=None)


@transaction.atomic
def withdraw_letter(letter: Letter, *, by: User) -> Letter:
    """Put a letter aside that has not gone out."""
    return make_move(letter, "withdraw", by=by)


@transaction.atomic
def issue_letter(letter: Letter, *, channel: str, given_on: date | None, by: User) -> Letter:
    """Issue an approved letter: check it once more, keep its PDF for good, tell who gets a link.

    The file stays without its row where the transaction fails after this: it names nothing.
    """
    rows = Letter.objects.as_user(by).with_names().select_for_update(of=("self",))
    fresh = rows.get(pk=letter.pk)
    now = timezone.now()
    changes: dict[str, Any] = {}
    if by.can(Permission.LETTER_WRITE) and fresh.status == Status.APPROVED:
        fresh.channel, fresh.given_on = channel, given_on
        _refuse(checks(fresh, by=by), {"channel": channel, "given_on": ""})
        signed_by = fresh.approved_by or by
        content = _printed(fresh, signed_by=signed_by, at=now, is_draft=False)
        fresh.file.save("letter.pdf", ContentFile(content), save=False)
        changes = {"file": fresh.file.name, "sha256": digest(content)}
    issued = make_move(
        letter,
        "issue",
        by=by,
        channel=channel,
        given_on=given_on,
        issued_by=by,
        issued_at=now,
        **changes,
    )
    work.post("letter.issued", letter=issued.pk)
    return issued


def may_be_given_today(letter: Letter) -> date:
    """Return the day to offer for giving the letter: the planned one, or today where it passed."""
    return max(letter.given_on or localdate(), localdate())
