"""Enter the thresholds that law and guidance name, and two of ours to begin with."""

from datetime import date

from django.db import migrations

FROM = date(2024, 8, 19)  # the regulations of 2024 came into force
OURS = "A first setting of this service; no law names a number. The council changes it."
ROWS = [
    ("unexplained", 5, None,
     "N within five school days: a published code list of 2024 [found]; guidance [memory: high]"),
    ("unauthorised", 10, 10,
     "Penalty notices are considered at 10 sessions in a rolling 10 school weeks: Northumberland "
     "[found]; unauthorised sessions only [memory: high]"),
    ("illness", 15, None,
     "Sickness return to the council at 15 days marked ill: edyourself.org [found]"),
    ("weekday", 3, 4, OURS),
    ("recent", 90, 10, OURS),
]  # fmt: skip


def fill(apps, schema_editor):
    threshold = apps.get_model("attendance", "Threshold")
    for kind, number, within, source in ROWS:
        threshold.objects.create(
            kind=kind, number=number, within=within, starts_on=FROM, source=source
        )


class Migration(migrations.Migration):
    dependencies = [("attendance", "0012_absence")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
