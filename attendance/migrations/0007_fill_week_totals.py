"""Add up the marks that are there already. Nobody writes a mark meanwhile: the table is locked."""

from django.db import migrations

FILL = """
    LOCK TABLE attendance_mark IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM attendance_weektotal;
    INSERT INTO attendance_weektotal
        (placement_id, provider_id, week, present, authorised, unauthorised, late, not_possible)
    SELECT mark.placement_id, placement.provider_id,
        mark.date - mod(mark.date - DATE '2000-01-03', 7),
        count(*) FILTER (WHERE kind IN ('attending', 'approved activity')),
        count(*) FILTER (WHERE kind = 'authorised'),
        count(*) FILTER (WHERE kind = 'unauthorised'),
        count(*) FILTER (WHERE code.code = 'L'),
        count(*) FILTER (WHERE kind IN ('not required', 'unable', 'administrative'))
    FROM attendance_mark AS mark
    JOIN attendance_code AS code ON code.code = mark.code
    JOIN placements_placement AS placement ON placement.id = mark.placement_id
    GROUP BY 1, 2, 3
    ORDER BY 3, 1;
"""


class Migration(migrations.Migration):
    dependencies = [("attendance", "0006_week_totals")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
