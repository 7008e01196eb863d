"""How rows about children lead to the people who may see them: through the rolls of the children."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Func, Q
from django.utils.timezone import localdate

from accounts.scoping import NO_ROWS, ScopedQuerySet
from apsystem.lib.calendar import academic_year, year_bounds

AFTER_PLACEMENT = timedelta(days=30)
ON_ROLL = "on roll"


@dataclass(frozen=True)
class Reach:
    """How the rows of a model lead to a child, and whose rows they are.

    `pupil` is the path to the pupil (empty for the pupil itself). `school` and `provider` say
    which rows people of a school or a provider see of the children on their roll: ON_ROLL for all
    of a child's rows, a path for the rows that name their organisation, None for none. `dated`
    names the date of a row: of a child who has left, people keep what is dated before.
    """

    pupil: str
    school: str | None = None
    provider: str | None = None
    dated: str | None = None


class OnRoll(Func):
    """Whether a row's child is on the roll of one of some organisations, or left it after a day.

    The first expression is the pupil's id. The second, where given, is the date of the row: of a
    child who has left, rows count that are dated before. Written by hand because nearly every
    query of a school or a provider holds it, and the ORM takes longer to put its own subquery
    together than the database takes to answer.
    """

    output_field = models.BooleanField()
    ROLL = """
        EXISTS (
            SELECT FROM pupils_enrolment AS roll
            WHERE roll.pupil_id = {pupil} AND roll.organisation_id = ANY(%s)
              AND roll.starts_on <= %s
              AND (roll.ends_on IS NULL OR roll.ends_on > %s OR roll.ends_on > %s{and_dated})
        )
    """

    def __init__(self, *expressions: F, organisations: list[int], since: date) -> None:
        """Keep the organisations, and the day after which a child may have left."""
        super().__init__(*expressions)
        self.organisations, self.since = organisations, since

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> tuple[str, Any]:
        """Write the condition."""
        columns = [compiler.compile(expression) for expression in self.source_expressions]
        (pupil, params), dated = columns[0], columns[1:]
        given = (*params, self.organisations, localdate(), localdate(), self.since)
        if not dated:
            return self.ROLL.format(pupil=pupil, and_dated=""), given
        column, params = dated[0]
        and_dated = f" AND roll.ends_on > {column}"
        return self.ROLL.format(pupil=pupil, and_dated=and_dated), (*given, *params)


class ChildQuerySet(ScopedQuerySet):
    """Rows about children, scoped through the rolls the children are on.

    A school reaches a child on its roll today, or earlier in this academic year; a provider a child
    there today, or up to 30 days ago. Both see, of a child who has left, only what is dated before.
    """

    reach = Reach(pupil="")

    def reached_by_school(self, schools: list[int]) -> Q:
        """Return the rule for people of these schools."""
        since, _ = year_bounds(academic_year(localdate()))
        return self._reached(self.reach.school, schools, since)

    def reached_by_provider(self, providers: list[int]) -> Q:
        """Return the rule for people of these providers."""
        return self._reached(self.reach.provider, providers, localdate() - AFTER_PLACEMENT)

    def _reached(self, path: str | None, organisations: list[int], since: date) -> Q:
        if path is None:
            return NO_ROWS
        pupil = f"{self.reach.pupil}_id" if self.reach.pupil else "pk"
        dated = [F(self.reach.dated)] if self.reach.dated else []
        rule = Q(OnRoll(F(pupil), *dated, organisations=organisations, since=since))
        return rule if path == ON_ROLL else rule & Q(**{f"{path}__in": organisations})
