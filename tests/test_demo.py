"""The demo borough: believable, made through actions, and only where it is asked for."""

import re

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import Membership, Organisation, OutboxMessage, User
from accounts.permissions import Role
from apsystem.management.commands import seed_demo
from attendance.models import Mark, OutsideMark, RegisterTimes
from outreach.models import FollowUp, Support
from placements.models import Assessment, Placement, SchoolPlacement
from pupils.models import (
    CareStatus,
    Enrolment,
    Headcount,
    Letter,
    PermanentExclusion,
    Pupil,
    Suspension,
)
from referrals.models import Referral, Status
from reintegration.models import PanelMeeting
from reporting.models import Comparator, Snapshot


@pytest.fixture
def demo(settings, capsys):
    settings.DEMO = True


def test_it_needs_the_word_demo(db):
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("seed_demo")


@pytest.mark.parametrize("wrong", [{"pupils": 0}, {"pupils": 10_001}, {"years": 6}])
def test_sizes_have_limits(db, demo, wrong):
    with pytest.raises(CommandError, match="goes from"):
        call_command("seed_demo", **wrong)


def largest(measure):
    return Snapshot.objects.filter(measure=measure).order_by("-denominator")[0]


def test_a_borough_is_there_after_it(db, demo, monkeypatch, capsys):
    monkeypatch.setattr(seed_demo, "BY_ACTIONS", 45)  # some by actions, the others in bulk

    call_command("seed_demo", pupils=60, years=2)

    assert re.search(r"Seeded 60 children in [1-9]\d*\.\d seconds\.", capsys.readouterr().out)
    assert Pupil.objects.count() == 60
    assert set(Referral.objects.values_list("status", flat=True)) == set(Status)
    assert set(Placement.objects.values_list("tier", flat=True)) == {1, 2, 3}
    assert Placement.objects.filter(ends_on=None).count() == 0
    assert Membership.objects.filter(user__email="caseworker@demo.example").exists()
    assert {role for role in Role if Membership.objects.filter(role=role).exists()} == set(Role)
    providers = Organisation.objects.filter(kind=Organisation.Kind.PROVIDER)
    assert providers.filter(name__endswith="AP (demo)").count() == 2
    assert providers.exclude(name__endswith="AP (demo)").count() == 3
    assert User.objects.get(email="data.protection@demo.example").check_password("demo-borough")
    assert Comparator.objects.count() > 300
    assert not OutboxMessage.objects.filter(done_at=None).exists()
    assert 45 < largest("attendance-ap").value < 75
    assert 50 < largest("persistent-absence-ap").value < 100  # the country: four in five
    assert Mark.objects.count() > 2_000
    assert Mark.objects.with_note().exists()
    assert {row.instrument.name[:3] for row in Assessment.objects.all()} == {"SDQ", "Leu", "Joi"}
    assert CareStatus.objects.values("kind").distinct().count() == 3
    assert OutsideMark.objects.filter(timetable__isnull=False).exists()
    assert RegisterTimes.objects.exists()
    assert Support.objects.filter(status="closed", pupil__isnull=False).exists()
    assert FollowUp.objects.exists()
    assert all(row.checks.exists() for row in SchoolPlacement.objects.all())

    assert Suspension.objects.filter(is_imported=True).count() > 20
    assert Suspension.objects.filter(is_imported=False, day_six_on__isnull=False).count() == 1
    assert PermanentExclusion.objects.get(result="NOG").referral.status == Status.SUBMITTED
    assert set(PermanentExclusion.objects.values_list("result", flat=True)) == {"NOG", "ANO"}
    assert Headcount.objects.filter(census="spring").count() >= 15
    assert Enrolment.objects.filter(left_because="not known").exists()
    assert set(PanelMeeting.objects.values_list("status", flat=True)) == {
        "planned",
        "published",
        "closed",
    }
    assert Letter.objects.filter(about="panel case").exists()

    call_command("seed_demo", pupils=60, years=2)  # once is enough
    assert Pupil.objects.count() == 60
