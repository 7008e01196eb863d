"""Sessions of the careers and employability programme: logged once, read by each on the own page."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import ViewEntry
from accounts.permissions import GRANTS, Permission, Role
from reintegration import actions
from reintegration.models import Activity, Pathway
from tests.reintegration.test_onward import day, in_year

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def coach(person):
    return person(Role.TRANSITION_COACH, name="Kim Coach")


@pytest.fixture
def three(coach):
    """Return the plans of Ada, Ben and Cy, who are in Years 10, 11 and 12."""
    return [
        actions.open_pathway(
            Pathway(aspirations="To cook."), pupil=in_year(year, forename=name), by=coach
        )
        for year, name in ((10, "Ada"), (11, "Ben"), (12, "Cy"))
    ]


def told(on=None, words="A morning at the bakery"):
    return Activity(kind="employer", words=words, planned_on=on or localdate() - DAY)


def lines(pathway):
    return list(pathway.activities.values_list("words", "attended"))


def test_a_session_is_sent_once_and_each_page_shows_its_own_line(client, coach, three):
    client.force_login(coach)
    ada, ben, cy = three
    url = reverse("reintegration:programme-session")
    assert url in client.get(reverse("reintegration:pathways")).content.decode()
    sent = {"kind": "employer", "words": "A morning at the bakery", "about": [ada.pk, ben.pk],
            "absent": [ben.pk], **day("planned_on", localdate() - DAY)}  # fmt: skip

    client.get(url)
    entry = ViewEntry.objects.latest("pk")
    answer = client.post(url, sent)
    client.post(url, sent)

    assert answer["Location"] == reverse("reintegration:pathways")
    assert sorted(entry.pupils) == sorted(row.pupil_id for row in three)
    assert lines(ada) == [("A morning at the bakery", True)]
    assert lines(ben) == [("A morning at the bakery", False)]
    assert lines(cy) == []
    pages = [
        client.get(reverse("reintegration:pathway", args=[row.pupil.uid])).content.decode()
        for row in three
    ]
    assert "A morning at the bakery<br>Came" in pages[0]
    assert "A morning at the bakery<br>Did not come" in pages[1]
    assert "bakery" not in pages[2]
    assert str(ben.pupil) not in pages[0]


def test_what_came_of_it_is_added_for_one_and_the_others_keep_theirs(client, coach, three):
    client.force_login(coach)
    first, second = actions.log_session(told(), pathways=three[:2], absent=[], by=coach)
    url = reverse("reintegration:activity-record", args=[first.pathway.uid, first.pk])

    assert client.get(url).context["form"]["attended"].value() == "yes"
    client.post(url, {"attended": "yes", "outcome": "May come back on Saturdays."})

    second.refresh_from_db()
    assert (first.pathway.activities.get().outcome, second.outcome) == (
        "May come back on Saturdays.", "")  # fmt: skip


def test_a_session_that_is_planned_has_nobody_who_came(coach, three):
    tomorrow = localdate() + DAY
    with pytest.raises(ValidationError, match="has not come yet"):
        actions.log_session(told(tomorrow), pathways=three, absent=three[:1], by=coach)
    assert not Activity.objects.exists()

    actions.log_session(told(tomorrow), pathways=three, absent=[], by=coach)

    assert [row.attended for row in Activity.objects.all()] == [None, None, None]


def test_who_was_not_asked_is_not_missing(client, coach, three):
    client.force_login(coach)
    sent = {"kind": "skills", "words": "Travel", "about": [three[0].pk],
            "absent": [three[1].pk], **day("planned_on", localdate())}  # fmt: skip

    page = client.post(reverse("reintegration:programme-session"), sent)

    assert page.context["form"].errors["absent"] == [
        f"The session was not for {three[1].pupil}. Tick them above too."
    ]
    assert page.context["form"]["words"].value() == "Travel"
    assert not Activity.objects.exists()


def test_a_later_session_of_the_same_name_is_another(coach, three):
    for on in (localdate() - DAY, localdate()):
        actions.log_session(told(on), pathways=three[:1], absent=[], by=coach)

    assert len(lines(three[0])) == 2


def test_it_is_offered_for_years_10_to_12_only(client, coach, three):
    actions.open_pathway(Pathway(aspirations="x"), pupil=in_year(13), by=coach)
    client.force_login(coach)

    form = client.get(reverse("reintegration:programme-session")).context["form"]

    assert set(form.fields["about"].queryset) == set(three)
    assert "counselling" not in dict(form.fields["kind"].choices)


@pytest.mark.parametrize(
    "role", [role for role in Role if Permission.POST16_WORK not in GRANTS[role]]
)
def test_who_may_not_work_on_pathway_plans_logs_none(person, three, role):
    with pytest.raises(PermissionDenied):
        actions.log_session(told(), pathways=three, absent=[], by=person(role))


def test_out_of_reach_a_plan_gets_no_line(person, three, provider):
    stranger = person(Role.PROVIDER_LEAD, provider)
    assert stranger.can(Permission.POST16_WORK)
    actions.log_session(told(), pathways=three, absent=[], by=stranger)

    assert not Activity.objects.exists()
