"""What a request writes, read from the statements that it sent."""

import re
from collections.abc import Iterator

from django.test.utils import CaptureQueriesContext

MAY_BE_WRITTEN = {
    "accounts_viewentry",
    "django_session",
    "accounts_user",  # sign-in
    "reporting_lastlook",  # what "since I last looked" goes by
    "referrals_decisionread",  # from here on a decision is not taken back silently
}
# A statement may begin with queries that have names, and write in one of them or after them.
WRITING = re.compile(
    r"(?<!FOR )(?<!FOR NO KEY )\b(?:INSERT INTO|UPDATE(?! SET\b)|DELETE FROM|MERGE INTO|TRUNCATE)"
    r'\s+"?(\w+)"?',
    re.IGNORECASE,
)
QUOTED = re.compile(r"'(?:[^']|'')*'")
SAVEPOINT = re.compile(r"(?:^|; )SAVEPOINT (\S+)$")
TAKEN_BACK = re.compile(r"(?:^|; )ROLLBACK TO SAVEPOINT (\S+)$")
BEGINS = re.compile(r"\s*(?:WITH|INSERT|UPDATE|DELETE|MERGE|TRUNCATE)\b", re.IGNORECASE)


def tables_in(statements: str) -> Iterator[str]:
    """Return the tables that statements sent at once write; what stands in quotes is a value.

    History sends who acts in front of whatever writes, within the same words.
    """
    for statement in QUOTED.sub("''", statements).split(";"):
        if BEGINS.match(statement):
            yield from (found[1] for found in WRITING.finditer(statement))


def every_table_written(captured: CaptureQueriesContext) -> set[str]:
    """Return the tables that the captured statements write, and do not take back."""
    found: list[str] = []
    before: dict[str, int] = {}
    for query in captured.captured_queries:
        if savepoint := SAVEPOINT.search(query["sql"]):
            before[savepoint[1]] = len(found)
        elif taken_back := TAKEN_BACK.search(query["sql"]):
            del found[before[taken_back[1]] :]
        else:
            found += tables_in(query["sql"])
    return set(found)


def written(captured: CaptureQueriesContext) -> set[str]:
    """Return the tables that the captured statements write, but those that reading may write."""
    return every_table_written(captured) - MAY_BE_WRITTEN
