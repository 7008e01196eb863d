"""Conditions of a query that are written by hand, where the ORM takes longer than the database."""

from typing import Any

from django.db.models import BooleanField, F, Func


class Condition(Func):
    """A condition on columns: `{0}` stands for the first of them, `%s` for what is given."""

    output_field = BooleanField()

    def __init__(self, sql: str, *columns: F, given: tuple[Any, ...] = ()) -> None:
        """Keep the text and what is given, in the order of the text."""
        super().__init__(*columns)
        self.sql, self.given = sql, given

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> tuple[str, Any]:
        """Write the condition."""
        columns = [compiler.compile(column)[0] for column in self.source_expressions]
        return f"({self.sql.format(*columns)})", self.given
