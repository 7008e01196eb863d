"""What the pages of a placement show beside the question: scores, what was agreed, who leads."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import Role
from placements import actions
from placements.models import Placement
from pupils.models import Enrolment
from tests import factories
from tests.placements.test_actions import AGREED, START, proposal, propose

pytestmark = pytest.mark.django_db


def test_who_ends_a_placement_has_the_scores_beside_the_question(client, placement, caseworker):
    path = reverse("placements:end", args=[placement.uid])
    client.force_login(caseworker)
    assert "no baseline to compare with" in client.get(path).content.decode()

    scale = factories.ScaleFactory(name="Calm in lessons")
    for day, value in ((START, 3), (date(2024, 9, 16), 7)):
        factories.ScoreFactory(
            scale=scale, value=value, assessment__instrument=scale.instrument,
            assessment__pupil=placement.pupil, assessment__held_on=day,
        )  # fmt: skip

    page = client.get(path)

    assert [one.is_pair for one in page.context["series"]] == [True]
    assert "Calm in lessons" in page.content.decode()


def test_what_was_agreed_stays_readable_between_the_answer_and_the_first_day(
    client, referral, provider, caseworker, person
):
    lead, first = person(Role.PROVIDER_LEAD), localdate() + timedelta(days=3)
    offer = propose(
        proposal(provider, starts_on=first, ends_on=None, transport="The council's bus"),
        referral=referral,
        by=caseworker,
    )
    actions.accept(offer, lead=lead, by=lead)
    client.force_login(lead)

    page = client.get(reverse("placements:detail", args=[offer.uid])).content.decode()

    assert "The pupil's record opens on the first day" in page
    for agreed in (AGREED[0][0], "The council&#x27;s bus", offer.sessions_words):
        assert agreed in page
    assert "Needs" not in page


def test_a_running_placement_without_a_lead_is_found(client, placement, person):
    lead = person(Role.PROVIDER_LEAD)
    Placement.objects.update(starts_on=localdate() - timedelta(days=9), ends_on=None)
    Enrolment.objects.update(starts_on=localdate() - timedelta(days=9), ends_on=None)
    client.force_login(lead)
    path = reverse("placements:list") + "?waits=lead"
    assert str(placement.pupil) in client.get(path).content.decode()
    assert "Placements without a lead" in client.get(reverse("reporting:my-day")).content.decode()

    actions.name_lead(placement, lead=lead, by=lead)

    assert str(placement.pupil) not in client.get(path).content.decode()
