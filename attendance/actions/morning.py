"""The morning as the clock follows it: late registers, notices of absence, and who must act."""

from datetime import datetime

from django.utils.timezone import localtime

from accounts import work
from accounts.work import once
from apsystem.lib.calendar import Session
from attendance.actions.notices import escalate, tell_of_absence
from attendance.models.unaccounted import Reading, Rows, lines
from attendance.models.unmarked import late_registers
from placements.models import Placement

MINUTES = 5


def follow(now: datetime) -> None:
    """Tell of what is late at a moment: each register, line and step once. Nothing on closed days.

    Who was missed while nothing ran is told at the next run of the same day.
    """
    local = localtime(now)
    period = f"{local:%Y-%m-%dT%H:}{local.minute // MINUTES * MINUTES:02d}"
    with once("attendance.nightly.follow", period) as is_ours:
        if not is_ours:
            return
        reading = Reading(now)
        if not any(reading.late(session) for session in Session):
            return
        _registers(now)
        open_today = [line for line in lines(Rows.all(), now) if line.on == local.date()]
        at_hand = [
            line for line in open_today if line.placement.provider_id in reading.late(line.session)
        ]
        tell_of_absence(at_hand)
        escalate(at_hand, now)


def _registers(now: datetime) -> None:
    """Tell the leads of each late register of today, once a register."""
    for row in late_registers(Placement.objects.all(), now, back=0):
        if not row.is_today:
            continue
        period = f"{row.on} {row.half} {row.provider_id}"
        with once("attendance.nightly.register", period) as is_new:
            if is_new:
                work.post(
                    "register.late", provider=row.provider_id, day=f"{row.on}", half=row.half
                )
