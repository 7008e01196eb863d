"""Make the demo borough: invented schools, pupils and staff."""

import sys
import time
from argparse import ArgumentParser
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Organisation, OutboxMessage
from accounts.permissions import Role
from apsystem.demo import (
    absence,
    away,
    bulk,
    exclusions,
    letters,
    onward,
    outreach,
    panel,
    registers,
    returns,
    schools,
    scores,
    stories,
    support,
    timetables,
    voices,
)
from apsystem.demo import borough as boroughs
from apsystem.demo.marks import marks
from apsystem.lib.calendar import academic_year
from attendance.actions import load_marks, write_left_out
from placements.models import Placement
from reporting import actions as reporting_actions

COMPARATORS = Path(settings.BASE_DIR) / "reporting" / "data" / "comparators.csv"
BY_ACTIONS = 300  # children made through the actions; the rest in bulk
MOST = 10_000


class Command(BaseCommand):
    """Seed once: a database that has organisations already is left alone."""

    help = "Make a believable borough of invented schools, pupils and staff (needs DEMO=1)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the size, the years and the seed."""
        parser.add_argument("--pupils", type=int, default=160)
        parser.add_argument("--years", type=int, default=3)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed, in one transaction: an interrupted seed leaves nothing behind."""
        if not settings.DEMO:
            raise CommandError("Demo accounts have a published password. Set DEMO=1 to allow it.")
        if not 1 <= options["pupils"] <= MOST or not 1 <= options["years"] <= 5:  # noqa: PLR2004
            raise CommandError(f"--pupils goes from 1 to {MOST}, --years from 1 to 5.")
        if Organisation.objects.exists():
            self.stdout.write("The borough is there already; nothing to seed.")
            return
        started = time.monotonic()
        with transaction.atomic():
            self._seed(options["pupils"], options["years"], options["seed"])
        seconds = time.monotonic() - started
        self.stdout.write(f"\nSeeded {options['pupils']} children in {seconds:.1f} seconds.")

    def _seed(self, pupils: int, years: int, seed: int) -> None:
        today = localdate()
        this_year = academic_year(today)
        first = date(this_year - years + 1, 9, 1)
        place = boroughs.build([this_year - back for back in range(years - 1, -1, -1)], today)
        reporting_actions.import_comparators(COMPARATORS.read_bytes())
        told = list(stories.stories(place, pupils, today, first + timedelta(days=14), seed))
        for number, story in enumerate(told[:BY_ACTIONS], start=1):
            stories.tell(story, place, today)
            self._progress("children", number, len(told))
        bulk.write(told[BY_ACTIONS:], place, today)
        timetables.seed(place, today)
        self._mark(place, today, seed)
        write_left_out(today)
        scores.seed(place, today, seed)
        returns.seed(place, today)  # it says at which sessions of today a child is at the school
        registers.seed(place, today)
        away.seed(place, today)
        boroughs.commission(place, today)
        letters.seed(place, today)
        schools.seed(place, today)
        exclusions.seed(place, today, seed)
        outreach.seed(place, today, seed)
        support.seed(place, today)
        panel.seed(place, today)
        voices.seed(place, today)
        onward.seed(place, today)
        absence.seed(place, today)
        OutboxMessage.objects.filter(done_at=None).update(done_at=timezone.now())
        reporting_actions.compute()
        self._progress("done", 1, 1)

    def _mark(self, place: boroughs.Borough, today: date, seed: int) -> None:
        by = place.people[Role.PROVIDER_LEAD]
        placements = list(Placement.objects.filter(sessions__gt=0).order_by("pk"))
        if placements:
            self._progress("marks", 0, 1)
            load_marks(marks(placements, today, seed), by=by, at=timezone.now(), today=today)
        with connection.cursor() as cursor:  # nobody else can count what is in this transaction
            cursor.execute("ANALYZE")

    def _progress(self, what: str, done: int, total: int) -> None:
        if sys.stdout.isatty():
            width = 30 * done // max(total, 1)
            self.stdout.write(f"\r{what:10} [{'#' * width:30}] {done}/{total} ", ending="")
        elif done in (0, total):
            self.stdout.write(f"{what}: {done} of {total}")
        self.stdout.flush()
