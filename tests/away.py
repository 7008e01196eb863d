"""PostgreSQL out of reach, for a while."""

from contextlib import contextmanager

from django.db import connection


@contextmanager
def database_away():
    """Send new connections, of every thread, to where no server is."""
    place = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = "/nowhere"
    try:
        yield
    finally:
        connection.settings_dict["HOST"] = place
        connection.close()
