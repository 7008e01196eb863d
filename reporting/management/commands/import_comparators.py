"""Take in published figures that ours are set beside."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError

from reporting import actions


class Command(BaseCommand):
    """All of a file or nothing of it."""

    help = "Take in published figures: the long list, or DfE's absence file of state-funded AP."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a file, and whether to save."""
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file; say what changed, and every percentage that cannot be recomputed."""
        try:
            with pghistory.context(task="import_comparators"):
                result = actions.import_comparators(
                    options["file"].read_bytes(), dry_run=options["dry_run"]
                )
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}.") from error
        except actions.ImportRefused as error:
            raise CommandError(f"Nothing was saved.\n{error}") from error
        for note in result.notes:
            self.stdout.write(note)
        would = "Nothing was saved. It would be: " if options["dry_run"] else ""
        self.stdout.write(
            f"{would}{result.added} added, {result.changed} changed, {result.unchanged} unchanged."
        )
