"""The time that a pupil has spent at a tier before a placement, in one history of steps."""

from datetime import date
from typing import TYPE_CHECKING, cast

from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Cast

if TYPE_CHECKING:
    from placements.models.placement import Placement

# The first day of a placement, earlier by the days that the placements it follows, one after the
# other, spent at its tier. `own` is what it follows, its tier and its first day. One text for
# lists, pages and figures, so that they cannot disagree.
COUNTED_FROM = """(
    WITH RECURSIVE own(follows_id, tier, starts_on) AS (SELECT {own}),
    former(follows_id, tier, status, starts_on, ends_on) AS (
        SELECT one.follows_id, one.tier, one.status, one.starts_on, one.ends_on
        FROM placements_placement AS one JOIN own ON one.id = own.follows_id
        UNION
        SELECT one.follows_id, one.tier, one.status, one.starts_on, one.ends_on
        FROM placements_placement AS one JOIN former ON one.id = former.follows_id
    )
    SELECT own.starts_on - coalesce((
        SELECT sum(greatest(least(former.ends_on, own.starts_on) - former.starts_on, 0))
        FROM former
        WHERE former.tier = own.tier AND former.status IN ('open', 'paused', 'ended')
    ), 0)::int
    FROM own
)"""


class CountedFrom(Func):
    """`COUNTED_FROM` of what a placement follows, its tier and its first day."""

    template = COUNTED_FROM.format(own="%(expressions)s")
    output_field = models.DateField()


def counted_from(placement: "Placement") -> date:
    """Return the day from which the time at the tier counts; also of one that is not saved so far.

    One query where it follows another.
    """
    if placement.follows_id is None:
        return placement.starts_on
    start = Cast(Value(placement.starts_on), models.DateField())
    counted = CountedFrom(F("pk"), Value(placement.tier), start)
    before = type(placement)._base_manager.filter(pk=placement.follows_id)
    return cast("date", before.values_list(counted, flat=True).get())
