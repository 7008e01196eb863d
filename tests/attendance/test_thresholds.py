"""Who sets times and thresholds, that they have their day, and where a school is told."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import Organisation
from accounts.permissions import Role
from attendance import actions
from attendance.models import RegisterTimes, Threshold
from attendance.models.threshold import Kind
from tests import factories

pytestmark = pytest.mark.django_db

LATER = date(2025, 1, 6)


def boxes(day):
    return {"starts_on_0": day.day, "starts_on_1": day.month, "starts_on_2": day.year}


def test_those_of_law_carry_their_source_and_ours_say_that_they_are_ours():
    rows = Threshold.objects.on(LATER)

    assert set(rows) == set(Kind)
    assert str(rows["unauthorised"]) == (
        "10 unauthorised sessions or more in the last 10 school weeks"
    )
    assert "Northumberland" in rows["unauthorised"].source
    assert "no law names a number" in rows["weekday"].source


def test_the_latest_that_has_begun_holds():
    factories.ThresholdFactory(kind="illness", number=10, starts_on=LATER)

    assert Threshold.objects.on(LATER - timedelta(days=1))["illness"].number == 15
    assert Threshold.objects.on(LATER)["illness"].number == 10


def test_a_manager_sets_a_threshold_from_today_on(client, manager):
    client.force_login(manager)
    path = reverse("attendance:threshold", args=["weekday"])
    sent = {"number": "2", "within": "5", "source": "Attendance policy 2026, 4"}

    refused = client.post(path, sent | boxes(localdate() - timedelta(days=1))).content.decode()
    wrong = client.post(path, sent | boxes(localdate()) | {"number": "6"}).content.decode()
    client.post(path, sent | boxes(localdate()))

    assert "what held before it is not rewritten" in refused
    assert "There are not so many of the weekday" in wrong
    assert str(Threshold.objects.on(localdate())["weekday"]) == (
        "Absent on 2 or more of the last 5 of the same weekday"
    )
    assert client.get(reverse("attendance:threshold", args=["nothing"])).status_code == 404


def test_a_kind_that_is_not_counted_within_anything_asks_for_no_such_number(client, manager):
    client.force_login(manager)
    path = reverse("attendance:threshold", args=["illness"])

    assert "within" not in client.get(path).context["form"].fields


def test_a_manager_sets_the_times_of_a_provider(client, manager, provider):
    client.force_login(manager)
    path = reverse("attendance:times", args=[provider.uid])
    sent = {"am_mark_by": "9:30", "am_account_by": "9.15", "pm_mark_by": "1:15pm",
            "pm_account_by": "13:45"}  # fmt: skip

    order = client.post(path, sent | boxes(localdate())).content.decode()
    word = client.post(path, sent | boxes(localdate()) | {"am_mark_by": "soon"}).content.decode()
    client.post(path, sent | boxes(localdate()) | {"am_account_by": "10.00"})

    assert "The second time comes after the first." in order
    assert "Write the time like 9:30 or 13:45" in word
    row = RegisterTimes.objects.on(localdate())[provider.pk]
    assert (row.mark_by(0).hour, row.account_by(1).minute) == (9, 45)
    assert (
        "accounted for by 10:00" in client.get(reverse("attendance:thresholds")).content.decode()
    )


def test_others_set_nothing(person, provider):
    lead = person(Role.PROVIDER_LEAD)

    with pytest.raises(PermissionDenied):
        actions.set_times(factories.RegisterTimesFactory.build(provider=provider), by=lead)
    with pytest.raises(PermissionDenied):
        actions.set_threshold(factories.ThresholdFactory.build(), by=lead)


def test_a_school_has_no_times_here(manager, school):
    row = factories.RegisterTimesFactory.build(provider=school, starts_on=localdate())

    with pytest.raises(ValidationError, match="Only a provider"):
        actions.set_times(row, by=manager)


def test_a_school_lead_says_where_the_school_is_told(client, person, school, other_school):
    lead = person(Role.SCHOOL_LEAD)
    client.force_login(lead)
    path = reverse("attendance:absence-address")

    wrong = client.post(path, {"email": "office"}).content.decode()
    client.post(path, {"email": "office@school.example"})

    assert "Enter an e-mail address like" in wrong
    assert Organisation.objects.get(pk=school.pk).absence_email == "office@school.example"
    with pytest.raises(PermissionDenied):
        actions.set_absence_email(other_school, email="x@x.example", by=lead)
