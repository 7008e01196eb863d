"""Take in schools from the public register, or from the dated list."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pghistory
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import actions


class Command(BaseCommand):
    """All of a file or nothing of it."""

    help = "Take in schools: 'all data' of the public register (GIAS), or the dated list. CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a file, and whether to save."""
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file and say what changed."""
        try:
            with pghistory.context(task="import_schools"):
                result = actions.import_schools(
                    options["file"].read_bytes(), dry_run=options["dry_run"]
                )
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}.") from error
        except actions.ImportRefused as error:
            raise CommandError(f"Nothing was saved.\n{error}") from error
        for sentence in (*result.differences, *result.notes):
            self.stdout.write(sentence)
        if result.elsewhere:
            self.stdout.write(
                f"Rows left out: {result.elsewhere}; they are of other local authorities than "
                f"{settings.COUNCIL_LA_CODE}."
            )
        would = "Nothing was saved. It would be: " if options["dry_run"] else ""
        self.stdout.write(
            f"{would}{result.added} added, {result.changed} changed, {result.unchanged} unchanged."
        )
