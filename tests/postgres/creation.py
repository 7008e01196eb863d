"""Keep what migrations filled; drop the database even while a browser's connection is open."""

from typing import Any, ClassVar

from django.apps import apps
from django.db.backends.postgresql import creation

from apsystem.rendering import quick_rendering

KEPT_IN = "kept"


class DatabaseCreation(creation.DatabaseCreation):
    """Creation whose end does not wait for the threads of a live server.

    `filled` names the tables that migrations fill, in an order in which the rows can lean on each
    other: foreign keys name a class, so that a model always comes after those it points to.
    """

    filled: ClassVar[list[str]] = []

    def create_test_db(self, *args: Any, **options: Any) -> str:
        """Make the database, and copies of what its migrations filled, for the flush to read."""
        with quick_rendering():
            name = super().create_test_db(*args, **options)
        self.filled.clear()
        with self.connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {KEPT_IN} CASCADE")
            cursor.execute(f"CREATE SCHEMA {KEPT_IN}")
            made = self.connection.introspection.table_names(cursor)
            for model in apps.get_models():
                table = model._meta.db_table
                is_ours = table in made and not model.__module__.startswith("django.")
                if not is_ours or table.endswith("event"):
                    continue
                cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")
                if cursor.fetchone()[0]:
                    cursor.execute(f"CREATE TABLE {KEPT_IN}.{table} AS TABLE {table}")
                    self.filled.append(table)
        return name

    def _destroy_test_db(self, test_database_name: str, verbosity: Any) -> None:
        """Drop the database; who is still connected is sent away (PostgreSQL 13 or newer)."""
        with self._nodb_cursor() as cursor:
            name = self.connection.ops.quote_name(test_database_name)
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
