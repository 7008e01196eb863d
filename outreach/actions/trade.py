"""What schools buy of outreach, what is left of it, and what they said of it in a year."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from accounts.permissions import REACH_ALL, REACH_SCHOOL, Permission
from apsystem.lib.calendar import year_bounds
from outreach.actions.support import check
from outreach.models import Deal, Evaluation, LogEntry, Purchase
from outreach.models.evaluation import Helped
from outreach.models.trade import Unit

HOUR = Decimal(60)


@transaction.atomic
def buy(purchase: Purchase, *, school: Organisation, year: int, unit: str, by: User) -> Purchase:
    """Record what a school bought for an academic year. The unit of a year is one."""
    check(by, Permission.OUTREACH_TRADE)
    if school.kind != Organisation.Kind.SCHOOL:
        raise ValidationError({"school": "Choose a school."})
    if purchase.bought_on > localdate():
        raise ValidationError({"bought_on": "This day has not come yet."})
    deal = Deal.objects.select_for_update().filter(school=school, year=year).first()
    if deal is None:
        deal = Deal(school=school, year=year, unit=unit)
        deal.full_clean()
        deal.save()
    if deal.unit != unit:
        raise ValidationError(
            {"unit": f"In this year the school buys {deal.get_unit_display().lower()}."}
        )
    purchase.deal, purchase.recorded_by = deal, by
    purchase.full_clean()
    purchase.save()
    return purchase


@dataclass(frozen=True)
class Balance:
    """What a school bought of a year's outreach, what is used, and what is left.

    Its deal is not saved where the school used what it never bought.
    """

    deal: Deal
    bought: Decimal
    used: Decimal

    @property
    def left(self) -> Decimal:
        """Return what is left; below 0 where more was used than bought."""
        return self.bought - self.used

    @property
    def over(self) -> Decimal:
        """Return how much more was used than bought, or 0."""
        return max(-self.left, Decimal(0))

    @property
    def unit(self) -> str:
        """Return the unit in words."""
        return self.deal.get_unit_display().lower()


def balances(year: int, by: User) -> Iterator[Balance]:
    """Yield the balance of each school that bought for a year, or used, within reach.

    At most three queries.
    """
    deals = Deal.objects.as_user(by).of_year(year).select_related("school")
    rows: list[Deal] = list(deals.annotate(bought=Sum("purchases__quantity")))
    traded = LogEntry.objects.as_user(by).done_in(*year_bounds(year)).filter(is_traded=True)
    used = {
        row["school"]: row
        for row in traded.order_by()
        .values("school")
        .annotate(minutes=Sum("minutes"), sessions=Count("pk"))
    }
    rows += [
        Deal(school=school, year=year, unit=Unit.HOURS)
        for school in _with_deals(set(used) - {deal.school_id for deal in rows}, by)
    ]
    for deal in sorted(rows, key=lambda deal: deal.school.name):
        done = used.get(deal.school_id, {"minutes": 0, "sessions": 0})
        hours = (Decimal(done["minutes"]) / HOUR).quantize(Decimal("0.1"), ROUND_HALF_UP)
        spent = hours if deal.unit == Unit.HOURS else Decimal(done["sessions"])
        yield Balance(deal, getattr(deal, "bought", None) or Decimal(0), spent)


def _with_deals(schools: set[int], by: User) -> Iterable[Organisation]:
    """Return those of the schools of which the person would see an agreement: a provider of none."""
    if not by.roles & REACH_ALL:
        schools &= set(by.organisations_as(REACH_SCHOOL))
    return Organisation.objects.as_user(by).filter(pk__in=schools) if schools else ()


@dataclass(frozen=True)
class Said:
    """What a school said of the support that ended in a year: for the review of the agreement."""

    school: Organisation
    asked: int
    ratings: list[int]
    helped: Counter[str]

    @property
    def answered(self) -> int:
        """Return how many of the evaluations were answered."""
        return len(self.ratings)

    @property
    def mean(self) -> Decimal | None:
        """Return the mean rating, from 1 to 5; None where none was answered."""
        return Decimal(sum(self.ratings)) / len(self.ratings) if self.ratings else None

    @property
    def helped_most(self) -> str:
        """Return what was named most often, and how often; all of them where several were."""
        most = max(self.helped.values(), default=0)
        names = [str(one.label) for one in Helped if most and self.helped[one.value] == most]
        return f"{', '.join(names)} ({most} of {self.answered})" if names else ""


def said_by_schools(year: int, by: User) -> Iterator[Said]:
    """Yield what each school said of support that ended in a year, within reach. One query."""
    start, end = year_bounds(year)
    asked = Evaluation.objects.as_user(by).filter(
        Q(sent_on__isnull=False) | Q(answered_at__isnull=False),
        support__ended_on__gte=start,
        support__ended_on__lt=end,
    )
    rows = asked.select_related("school").order_by("school__name", "school")
    for school, found in groupby(rows, key=lambda row: row.school):
        own = list(found)
        yield Said(
            school,
            len(own),
            [row.rating for row in own if row.rating is not None],
            Counter(value for row in own for value in row.helped),
        )
