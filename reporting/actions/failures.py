"""Writing down which figures could not be worked out, and telling of it once."""

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils import timezone

from accounts import work
from reporting.models import FailedFigure

Of = tuple[str, int, str]  # measure, year, coverage
FAILED = "figures.failed"


@transaction.atomic
def note_failures(worked: Collection[Of], failed: Mapping[Of, str], *, is_all: bool) -> None:
    """Write down what failed, with the class of its error, and forget what works again.

    With `is_all` every figure was tried: what is neither here nor there is computed no more.
    People are told of what began to fail, and not every night again.
    """
    known = {(row.measure, row.year, row.coverage): row for row in FailedFigure.objects.all()}
    over = [of for of in known if of not in failed and (is_all or of in worked)]
    if over:
        FailedFigure.objects.filter(pk__in=[known[of].pk for of in over]).delete()
    now = timezone.now()
    FailedFigure.objects.bulk_create(
        [
            FailedFigure(
                measure=measure,
                year=year,
                coverage=coverage,
                error=error,
                failing_since=now,
                failed_at=now,
            )
            for (measure, year, coverage), error in failed.items()
        ],
        update_conflicts=True,
        unique_fields=["measure", "year", "coverage"],
        update_fields=["error", "failed_at"],
    )
    if failed.keys() - known.keys():
        work.post(FAILED)
