"""A lead corrects many marks at once, with one reason; each mark keeps an amendment of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts import work
from accounts.models import User
from accounts.permissions import Permission
from apsystem.lib.calendar import Session
from attendance.actions import lines
from attendance.actions.register import rewrite
from attendance.models import Code, Mark
from attendance.models.choice import why_not
from attendance.models.code import AFTERNOON, MORNING
from attendance.models.mark import DUAL

MOST = 500


@dataclass
class Corrected:
    """How many marks were changed, how many said it already, and why others were left."""

    written: int = 0
    unchanged: int = 0
    problems: list[str] = field(default_factory=list)


@transaction.atomic
def correct(marks: Mapping[int, int], *, code: str, reason: str, by: User) -> Corrected:
    """Give marks another code. `marks` names each with the version that was seen.

    `/` and its afternoon twin stand for "present": each mark gets the one of its session. What
    somebody changed meanwhile, or what cannot hold the code, is left as it is and told.
    """
    if not by.can(Permission.REGISTER_CORRECT):
        raise PermissionDenied("this asks for register.correct")
    wanted = _asked(marks, code, reason)
    done = Corrected()
    changed = []
    for row in _locked(marks, by):
        new = _of_session(code, row.session)
        if words := _wrong(row, marks[row.pk], new, wanted):
            done.problems.append(f"{row.pupil}, {_when(row)}: {words}")
        elif row.code_id == new:
            done.unchanged += 1
        else:
            found = lines.found(row)
            changed.append((found, lines.kept(found, new)))
            work.post("marks.changed", day=row.date.isoformat())
    rewrite(changed, reason.strip(), by)
    done.written = len(changed)
    return done


def _asked(marks: Mapping[int, int], code: str, reason: str) -> Code:
    """Return the code that is asked for. Raise ValidationError where something is missing."""
    if not reason.strip():
        raise ValidationError({"reason": "Say why the marks are changed."})
    if not marks:
        raise ValidationError({"marks": "Tick the marks to change."})
    if len(marks) > MOST:
        raise ValidationError({"marks": f"Change at most {MOST} marks at once."})
    wanted = Code.objects.filter(pk=code).first()
    if wanted is None:
        raise ValidationError({"code": "Choose the right code."})
    return wanted


def _locked(marks: Mapping[int, int], by: User) -> QuerySet[Mark]:
    """Lock the marks in the order in which registers lock theirs."""
    twin = Mark.objects.filter(
        pupil=OuterRef("pupil"), date=OuterRef("date"), session=OuterRef("session")
    )
    return (
        Mark.objects.as_user(by)
        .filter(pk__in=list(marks))
        .select_for_update(of=("self",))
        .select_related("pupil", "placement__provider", "marked_by")
        .annotate(is_elsewhere=Exists(twin.exclude(code=DUAL).exclude(pk=OuterRef("pk"))))
        .order_by("date", "session", "placement_id")
    )


def _of_session(code: str, session: int) -> str:
    if code in {MORNING, AFTERNOON}:
        return MORNING if session == Session.AM else AFTERNOON
    return code


def _wrong(row: Mark, seen: int, code: str, wanted: Code) -> str:
    """Return why a mark is left as it is, or nothing."""
    if row.version != seen and row.code_id != code:
        return f"{row.marked_by} marked {row.code_id} meanwhile. Look at it again."
    if not wanted.is_in_force(row.date):
        return f"{code} was not in force on that day."
    if code != DUAL and getattr(row, "is_elsewhere", False):
        return "another place has marked this pupil for this session. Only one mark can count."
    return why_not(code, row.placement.provider, row.pupil.starts_year_1, row.date)


def _when(row: Mark) -> str:
    half = "morning" if row.session == Session.AM else "afternoon"
    return f"{half} of {row.date.day} {row.date:%B %Y}"
