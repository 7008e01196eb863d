"""What was agreed for a week changes: sessions at both places, the goal, who leads."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.permissions import Role
from placements.models import Placement
from reintegration import actions
from reintegration.actions import Agreed
from reintegration.models import Plan, Week, WeekChange
from tests.factories import returns
from tests.reintegration.conftest import WEEKS
from tests.reintegration.test_at_provider import MON, MONDAYS, THU, TUE, WED, asked

pytestmark = pytest.mark.django_db
# Weeks 2 to 4 are agreed with 4, 6 and 8 sessions at school.
LESS = Agreed(MON | TUE, 5)
FIVE = Agreed(MON | TUE, 5, "Join the art club", "Ms Example")


def anew(plan, by, *, number=3, agreed=LESS, reason="He asks for more."):
    return actions.agree_anew(plan, number=number, agreed=agreed, reason=reason, by=by)


@pytest.fixture
def board(client, begun, lead, monkeypatch):
    """Return the page of the plan as the provider's lead reads it before the first week."""
    monkeypatch.setattr("reporting.views.way_back.localdate", lambda: MONDAYS[0])
    client.force_login(lead)

    def page():
        return client.get(begun.get_absolute_url()).content.decode()

    return page


def test_the_coordinator_changes_a_week_and_what_was_agreed_stays_visible(client, begun, board):
    address = reverse("reintegration:week-agree", args=[begun.uid, 3])
    assert address in board()
    form = client.get(address).context["form"]
    assert (form["school_sessions"].value(), form["weekly"].value()) == (6, ["6", "7", "8", "9"])
    sent = {"school_sessions": "5", "weekly": ["0", "1", "2", "3"], "goal": "Join the art club",
            "lead": "Ms Example", "reason": "He asks for more."}  # fmt: skip

    answer = client.post(address, sent)

    assert answer["Location"] == begun.get_absolute_url()
    week = Week.objects.get(number=3)
    assert (week.school_sessions, week.at_provider, week.ap_sessions) == (5, MON | TUE, 4)
    assert (week.goal, week.lead) == ("Join the art club", "Ms Example")
    assert asked(begun, MONDAYS[2]) == MON | TUE
    shown = board()
    before = "6 at school, 4 at the provider (Thursday, Friday). No goal. Nobody leads"
    assert f"Agreed before: <s>{before}</s>" in shown
    assert "He asks for more." in shown
    assert "Ms Example leads" in shown
    family = client.get(reverse("reintegration:family", args=[begun.uid])).content.decode()
    assert "Join the art club" in family
    assert "5 half days" in family


def test_every_line_that_held_stays_when_a_second_return_begins(begun, on, board, caseworker):
    anew(begun, caseworker, agreed=FIVE)
    anew(begun, caseworker, agreed=Agreed(MON | TUE, 6, "", "Mr Sample"))
    lines = [
        "6 at school, 4 at the provider (Thursday, Friday). No goal. Nobody leads",
        "5 at school, 4 at the provider (Monday, Tuesday). Goal: Join the art club. "
        "Ms Example leads",
    ]

    assert all(f"<s>{line}</s>" in board() for line in lines)
    actions.stop(begun, reason="Too early.", by=caseworker)
    again = Plan.objects.get(pk=begun.pk)
    for kind in ("progress", "conversation", "meeting"):
        returns.GateFactory(plan=again, kind=kind)
    actions.begin(again, starts_on=MONDAYS[4], weeks=WEEKS, by=caseworker)

    assert "Earlier attempt: return 1" in board()
    assert all(f"<s>{line}</s>" in board() for line in lines)


@pytest.mark.parametrize(
    ("number", "at_school", "said"),
    [
        (3, 3, "Enter a number from 4 to 8"),
        (3, 9, "Enter a number from 4 to 8"),
        (1, 5, "Enter a number from 0 to 4"),
        (6, 9, "Enter a number from 10 to 10"),
    ],
)
def test_the_sessions_at_school_rise_from_week_to_week(begun, caseworker, number, at_school, said):
    with pytest.raises(ValidationError, match=said):
        anew(begun, caseworker, number=number, agreed=Agreed(0, at_school))

    assert not WeekChange.objects.exists()


def test_a_week_that_is_skipped_is_not_counted_among_those_beside(begun, caseworker):
    actions.skip(begun, number=2, reason="A trip.", by=caseworker)

    assert anew(begun, caseworker, agreed=Agreed(MON, 2)).school_sessions == 2


def test_the_last_week_has_sessions_at_school(begun, caseworker):
    Week.objects.filter(plan=begun).update(school_sessions=0)

    with pytest.raises(ValidationError, match="Enter a number from 1 to 10"):
        anew(begun, caseworker, number=6, agreed=Agreed(MON, 0))


def test_more_than_ten_sessions_are_said_beside_the_box_and_nothing_is_lost(client, begun, board):
    address = reverse("reintegration:week-agree", args=[begun.uid, 3])
    sent = {"school_sessions": "7", "weekly": ["0", "1", "2", "3"], "goal": "Join the art club",
            "lead": "", "reason": "He asks for more."}  # fmt: skip

    page = client.post(address, sent)

    assert page.context["form"].errors == {
        "school_sessions": ["Together that is 11 sessions: a week has 10 at most"]
    }
    assert 'value="Join the art club"' in page.content.decode()


def test_what_does_not_fit_the_week_is_refused(begun, on, caseworker):
    Placement.objects.filter(pk=begun.placement_id).update(sessions=WED | THU)
    with pytest.raises(ValidationError, match="The placement has Wednesday, Thursday"):
        anew(begun, caseworker)
    with pytest.raises(ValidationError, match="reason"):
        anew(begun, caseworker, agreed=Agreed(WED, 6), reason="")
    on(MONDAYS[3])
    with pytest.raises(ValidationError, match="A week that is over"):
        anew(begun, caseworker, agreed=Agreed(WED, 6))
    on(MONDAYS[2])  # the week runs
    assert anew(begun, caseworker, agreed=Agreed(WED, 6)).at_provider == WED


def test_saved_without_a_change_nothing_is_noted(begun, caseworker):
    as_it_is = Agreed(Week.objects.get(number=3).sessions, 6)

    with pytest.raises(ValidationError, match="Nothing is changed"):
        anew(begun, caseworker, agreed=as_it_is)

    assert not WeekChange.objects.exists()


@pytest.mark.parametrize("role", [Role.SCHOOL_LEAD, Role.LEADERSHIP, Role.PANEL_CHAIR])
def test_nobody_else_changes_what_was_agreed(person, begun, role):
    with pytest.raises((PermissionDenied, Plan.DoesNotExist)):
        anew(begun, person(role))


def test_another_provider_does_not_find_the_week(client, begun, person, other_provider):
    client.force_login(person(Role.PROVIDER_LEAD, other_provider))

    page = client.get(reverse("reintegration:week-agree", args=[begun.uid, 3]))

    assert page.status_code == 404
