"""Take in suspensions, or headcounts, from a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError

from pupils import actions


class Command(BaseCommand):
    """All of a file or nothing of it."""

    help = "Take in suspensions, or headcounts, from a CSV file. docs/users/send-team.md says how."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a file, and whether to save."""
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file and say what changed."""
        try:
            with pghistory.context(task="import_suspensions"):
                result = actions.import_suspensions(
                    options["file"].read_bytes(), dry_run=options["dry_run"]
                )
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}.") from error
        except actions.ImportRefused as error:
            raise CommandError(f"Nothing was saved.\n{error}") from error
        for sentence in result.differences:
            self.stdout.write(sentence)
        if result.left_out:
            self.stdout.write(result.left_out)
        would = "Nothing was saved. It would be: " if options["dry_run"] else ""
        self.stdout.write(
            f"{would}{result.added} added, {result.changed} changed, {result.unchanged} unchanged."
        )
