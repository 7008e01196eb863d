"""Check the keys of marks once a statement, where PostgreSQL's own checks go row by row.

Four foreign keys took two fifths of a large import: a query and a lock for each row and key. The
triggers below promise the same, from both sides. A mark is written only while what it names is
there, and each row that it names is locked against going meanwhile, as a foreign key locks it;
what a mark names can neither go nor change its key. They are no triggers of pgtrigger, because a
session may tell those to sleep.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEYS = {  # column of the mark: the table that it names, and the key of that table
    "placement_id": ("placements_placement", "id"),
    "pupil_id": ("pupils_pupil", "id"),
    "code": ("attendance_code", "code"),
    "marked_by_id": ("accounts_user", "id"),
}
# What a statement names anew. What its rows named before is there, for they held it.
INSERTED = "SELECT {column} FROM added"
UPDATED = "SELECT {column} FROM added EXCEPT SELECT {column} FROM removed"
MISSING = """
    SELECT '{column}' AS column_name
    WHERE (SELECT count(DISTINCT {column}) FROM ({named}) AS named)
        <> (SELECT count(*) FROM (
                SELECT FROM {table} WHERE {key} IN ({named}) FOR KEY SHARE
            ) AS held)
"""
CHECK = """
    CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
    DECLARE
        missing text;
    BEGIN
        SELECT string_agg(column_name, ', ') INTO missing FROM ({all_missing}) AS found;
        IF missing IS NOT NULL THEN
            RAISE foreign_key_violation USING
                MESSAGE = 'a mark violates "attendance_mark_names_what_is_there": ' || missing,
                CONSTRAINT = 'attendance_mark_names_what_is_there',
                TABLE = 'attendance_mark';
        END IF;
        RETURN NULL;
    END $body$;
    CREATE TRIGGER {name} AFTER {event} ON attendance_mark
    REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""
# A snapshot that was taken before a mark was committed would not see it; a foreign key looks past
# the snapshot, a trigger cannot.
KEEP = """
    CREATE FUNCTION attendance_mark_keeps_what_it_names() RETURNS trigger
    LANGUAGE plpgsql AS $body$
    DECLARE
        is_named boolean;
    BEGIN
        IF current_setting('transaction_isolation') = 'repeatable read' THEN
            RAISE feature_not_supported USING MESSAGE =
                'what marks may name is not deleted in a transaction that is repeatable read';
        END IF;
        IF TG_OP = 'TRUNCATE' THEN
            SELECT EXISTS (SELECT FROM attendance_mark) INTO is_named;
        ELSE
            EXECUTE format('SELECT EXISTS (SELECT FROM attendance_mark WHERE %I = ($1).%I)',
                TG_ARGV[0], TG_ARGV[1]) INTO is_named USING OLD;
        END IF;
        IF is_named THEN
            RAISE foreign_key_violation USING
                MESSAGE = 'this violates "attendance_mark_keeps_what_it_names": '
                    || 'a mark names what would leave ' || TG_TABLE_NAME,
                CONSTRAINT = 'attendance_mark_keeps_what_it_names',
                TABLE = 'attendance_mark';
        END IF;
        RETURN NULL;
    END $body$;
"""
KEPT = """
    CREATE TRIGGER attendance_mark_keeps_deleted AFTER DELETE ON {table} FOR EACH ROW
    EXECUTE FUNCTION attendance_mark_keeps_what_it_names('{column}', '{key}');
    CREATE TRIGGER attendance_mark_keeps_updated AFTER UPDATE ON {table} FOR EACH ROW
    WHEN (OLD.{key} IS DISTINCT FROM NEW.{key})
    EXECUTE FUNCTION attendance_mark_keeps_what_it_names('{column}', '{key}');
    CREATE TRIGGER attendance_mark_keeps_truncated AFTER TRUNCATE ON {table} FOR EACH STATEMENT
    EXECUTE FUNCTION attendance_mark_keeps_what_it_names();
"""


def check(name, event, tables, named):
    all_missing = " UNION ALL ".join(
        MISSING.format(column=column, table=table, key=key, named=named.format(column=column))
        for column, (table, key) in KEYS.items()
    )
    return CHECK.format(name=name, event=event, tables=tables, all_missing=all_missing)


NEW, OLD = "NEW TABLE AS added", "OLD TABLE AS removed"
TRIGGERS = [
    check("attendance_mark_names_inserted", "INSERT", NEW, INSERTED),
    check("attendance_mark_names_updated", "UPDATE", f"{OLD} {NEW}", UPDATED),
    KEEP,
    *(KEPT.format(column=column, table=table, key=key) for column, (table, key) in KEYS.items()),
]
GONE = """
    DROP FUNCTION attendance_mark_names_inserted, attendance_mark_names_updated,
        attendance_mark_keeps_what_it_names CASCADE
"""


def key(to, **details):
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        to=to,
        **{"related_name": "+"} | details,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0015_new_marks_enter_history_at_once"),
        ("placements", "0016_placement_knows_what_it_shortened"),
        ("pupils", "0010_birthdays_are_refused_beside_their_box"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            "mark", "placement", key("placements.placement", related_name="marks")
        ),
        migrations.AlterField("mark", "pupil", key("pupils.pupil")),
        migrations.AlterField("mark", "code", key("attendance.code", db_column="code")),
        migrations.AlterField("mark", "marked_by", key(settings.AUTH_USER_MODEL)),
        migrations.RunSQL(TRIGGERS, GONE),
    ]
