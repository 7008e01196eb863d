"""Columns that sources of the chronology share."""

from datetime import timedelta

from django.db.models import DateField, DurationField, ExpressionWrapper, F, Value
from django.db.models.functions import Cast


def last_day(name: str) -> Cast:
    """Return the day before the one that a column holds: ranges end on the day after the last."""
    day = Value(timedelta(days=1), output_field=DurationField())
    return Cast(ExpressionWrapper(F(name) - day, output_field=DateField()), DateField())
