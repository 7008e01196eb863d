"""What happens on the way beyond Year 11: the plan, the coach, applications, checks."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from accounts import work
from accounts.models import User
from accounts.permissions import Permission
from apsystem.lib.seen import hold_seen
from pupils.models import Pupil
from reintegration.models import Activity, Application, CoachContact, DestinationCheck, Pathway
from reintegration.models.transition import YEAR_10, due_days


def _check(by: User) -> None:
    if not by.can(Permission.POST16_WORK):
        raise PermissionDenied("this asks for post16.work")


def _locked(pathway: Pathway, by: User) -> Pathway:
    _check(by)
    rows = Pathway.objects.as_user(by).select_for_update(of=("self",))
    fresh: Pathway = rows.get(pk=pathway.pk)
    return fresh


@transaction.atomic
def open_pathway(pathway: Pathway, *, pupil: Pupil, by: User) -> Pathway:
    """Open the pathway plan of somebody in Year 10 or later, with its three checks."""
    _check(by)
    pathway.pupil = Pupil.objects.as_user(by).get(pk=pupil.pk)
    pathway.opened_by = by
    if localdate() < date(pathway.pupil.starts_year_1 + YEAR_10, 9, 1):
        raise ValidationError("A pathway plan begins in Year 10. This pupil is younger.")
    pathway.full_clean()
    pathway.save()
    for month, due_on in due_days(pathway.leaves_in).items():
        DestinationCheck.objects.create(pathway=pathway, month=month, due_on=due_on)
    work.changed("pathways")
    return pathway


@transaction.atomic
def change_pathway(
    pathway: Pathway, *, by: User, seen: str | None = None, **changes: Any
) -> Pathway:
    """Change what the plan says: hopes, destination, coach, September Guarantee, enrolment.

    Raise Stale where the plan is not the one that was seen, if something was shown of it.
    """
    fresh = _locked(pathway, by)
    if seen is not None:
        hold_seen(fresh, seen)
    for name, value in changes.items():
        setattr(fresh, name, value)
    for name in ("guarantee_on", "enrolled_on"):
        if (day := changes.get(name)) and day > localdate():
            raise ValidationError({name: "Enter a day that has come."})
    fresh.full_clean()
    fresh.save(update_fields=list(changes))
    work.changed("pathways")
    return fresh


@transaction.atomic
def apply(pathway: Pathway, application: Application, *, by: User) -> Application:
    """Keep an application, a new one or what became of it."""
    application.pathway = _locked(pathway, by)
    application.full_clean()
    application.save()
    return application


@transaction.atomic
def plan_activity(pathway: Pathway, activity: Activity, *, by: User) -> Activity:
    """Plan something towards adulthood, or refer the family to counselling."""
    activity.pathway, activity.by = _locked(pathway, by), by
    _says_to_whom(activity)
    activity.full_clean()
    activity.save()
    return activity


def _says_to_whom(activity: Activity) -> None:
    if activity.kind == Activity.Kind.COUNSELLING and not activity.referred_to:
        raise ValidationError(
            {"referred_to": "Say to which service the family is referred for counselling."}
        )


@transaction.atomic
def log_session(
    session: Activity, *, pathways: Collection[Pathway], absent: Collection[Pathway], by: User
) -> list[Activity]:
    """Write a session of the programme into the plan of each young person it was for.

    Each plan holds a line of its own, so nobody reads there who else came. `absent` are those who
    did not come; before the day nobody is. Who has the session already keeps it as it stands: sent
    twice, it is one.
    """
    _check(by)
    on, today = session.planned_on, localdate()
    if absent and on > today:
        raise ValidationError({"absent": "The day has not come yet: leave these boxes empty."})
    if strangers := set(absent) - set(pathways):
        names = ", ".join(sorted(str(row.pupil) for row in strangers))
        raise ValidationError({"absent": f"The session was not for {names}. Tick them above too."})
    rows = Pathway.objects.as_user(by).filter(pk__in=[row.pk for row in pathways])
    same = {"kind": session.kind, "words": session.words, "planned_on": on}
    found = []
    for pathway in rows.select_for_update(of=("self",)).order_by("pk"):
        if Activity.objects.as_user(by).filter(pathway=pathway, **same).exists():
            continue
        came = None if on > today else pathway not in absent
        row = Activity(pathway=pathway, attended=came, by=by, **same)
        row.full_clean()
        row.save()
        found.append(row)
    return found


@transaction.atomic
def record_activity(activity: Activity, *, attended: bool, outcome: str, by: User) -> Activity:
    """Say whether the young person, or the family, came."""
    _locked(activity.pathway, by)
    if activity.planned_on > localdate():
        raise ValidationError({"attended": "The day has not come yet."})
    activity.attended, activity.outcome = attended, outcome
    activity.full_clean()
    activity.save(update_fields=["attended", "outcome"])
    return activity


@transaction.atomic
def log_contact(pathway: Pathway, contact: CoachContact, *, by: User) -> CoachContact:
    """Write down a contact of the coach."""
    contact.pathway, contact.by = _locked(pathway, by), by
    if contact.on and contact.on > localdate():
        raise ValidationError({"on": "Enter a day that has come."})
    contact.full_clean()
    contact.save()
    return contact


@transaction.atomic
def answer_destination(
    check: DestinationCheck, *, answer: str, words: str, by: User
) -> DestinationCheck:
    """Say where the young person is now."""
    _locked(check.pathway, by)
    if check.due_on > localdate():
        raise ValidationError("This check is not due yet.")
    check.answer, check.words = answer, words
    check.answered_on, check.answered_by = localdate(), by
    check.full_clean()
    check.save(update_fields=["answer", "words", "answered_on", "answered_by"])
    work.changed("pathways")
    return check
