"""Fill what holds for part-time timetables until the council sets its own.

No law sets the interval of reviews, the longest time, or the hours of a session: a manager changes
these from a day on. How long is too long stays empty, and the list then asks for it.
"""

from datetime import date
from decimal import Decimal

from django.db import migrations

START = date(2023, 9, 1)
SOURCE = (
    "A setting to start from: a review every two weeks, 25 hours a week as full time, shared by "
    "ten sessions. The council confirms or changes it."
)


def fill(apps, schema_editor) -> None:
    apps.get_model("attendance", "TimetableRule").objects.create(
        starts_on=START,
        review_days=14,
        full_hours=Decimal(25),
        session_hours=Decimal("2.5"),
        source=SOURCE,
    )


class Migration(migrations.Migration):
    dependencies = [("attendance", "0004_part_time_timetables")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
