"""Take in the session export of a provider's system."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pghistory
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from accounts.models import Organisation, User
from apsystem.lib.tables import ImportRefused
from attendance import actions
from attendance.actions.reading import MOST_LINES, SHORTER

MOST_MEGABYTES = 200  # a file is read as a whole; a million marks take 30 to 150


class Command(BaseCommand):
    """All of a file or nothing of it."""

    help = (
        "Take in marks: a row for each session, day or pupil. CSV, as systems export it. "
        f"At most {MOST_LINES:,} marks and {MOST_MEGABYTES} MB at a time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a file, in whose name, for which provider, and whether to save."""
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--by", required=True, metavar="EMAIL", help="whose marks these are")
        parser.add_argument(
            "--provider",
            metavar="NAME",
            help="name, URN or UKPRN; without it each pupil's placement decides",
        )
        parser.add_argument("--reason", default="", help="why marks that are there are changed")
        parser.add_argument("--dry-run", action="store_true", help="say what would change")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file and say what changed."""
        by = User.objects.filter(email=options["by"].lower()).first()
        if by is None:
            raise CommandError(f"There is no account {options['by']}.")
        try:
            with pghistory.context(task="import_marks", user=by.pk):
                found = actions.import_file(
                    _content(options["file"]),
                    name=options["file"].name,
                    provider=_provider(options["provider"]),
                    by=by,
                    reason=options["reason"],
                    dry_run=options["dry_run"],
                )
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}.") from error
        except PermissionDenied as error:
            raise CommandError(f"{by} may not do this: {error}.") from error
        except actions.Overtaken as error:
            raise CommandError("Nothing was saved: marks changed meanwhile. Try again.") from error
        except ImportRefused as error:
            raise CommandError("\n".join(["Nothing was saved.", *error.errors])) from error
        self._tell(found, is_dry=options["dry_run"])

    def _tell(self, found: actions.Plan, *, is_dry: bool) -> None:
        if is_dry:
            for one in found.differences:
                self.stdout.write(
                    f"Row {one.place}: {one.on} {one.half}, {one.before} becomes {one.code}"
                )
            if found.more_differences:
                self.stdout.write(f"And {found.more_differences:,} more changes.")
        would = "Nothing was saved. It would be: " if is_dry else ""
        self.stdout.write(
            f"{would}{found.new:,} new, {found.changed:,} changed, {found.same:,} the same, "
            f"{found.left_out:,} left out (nobody was expected), {found.blank:,} blank."
        )


def _content(path: Path) -> bytes:
    """Read a file, unless it is too large to be held in memory."""
    if path.stat().st_size > MOST_MEGABYTES * 1024 * 1024:
        raise CommandError(f"The file has more than {MOST_MEGABYTES} MB. {SHORTER}")
    return path.read_bytes()


def _provider(name: str | None) -> Organisation | None:
    if not name:
        return None
    named = Q(name__iexact=name) | Q(urn=name) | Q(ukprn=name)
    rows = list(Organisation.objects.providers().filter(named)[:2])
    if len(rows) != 1:
        raise CommandError(f"{len(rows) or 'No'} providers are called {name}.")
    return rows[0]
