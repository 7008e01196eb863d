"""Say what the instruments that are filled speak of; council-defined ones are the council's to say."""

from django.db import migrations

SEMH = ["SDQ", "Leuven scales", "Boxall Profile", "PASS"]


def fill(apps, schema_editor) -> None:
    instrument = apps.get_model("placements", "Instrument")
    for name in SEMH:
        instrument.objects.filter(name__startswith=name, aspect="").update(aspect="semh")


class Migration(migrations.Migration):
    dependencies = [("placements", "0014_aspects")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
