"""Who reads the pages of the panel, and until when: interests, seats that are over, strangers."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.actions import make_feed
from accounts.models import ViewEntry
from accounts.permissions import Role
from reintegration import actions
from reintegration.models import (
    PanelCase,
    PanelMeeting,
    PanelMember,
)
from tests import factories
from tests.reintegration.panel import *  # noqa: F403 - fixtures
from tests.reintegration.panel import CANARY, case_at, text_of, url

pytestmark = pytest.mark.django_db
LETTER = "Decision qqzletterzqq"


def pages_of(meeting, item):
    """Return the pages of a meeting that open without the item, and those of the item alone."""
    whole = [
        url(name, meeting.uid)
        for name in ("panel-meeting", "panel-present", "panel-pack", "panel-minutes")
    ]
    alone = [
        url("panel-case", item.uid),
        url("panel-declare", item.uid),
        url("panel-present", meeting.uid) + f"?item={item.position}",
    ]
    return whole, alone


def test_a_member_reads_everything_and_every_look_is_written_down(client, member, session, item):
    client.force_login(member)
    whole, alone = pages_of(session, item)

    for page in [*whole, *alone]:
        before = ViewEntry.objects.count()
        answer = client.get(page)
        assert answer.status_code == 200, page
        looked = ViewEntry.objects.order_by("pk")[before:]
        assert item.pupil_id in {pupil for entry in looked for pupil in entry.pupils}, page
        if page != url("panel-present", session.uid):  # which shows the first item
            assert CANARY in text_of(answer), page


@pytest.mark.parametrize("who", ["member", "chair"])
def test_who_declared_an_interest_meets_the_case_nowhere(client, request, session, item, who):
    person = request.getfixturevalue(who)
    client.force_login(person)
    client.post(url("panel-declare", item.uid), {"reason": "I teach a brother"}, follow=True)
    actions.decide(
        PanelCase.objects.get(pk=item.pk),
        actions.Decision("stays", CANARY),
        by=factories.PanelMemberFactory(role=Role.PANEL_CHAIR).user,
    )
    whole, alone = pages_of(session, item)
    whole.append(reverse("reporting:feed", args=[make_feed(by=person)]))

    stranger = client.get(url("panel-case", "00000000-0000-4000-8000-000000000000"))
    for page in alone:
        answer = client.get(page)
        assert (answer.status_code, text_of(answer)) == (404, text_of(stranger)), page
    for page in whole:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert CANARY not in text_of(answer), page
    assert "declared an interest (I teach a brother)" in text_of(
        client.get(url("panel-minutes", session.uid))
    )


@pytest.mark.parametrize("is_declared", [True, False])
def test_the_reason_is_on_no_page_of_who_declared_an_interest_and_leads_the_childs_school(
    client, chair, seat, session, is_declared
):
    case = case_at(session, moderated=True, why=CANARY)
    factories.EnrolmentFactory(pupil=case.pupil, organisation=seat.organisation)
    head = {"organisation": seat.organisation, "role": Role.SCHOOL_LEAD}
    factories.MembershipFactory(user=seat.user, **head)
    later = factories.HalfTermFactory(
        year=2036, number=1, starts_on=date(2036, 9, 1), ends_on=date(2036, 10, 20)
    )
    if is_declared:
        actions.declare(case, reason="A neighbour", by=seat.user)
        session.attended.add(factories.PanelMemberFactory())
    actions.decide(case, actions.Decision("more time", CANARY, half_term=later), by=chair)
    actions.close_meeting(session, by=chair)
    client.force_login(seat.user)
    pages = [
        case.plan.get_absolute_url(),
        reverse("reporting:pupil", args=[case.pupil.uid]),
        reverse("reporting:pupil-chronology", args=[case.pupil.uid]),
        reverse("reporting:feed", args=[make_feed(by=seat.user)]),
    ]

    answers = [client.get(page) for page in pages]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert f"The Fair Access Panel decided ({case.reference})." in text_of(answers[0])
    told = [CANARY in text_of(answer) for answer in answers]
    assert told == [not is_declared] * 3 + [False]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.SCHOOL_LEAD])
@pytest.mark.parametrize("is_declared", [True, False])
def test_no_letter_of_the_case_is_for_who_declared_an_interest(client, item, is_declared, role):
    """A manager reads drafts, and a school what was issued: in these roles, too, it is kept from them."""
    here = factories.CouncilFactory() if role == Role.MANAGER else factories.SchoolFactory()
    seat = factories.PanelMemberFactory(organisation=here)
    factories.MembershipFactory(user=seat.user, organisation=here, role=role)
    factories.EnrolmentFactory(pupil=item.pupil, organisation=here)
    about = {"kind": "panel-decision", "about": "panel case", "case": item.uid}
    letter = factories.LetterFactory(
        pupil=item.pupil, status="issued", given_on=localdate(), title=LETTER, **about
    )
    if is_declared:
        actions.declare(item, reason="A neighbour", by=seat.user)
    client.force_login(seat.user)
    alone = [letter.get_absolute_url(), reverse("pupils:letter-pdf", args=[letter.uid])]
    lists = [
        reverse("pupils:letter-list"),
        reverse("pupils:letters", args=[item.pupil.uid]),
        reverse("reporting:pupil-chronology", args=[item.pupil.uid]),
    ]
    gone = "00000000-0000-4000-8000-000000000000"
    stranger = client.get(reverse("pupils:letter", args=[gone]))

    answers = [client.get(page) for page in alone]

    assert [answer.status_code for answer in answers] == [404 if is_declared else 200] * 2
    assert (text_of(answers[0]) == text_of(stranger)) is is_declared
    told = [LETTER in text_of(client.get(page)) for page in lists]
    assert told == [not is_declared] * 3


def test_the_interest_of_one_member_takes_nothing_from_another(client, chair, seat, session, item):
    actions.declare(item, reason="A neighbour", by=seat.user)
    client.force_login(chair)

    page = text_of(client.get(url("panel-present", session.uid) + f"?item={item.position}"))

    assert CANARY in page
    assert "declared an interest and takes no part" in page


def removed(seat):
    PanelMember.objects.filter(pk=seat.pk).update(ends_on=localdate())


def without_role(seat):
    seat.user.memberships.update(role=Role.LEADERSHIP)


def two_weeks_later(seat):
    PanelMeeting.objects.update(held_on=localdate() - timedelta(days=15))


def seated_later(seat):
    PanelMember.objects.filter(pk=seat.pk).update(starts_on=localdate() + timedelta(days=1))


def unpublished(seat):
    PanelMeeting.objects.update(status="planned", published_at=None, published_by=None)


@pytest.mark.parametrize("change", [removed, two_weeks_later, seated_later, unpublished])
def test_a_member_whose_time_is_over_or_to_come_is_a_stranger(client, seat, session, item, change):
    feed = reverse("reporting:feed", args=[make_feed(by=seat.user)])
    assert str(session.uid) in text_of(client.get(feed))
    change(seat)
    client.force_login(seat.user)
    whole, alone = pages_of(session, item)

    stranger = client.get(url("panel-meeting", "00000000-0000-4000-8000-000000000000"))
    for page in [*whole, *alone]:
        answer = client.get(page)
        assert (answer.status_code, text_of(answer)) == (404, text_of(stranger)), page
    for page in (url("panel-list"), feed):
        assert str(session.uid) not in text_of(client.get(page))


def test_a_member_reads_on_the_14th_day_after(client, seat, session):
    PanelMeeting.objects.update(held_on=localdate() - timedelta(days=14))
    client.force_login(seat.user)

    assert client.get(url("panel-meeting", session.uid)).status_code == 200


def test_who_lost_the_role_is_refused_everywhere(client, seat, session, item):
    without_role(seat)
    client.force_login(seat.user)
    whole, alone = pages_of(session, item)

    assert {client.get(page).status_code for page in [*whole, *alone]} == {403}


def test_a_member_reads_and_records_nothing(client, member, session, item):
    client.force_login(member)
    page = url("panel-present", session.uid)
    assert 'name="outcome"' not in text_of(client.get(page))

    assert client.post(page, {"outcome": "stays", "reason": "x"}).status_code == 403
    assert client.post(url("panel-close", session.uid)).status_code == 403
