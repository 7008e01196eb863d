"""A change of a referral, a placement or a review moves its figures within a minute, not at night."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils.timezone import localdate

from accounts import work
from accounts.models import OutboxMessage
from accounts.permissions import Role
from apsystem.lib.calendar import academic_year
from placements import actions as placements
from referrals import actions as referrals
from reporting import actions
from reporting.kpis import REGISTRY
from reporting.models import Coverage, Snapshot
from reporting.tasks import MOVED_BY
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

SLUG = "referrals-decided-in-time"
SAID = re.compile(r"work\.changed\(\"([a-z ]+)\"\)")
TODAY = localdate()


def kept(slug):
    row = Snapshot.objects.latest_of(academic_year(TODAY), Coverage.YEAR)[slug]
    return row.numerator, row.denominator


def deliver(kind):
    """Do the one piece of work of this kind."""
    assert work.work(OutboxMessage.objects.get(kind=kind, done_at=None).pk)


@pytest.fixture
def referral(school):
    return factories.ReferralFactory(school=school, status="submitted", decide_by=TODAY)


def test_a_decided_referral_moves_its_figure_without_the_night(referral, caseworker):
    actions.compute()
    assert kept(SLUG) == (0, 0)
    before = set(Snapshot.objects.values_list("pk", flat=True))

    referrals.decide(referral, verb="accept", reason="So.", by=caseworker, tier=2)
    deliver("referral.decided: figures")

    assert kept(SLUG) == (1, 1)
    new = Snapshot.objects.exclude(pk__in=before).values_list("measure", flat=True)
    assert set(new) <= {slug for slug, row in REGISTRY.items() if "referrals" in row.reads}


def test_a_decision_taken_back_moves_it_back(referral, caseworker):
    referral = referrals.decide(referral, verb="decline", reason="So.", by=caseworker)
    actions.compute()
    assert kept(SLUG) == (1, 1)

    referrals.undo(referral, by=caseworker)
    deliver(work.RECORDS_CHANGED)

    assert kept(SLUG) == (0, 0)


def test_many_changes_are_one_computation(person, provider, monkeypatch):
    asked = []
    monkeypatch.setattr("reporting.tasks.actions.compute", lambda **how: asked.append(how))
    manager = person(Role.MANAGER)
    for places in (5, 8):
        row = factories.CommissionFactory.build(provider=provider, starts_on=TODAY, places=places)
        placements.commission(row, by=manager)
    work.changed("timetables")

    for message in OutboxMessage.objects.all():
        work.work(message.pk)

    read = {"placements", "timetables"}
    assert asked == [{"measures": {slug for slug, row in REGISTRY.items() if row.reads & read}}]
    assert {"places-filled", "part-time-timetables-over-limit"} <= asked[0]["measures"]
    assert "attendance-ap" not in asked[0]["measures"]


def test_commissioned_places_move_their_figure(person, provider):
    factories.PlacementFactory(provider=provider, starts_on=TODAY - timedelta(days=1))
    actions.compute()
    assert kept("places-filled") == (0, 0)

    row = factories.CommissionFactory.build(provider=provider, starts_on=TODAY, places=4)
    placements.commission(row, by=person(Role.MANAGER))
    deliver(work.RECORDS_CHANGED)

    assert kept("places-filled") == (1, 4)


def test_every_figure_says_what_it_reads_and_each_of_these_says_when_it_changes():
    root = settings.BASE_DIR
    files = [path for app in ("pupils", "referrals", "placements", "attendance", "outreach",
             "reintegration") for path in (root / app / "actions").glob("*.py")]  # fmt: skip
    said = {name for path in files for name in SAID.findall(path.read_text("utf-8"))}
    reads = {name for measure in REGISTRY.values() for name in measure.reads}
    by_years = {"attendance-ap", "overall-absence-ap", "authorised-absence-ap", "severe-absence-ap",
                "unauthorised-absence-ap", "persistent-absence-ap", "suspension-rate-ap",
                "permanent-exclusion-rate-ap", "schools-at-or-below-national-suspensions",
                "schools-at-or-below-national-permanent-exclusions"}  # fmt: skip

    assert said | set(MOVED_BY.values()) == reads
    assert {slug for slug, row in REGISTRY.items() if not row.reads} == by_years
