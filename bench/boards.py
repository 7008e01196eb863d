"""The row of the places board: every provider of a borough, six half terms."""

from collections.abc import Iterator

from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import HalfTerm, Membership, Organisation, User
from accounts.permissions import Role
from bench import servers
from bench.borough import LAST_YEAR, SINCE, calendar
from bench.pages import Page, fetcher
from bench.timing import Effort, Result

HALF_TERMS = """
    SELECT id, year, number, starts_on, ends_on FROM accounts_halfterm
    WHERE ends_on > %(today)s ORDER BY starts_on LIMIT 6
"""
COMMISSIONED = "SELECT provider_id, starts_on, places FROM placements_commission"
TAKEN = """
    SELECT provider_id, pupil_id, status, starts_on, ends_on FROM placements_placement
    WHERE status IN ('open', 'paused', 'ended', 'proposed') AND sessions > 0
      AND (ends_on IS NULL OR ends_on > %(today)s)
"""
HELD = """
    SELECT hold.provider_id, pupil_id, starts_on FROM placements_hold AS hold
    JOIN referrals_referral AS referral ON referral.id = referral_id
    WHERE released_at IS NULL AND expires_on >= %(today)s
"""
CLOSED = """
    SELECT * FROM placements_closedtonew
    WHERE starts_on <= %(today)s AND (ends_on IS NULL OR ends_on > %(today)s)
"""


def rows(size: str, effort: Effort) -> Iterator[Result]:
    """Time the board beside its rows alone."""
    today = localdate()
    for year in (LAST_YEAR + 1, LAST_YEAR + 2):
        for number, (start, end) in enumerate(calendar(year), start=1):
            HalfTerm.objects.create(year=year, number=number, starts_on=start, ends_on=end)
    providers = Organisation.objects.providers()
    council = Organisation.objects.get(kind=Organisation.Kind.COUNCIL)
    officer = User.objects.create(email="officer@council.example", name="Officer")
    Membership.objects.create(
        user=officer, organisation=council, role=Role.CASEWORKER, starts_on=SINCE
    )
    client = Client()
    client.force_login(officer)
    with servers.raw() as raw:
        yield from Page(
            name="places board",
            client=client,
            path=reverse("placements:places"),
            shown=len(providers) * 6,
            fetch=fetcher(raw, (HALF_TERMS, COMMISSIONED, TAKEN, HELD, CLOSED), {"today": today}),
        ).rows(size, effort)
