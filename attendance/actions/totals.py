"""Comparing the weekly totals with the marks they are made of, and putting them right."""

from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from attendance.models.week import COUNTED, COUNTS, MONDAY

STORED = ", ".join(f"coalesce(total.{name}, 0)" for name in COUNTED)
FOUND = ", ".join(f"coalesce(counted.{name}, 0)" for name in COUNTED)
# A week without marks may have a total of noughts, or none.
DIFFERENCES = f"""
    SELECT placement_id, week, ARRAY[{STORED}]::int[], ARRAY[{FOUND}]::int[]
    FROM (
        SELECT mark.placement_id, placement.provider_id, {MONDAY} AS week, {COUNTS}
        FROM (SELECT placement_id, date, code, 1 AS n FROM attendance_mark) AS mark
        JOIN attendance_code AS code ON code.code = mark.code
        JOIN placements_placement AS placement ON placement.id = mark.placement_id
        GROUP BY 1, 2, 3
    ) AS counted
    FULL JOIN attendance_weektotal AS total USING (placement_id, week)
    WHERE ({STORED}) IS DISTINCT FROM ({FOUND}) OR total.provider_id <> counted.provider_id
    ORDER BY 1, 2
"""  # noqa: S608 - the names are constants
WRITE = f"""
    INSERT INTO attendance_weektotal (placement_id, provider_id, week, {", ".join(COUNTED)})
    SELECT placement.id, placement.provider_id, line.week,
        {", ".join(f"(line.counts->>{place})::smallint" for place in range(len(COUNTED)))}
    FROM unnest(%(placements)s::bigint[], %(weeks)s::date[], %(counts)s::jsonb[])
        AS line(placement_id, week, counts)
    JOIN placements_placement AS placement ON placement.id = line.placement_id
    ON CONFLICT (placement_id, week) DO UPDATE SET provider_id = excluded.provider_id,
        {", ".join(f"{name} = excluded.{name}" for name in COUNTED)}
"""  # noqa: S608 - the names are constants


@dataclass(frozen=True)
class Difference:
    """A total that is not what the marks of its week add up to."""

    placement_id: int
    week: date
    stored: dict[str, int]
    found: dict[str, int]

    def __str__(self) -> str:
        """Say what differs, for an operator. No child is named."""
        wrong = ", ".join(
            f"{name} {self.stored[name]} instead of {self.found[name]}"
            for name in COUNTED
            if self.stored[name] != self.found[name]
        )
        said = wrong or "the provider is another one"
        return f"placement {self.placement_id}, week of {self.week}: {said}"


def differences() -> list[Difference]:
    """Return the totals that the marks contradict. One query, which reads every mark."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES)
        return [
            Difference(
                placement,
                week,
                dict(zip(COUNTED, stored, strict=True)),
                dict(zip(COUNTED, found, strict=True)),
            )
            for placement, week, stored, found in cursor.fetchall()
        ]


@transaction.atomic
def repair_totals() -> list[Difference]:
    """Write what the marks say, and return what was wrong. Nobody saves a mark meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE attendance_mark IN SHARE ROW EXCLUSIVE MODE")
        found = differences()
        cursor.execute(
            WRITE,
            {
                "placements": [row.placement_id for row in found],
                "weeks": [row.week for row in found],
                "counts": [str([row.found[name] for name in COUNTED]) for row in found],
            },
        )
    return found
