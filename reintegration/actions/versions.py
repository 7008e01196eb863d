"""Versions of a plan: sent to the receiving school by a link, and countersigned there."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import User
from accounts.models.personal import hash_of
from apsystem.lib.gds import day
from placements.models import Assessment
from placements.models.instrument import Informant
from reintegration.actions.plans import fresh_copy
from reintegration.models import Gate, Kind, Plan, Version, Week

LINK_DAYS = 14  # a setting of ours: long enough for a head's diary, short enough to be forgotten


def content_of(plan: Plan) -> dict[str, Any]:
    """Return what a plan says today, in plain values that a later change cannot reach."""
    weeks = Week.objects.filter(plan=plan, attempt=plan.attempt).order_by("number")
    weeks = weeks.select_related("plan__placement")
    shown = Gate.objects.all().newest_of(plan).get(Kind.PROGRESS)
    return {
        "pupil": str(plan.pupil),
        "from": plan.placement.provider.name,
        "to": plan.destination,
        "route": plan.get_route_display(),
        "target": str(plan.target),
        "first_target": str(plan.first_target),
        "coordinator": plan.coordinator.name if plan.coordinator else "",
        "school_coordinator": plan.school_coordinator,
        "barriers": plan.barriers,
        "goals": plan.goals,
        "progress": _progress(shown) if shown else {},
        "weeks": [
            {
                "number": week.number,
                "dates": week.dates,
                "ap_sessions": week.ap_sessions,
                "at_provider": week.sessions_words,
                "school_sessions": week.school_sessions,
                "goal": week.goal,
                "lead": week.lead,
            }
            for week in weeks
        ],
    }


def _progress(gate: Gate) -> dict[str, Any]:
    """Return the progress as it was shown. What parents answered goes to no other school."""
    return {
        "held_on": day(gate.held_on),
        "words": gate.words,
        "no_scores": gate.no_scores,
        **gate.progress(Assessment.objects.exclude(informant=Informant.PARENT)),
    }


@transaction.atomic
def send(plan: Plan, *, to: str, by: User) -> Version:
    """Keep what the plan says now as a version, and mail its link, without a child's name.

    Links to earlier versions do not open any more.
    """
    fresh = fresh_copy(plan, by)
    if not (fresh.receiving_school or fresh.receiving_place):
        raise ValidationError("Name the receiving school first.")
    last = fresh.versions.order_by("-number").values_list("number", flat=True).first() or 0
    version = Version(
        plan=fresh,
        number=last + 1,
        content=content_of(fresh),
        sent_to=to,
        expires_on=localdate() + timedelta(days=LINK_DAYS),
        made_by=by,
    )
    version.token_hash = hash_of(version.token)
    version.full_clean()
    version.save()
    work.post("plan.sent", version=version.pk)
    return version


@transaction.atomic
def sign(version: Version, *, name: str, position: str, refused_because: str) -> Version:
    """Record the receiving school's answer: countersigned, or not agreed and why. Once."""
    row = Version.objects.select_for_update().get(pk=version.pk)
    if row.signed_at is not None:
        raise ValidationError("This version is answered already.")
    row.signed_name, row.signed_position = name, position
    row.refused_because, row.signed_at = refused_because, timezone.now()
    row.full_clean()
    row.save(update_fields=["signed_name", "signed_position", "refused_because", "signed_at"])
    work.post("plan.answered", version=row.pk)
    return row
