"""Marks that the system of a provider sends by itself: the rules of an imported file, in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pghistory
from django.db import IntegrityError, transaction

from accounts.models import ApiKey
from attendance.actions.importing import Source, check_may_import, known_pupils, take_in
from attendance.actions.planning import Difference, Plan
from attendance.actions.reading import SentReading
from attendance.models import Import


class AlreadySent(Exception):
    """The name of this request was used for another one. Nothing was written."""


@dataclass(frozen=True)
class Sent:
    """One request: the marks, and what the sender says about them."""

    marks: Sequence[Mapping[str, str]]
    reason: str
    dry_run: bool
    sha256: str
    request_key: str = ""


@dataclass(frozen=True)
class Answer:
    """What a request did, or did before where it is repeated."""

    new: int
    changed: int
    same: int
    left_out: int
    blank: int = 0
    differences: Sequence[Difference] = ()
    more_differences: int = 0
    is_repeated: bool = False

    @classmethod
    def of(cls, plan: Plan) -> "Answer":
        """Return the answer to a request that was done now."""
        return cls(
            plan.new,
            plan.changed,
            plan.same,
            plan.left_out,
            plan.blank,
            plan.differences,
            plan.more_differences,
        )


def take_sent(sent: Sent, *, key: ApiKey) -> Answer:
    """Take in what a system sent, for the key's provider and no other. Raise what `take_in` raises.

    A request that was answered before is not done again, whoever lost the answer: it is known by
    its name. The key's maker answers for it; the history names the key too.
    """
    by, provider = key.made_by, key.organisation
    check_may_import(by, provider)
    if not sent.dry_run and (before := _before(sent, key)):
        return before
    details = {"key": key, "request_key": sent.request_key}
    through = f"by {key.name}"
    source = Source(provider, f"Sent by {key.name}", sent.sha256, details, through)
    with pghistory.context(user=by.pk, organisation=provider.pk, key=key.pk):
        reading = SentReading(sent.marks, known_pupils(provider, by=by))
        try:
            with transaction.atomic():
                return Answer.of(
                    take_in(reading, source, by=by, reason=sent.reason, dry_run=sent.dry_run)
                )
        except IntegrityError:  # the same request came twice at once, and the other was quicker
            if before := _before(sent, key):
                return before
            raise


def _before(sent: Sent, key: ApiKey) -> Answer | None:
    if not sent.request_key:
        return None
    row = Import.objects.filter(key=key, request_key=sent.request_key).first()
    if row is None:
        return None
    if row.sha256 != sent.sha256:
        raise AlreadySent
    return Answer(row.new, row.changed, row.same, row.left_out, is_repeated=True)
