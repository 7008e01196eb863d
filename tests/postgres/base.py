"""Empty the tables after a test with real transactions, and fill again what migrations filled."""

from collections.abc import Iterable
from typing import Any

from django.db.backends.postgresql import base, operations

from tests.postgres.creation import KEPT_IN, DatabaseCreation

REFUSES_TRUNCATE = "accounts_viewentry"


class DatabaseOperations(operations.DatabaseOperations):
    """Operations whose flush passes the trigger that keeps the trail of views."""

    def sql_flush(self, style: Any, tables: Iterable[str], **options: Any) -> list[str]:
        """Return the statements; the trigger is off only between the first and the last."""
        return [
            f"ALTER TABLE {REFUSES_TRUNCATE} DISABLE TRIGGER USER",
            *super().sql_flush(style, sorted(tables), **options),
            f"ALTER TABLE {REFUSES_TRUNCATE} ENABLE TRIGGER USER",
            *(
                f"INSERT INTO {table} SELECT * FROM {KEPT_IN}.{table}"
                for table in DatabaseCreation.filled
            ),
        ]


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL with these operations."""

    ops_class = DatabaseOperations
    creation_class = DatabaseCreation
