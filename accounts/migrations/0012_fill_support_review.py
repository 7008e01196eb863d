"""Attendance contracts are reviewed fortnightly, as the strategy says: ten school days."""

from datetime import date

from django.db import migrations

SOURCE = "The council's AP strategy 2023 to 2028: fortnightly reviews; ten school days"


def fill(apps, schema_editor):
    apps.get_model("accounts", "ClockRule").objects.create(
        kind="support review", school_days=10, starts_on=date(2023, 9, 1), source=SOURCE
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_review_of_contracts_is_timed")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
