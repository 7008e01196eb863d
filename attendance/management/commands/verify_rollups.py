"""Compare the weekly totals with the marks they are made of."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from attendance import actions

MOST_SHOWN = 50


class Command(BaseCommand):
    """Prints what differs and exits with 1. It changes nothing unless it is told to."""

    help = "Compare the weekly totals of attendance with the marks; exit with 1 if they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the word to repair."""
        parser.add_argument(
            "--repair",
            action="store_true",
            help="write what the marks say; saving registers waits meanwhile",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, print, and repair where asked."""
        found = actions.repair_totals() if options["repair"] else actions.differences()
        for row in found[:MOST_SHOWN]:
            self.stdout.write(str(row))
        if len(found) > MOST_SHOWN:
            self.stdout.write(f"and {len(found) - MOST_SHOWN} more")
        if not found:
            self.stdout.write("Every weekly total is what its marks add up to.")
        elif options["repair"]:
            self.stdout.write(f"{len(found)} weekly totals put right.")
        else:
            self.stdout.write(f"{len(found)} weekly totals differ. --repair writes what is right.")
            sys.exit(1)
