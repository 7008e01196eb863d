"""How rows about children lead to the people who may see them: through the rolls of the children."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Q
from django.utils.timezone import localdate

from accounts.scoping import NO_ROWS, ScopedQuerySet
from apsystem.lib.calendar import academic_year, year_bounds
from apsystem.lib.conditions import Condition

AFTER_PLACEMENT = timedelta(days=30)
ON_ROLL = "on roll"
ROLL = """
    EXISTS (
        SELECT FROM pupils_enrolment AS roll
        WHERE roll.pupil_id = {} AND roll.organisation_id = ANY(%s) AND roll.starts_on <= %s
          AND (roll.ends_on IS NULL OR roll.ends_on > %s OR roll.ends_on > %s {})
    )
"""


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


def on_roll(
    pupil: str, dated: str | None = None, *, organisations: list[int], since: date
) -> Condition:
    """Return whether a row's child is on the roll of some organisations, or left after a day.

    `pupil` names the pupil's id, `dated` the date of the row where it counts: of a child who has
    left, rows count that are dated before.
    """
    today = localdate()
    given = (organisations, today, today, since)
    if dated is None:
        return Condition(ROLL.format("{0}", ""), F(pupil), given=given)
    return Condition(ROLL.format("{0}", "AND roll.ends_on > {1}"), F(pupil), F(dated), given=given)


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
        rule = Q(on_roll(pupil, self.reach.dated, organisations=organisations, since=since))
        return rule if path == ON_ROLL else rule & Q(**{f"{path}__in": organisations})
