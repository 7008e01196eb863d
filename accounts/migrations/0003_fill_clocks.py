"""The two clocks that law and statutory guidance set; the council sets its own beside them."""

from datetime import date

from django.db import migrations

SET_BY_LAW = [
    ("day six", 6, "Section 19 Education Act 1996: education from the sixth school day"),
    ("notice", 2, "Section 29A Education Act 2002 and guidance: at least two school days"),
]


def fill(apps, schema_editor):
    rules = apps.get_model("accounts", "ClockRule").objects
    for kind, days, source in SET_BY_LAW:
        rules.create(kind=kind, school_days=days, starts_on=date(2012, 9, 1), source=source)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_clock_rules")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
