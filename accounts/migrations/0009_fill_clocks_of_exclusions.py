"""The clocks that follow a suspension or a permanent exclusion. docs/sources.md says how sure each is."""

from datetime import date

from django.db import migrations

SET_BY_LAW = [
    (
        "suspended day six",
        6,
        "Day 6 of a suspension of more than five days: the school arranges it",
    ),
    ("board soon", 15, "Guidance on suspension and permanent exclusion: within 15 school days"),
    ("board later", 50, "Guidance on suspension and permanent exclusion: within 50 school days"),
    ("review", 15, "Guidance on suspension and permanent exclusion: within 15 school days"),
]


def fill(apps, schema_editor):
    rules = apps.get_model("accounts", "ClockRule").objects
    for kind, days, source in SET_BY_LAW:
        rules.create(kind=kind, school_days=days, starts_on=date(2012, 9, 1), source=source)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_clocks_of_exclusions")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
