"""The history of marks: new ones written for a whole statement, not row by row.

A row-level trigger costs more than everything else about an import, and history is no less whole
without it: each new mark still has its row, with who and why. Changes and deletions are few and
stay with the row-level triggers of pghistory.
"""

import pghistory
import pgtrigger
from django.db import models

from accounts.models import User
from attendance.models.code import Code
from placements.models import Placement
from pupils.models import Pupil

COLUMNS = (
    "id, placement_id, pupil_id, date, session, code, version, marked_by_id, marked_at, "
    "minutes_late, left_at, note"
)
LABEL = "insert"
KEEP_NEW = pgtrigger.Trigger(
    name="history_insert",
    level=pgtrigger.Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    referencing=pgtrigger.Referencing(new="added"),
    # Read once: the settings say the same of every row, and JSON takes long to read.
    declare=[("context", "jsonb"), ("context_id", "uuid")],
    func=f"""
        context := nullif(current_setting('pghistory.context_metadata', true), '')::jsonb;
        context_id := nullif(current_setting('pghistory.context_id', true), '')::uuid;
        INSERT INTO attendance_markevent
            (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, pgh_context_id, {COLUMNS})
        SELECT now(), '{LABEL}', id, context, context_id, {COLUMNS}
        FROM added;
        RETURN NULL;
    """,  # noqa: S608 - the names are constants
)
EVENTS = (pghistory.ManualEvent(LABEL), pghistory.UpdateEvent(), pghistory.DeleteEvent())


def _unindexed(to: type[models.Model], column: str | None = None) -> models.ForeignKey:
    return models.ForeignKey(
        to,
        models.DO_NOTHING,
        related_name="+",
        related_query_name="+",
        db_constraint=False,
        db_index=False,
        db_column=column,
    )


# Nobody looks history up by these, and each index costs every mark that is written.
UNINDEXED = {
    "placement": _unindexed(Placement),
    "pupil": _unindexed(Pupil),
    "code": _unindexed(Code, column="code"),
    "marked_by": _unindexed(User),
}
