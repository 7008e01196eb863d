"""What holds for part-time timetables, changed from a day on."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from accounts.models import User
from accounts.permissions import Permission
from attendance.models import TimetableRule


@transaction.atomic
def change_timetable_rule(rule: TimetableRule, *, by: User) -> TimetableRule:
    """Enter what holds from a day on. What held before stays, and is not rewritten."""
    if not by.can(Permission.RULE_CHANGE):
        raise PermissionDenied("this asks for rule.change")
    if rule.starts_on < localdate():
        raise ValidationError(
            {"starts_on": "A rule begins today or later: what was agreed before it stays."}
        )
    rule.full_clean()
    rule.save()
    return rule
