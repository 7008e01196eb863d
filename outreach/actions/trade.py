"""What schools buy of outreach, and what is left of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Sum
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from accounts.permissions import Permission
from apsystem.lib.calendar import year_bounds
from outreach.actions.support import check
from outreach.models import Deal, LogEntry, Purchase
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
    """What a school bought of a year's outreach, what is used, and what is left."""

    deal: Deal
    bought: Decimal
    used: Decimal

    @property
    def left(self) -> Decimal:
        """Return what is left; below 0 where more was used than bought."""
        return self.bought - self.used

    @property
    def unit(self) -> str:
        """Return the unit in words."""
        return self.deal.get_unit_display().lower()


def balances(year: int, by: User) -> Iterator[Balance]:
    """Yield the balance of each school that bought for a year, within reach. Two queries."""
    deals = Deal.objects.as_user(by).of_year(year).select_related("school")
    rows = deals.annotate(bought=Sum("purchases__quantity")).order_by("school__name")
    traded = LogEntry.objects.as_user(by).done_in(*year_bounds(year)).filter(is_traded=True)
    used = {
        row["school"]: row
        for row in traded.order_by()
        .values("school")
        .annotate(minutes=Sum("minutes"), sessions=Count("pk"))
    }
    for deal in rows:
        done = used.get(deal.school_id, {"minutes": 0, "sessions": 0})
        hours = (Decimal(done["minutes"]) / HOUR).quantize(Decimal("0.1"))
        spent = hours if deal.unit == Unit.HOURS else Decimal(done["sessions"])
        yield Balance(deal, deal.bought or Decimal(0), spent)
