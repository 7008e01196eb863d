"""Drop the test database even while a browser's last connection is still open."""

from typing import Any

from django.db.backends.postgresql import creation


class DatabaseCreation(creation.DatabaseCreation):
    """Creation whose end does not wait for the threads of a live server."""

    def _destroy_test_db(self, test_database_name: str, verbosity: Any) -> None:
        """Drop the database; who is still connected is sent away (PostgreSQL 13 or newer)."""
        with self._nodb_cursor() as cursor:
            name = self.connection.ops.quote_name(test_database_name)
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
