"""How many pupils are on roll: entered by census, and changed where it was wrong."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import work
from accounts.models import User
from accounts.permissions import Permission
from apsystem.lib.calendar import year_bounds
from pupils.actions.suspensions import CHANGED
from pupils.models import Headcount


@transaction.atomic
def enter_headcount(row: Headcount, *, by: User) -> Headcount:
    """Enter a headcount, or change the one of the same school, year and census."""
    if not by.can(Permission.HEADCOUNT_CHANGE):
        raise PermissionDenied(f"this asks for {Permission.HEADCOUNT_CHANGE}")
    row.recorded_by = by
    row.full_clean()
    row.save()
    work.post(CHANGED, day=year_bounds(row.year)[0].isoformat())
    return row
