"""Weeks in which a placement expects only some of its sessions: of a return by steps to school."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, FilteredRelation, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from apsystem.lib.calendar import monday_of, pattern_words
from placements.models.placement import EVERY_SESSION, Placement, PlacementQuerySet
from pupils.models import ON_ROLL, ChildQuerySet, Reach


class WeekPatternQuerySet(ChildQuerySet):
    """Weekly patterns of single weeks, within reach."""

    reach = Reach(pupil="placement__pupil", school=ON_ROLL, provider="placement__provider")

    def from_week(self, of: date) -> Self:
        """Keep those of the week of a day and of later weeks."""
        return self.filter(monday__gte=monday_of(of))

    def told_of_pupil(self, on: date) -> Subquery:
        """Return what the query of a pupil can fetch with it of the week of a day."""
        rows = self.filter(monday=monday_of(on), placement__pupil=OuterRef("pk"))
        told = JSONObject(
            words="words",
            sessions="sessions",
            place="placement__provider__name",
            uid="placement__uid",
        )
        return Subquery(rows.values(told=told)[:1])


@pghistory.track()
class WeekPattern(models.Model):
    """The sessions that a placement expects in one week, in the place of its weekly pattern.

    `sessions` is a bit pattern like the placement's, and part of it; 0 where the pupil is not at the
    provider in that week. `words` say what week it is, as people read it beside the sessions.
    """

    placement = models.ForeignKey(Placement, models.PROTECT, related_name="week_patterns")
    monday = models.DateField()
    sessions = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=100)

    objects = WeekPatternQuerySet.as_manager()

    class Meta:
        ordering = ["monday", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["placement", "monday"],
                name="placements_weekpattern_once_a_week",
                violation_error_message="The sessions of this week are set already.",
            ),
            models.CheckConstraint(
                condition=Q(monday__iso_week_day=1),
                name="placements_weekpattern_begins_on_monday",
                violation_error_code="monday",
                violation_error_message="A week is named by its Monday.",
            ),
            models.CheckConstraint(
                condition=Q(sessions__lte=EVERY_SESSION),
                name="placements_weekpattern_sessions_fit_a_week",
                violation_error_code="sessions",
                violation_error_message="A week has ten sessions.",
            ),
            models.CheckConstraint(
                condition=~Q(words=""),
                name="placements_weekpattern_says_which_week",
                violation_error_code="words",
                violation_error_message="Say which week it is.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="lies_in_the_placement",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=f"""
                    IF NOT EXISTS (
                        SELECT FROM placements_placement WHERE id = NEW.placement_id
                        AND starts_on < NEW.monday + 7 AND (ends_on IS NULL OR ends_on > NEW.monday)
                        AND NEW.sessions & ~sessions & {EVERY_SESSION} = 0
                    ) THEN
                        RAISE EXCEPTION 'A week lies in the placement, and its sessions are of it'
                            USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'placements_weekpattern_lies_in_the_placement';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.words}: {self.sessions_words}"

    @property
    def last_day(self) -> date:
        """Return the Friday of the week."""
        return self.monday + timedelta(days=4)

    @property
    def sessions_words(self) -> str:
        """Return when the pupil is at the provider in that week, in words."""
        return here(self.sessions)


def here(sessions: int) -> str:
    """Say when a pupil is at the provider in a week."""
    return f"here on {pattern_words(sessions)}" if sessions else "not here"


def with_week(rows: PlacementQuerySet, on: date) -> Iterator[Placement]:
    """Read placements with what is said of the week of a day, if anything. No query more."""
    week = FilteredRelation("week_patterns", condition=Q(week_patterns__monday=monday_of(on)))
    words = {"words": F("of_week__words"), "sessions": F("of_week__sessions")}
    read = rows.annotate(of_week=week, week=JSONObject(**words))
    for row, week in ((row, row.week) for row in read):
        row.week_said = f"{week['words']}: {here(week['sessions'])}" if week["words"] else ""
        yield row
