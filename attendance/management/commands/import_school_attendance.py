"""Take in attendance of pupils at their mainstream schools."""

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


class Command(BaseCommand):
    """All of a file or nothing of it."""

    help = "Take in attendance at mainstream schools: totals by week, or sessions. CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a file, in whose name, for which school, and whether to save."""
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--by", required=True, metavar="EMAIL", help="who takes it in")
        parser.add_argument(
            "--school", metavar="NAME", help="name or URN; without it the pupil's roll decides"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would change")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file and say what changed."""
        by = User.objects.filter(email=options["by"].lower()).first()
        if by is None:
            raise CommandError(f"There is no account {options['by']}.")
        try:
            with pghistory.context(task="import_school_attendance", user=by.pk):
                found = actions.import_at_school(
                    options["file"].read_bytes(),
                    name=options["file"].name,
                    school=_school(options["school"]),
                    by=by,
                    dry_run=options["dry_run"],
                )
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}.") from error
        except PermissionDenied as error:
            raise CommandError(f"{by} may not do this: {error}.") from error
        except ImportRefused as error:
            raise CommandError("\n".join(["Nothing was saved.", *error.errors])) from error
        would = "Nothing was saved. It would be: " if options["dry_run"] else ""
        self.stdout.write(
            f"{would}{found.new:,} week{'' if found.new == 1 else 's'} new, "
            f"{found.changed:,} replaced, {found.same:,} the same."
        )


def _school(name: str | None) -> Organisation | None:
    if not name:
        return None
    rows = Organisation.objects.schools().filter(Q(name__iexact=name) | Q(urn=name))
    found = list(rows[:2])
    if len(found) != 1:
        raise CommandError(f"{len(found) or 'No'} schools are called {name}.")
    return found[0]
