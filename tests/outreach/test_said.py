"""What schools said of outreach, added up beside what they bought; and a school's closed support."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.permissions import Role
from apsystem.lib.calendar import academic_year
from outreach import actions
from outreach.models import Evaluation
from outreach.nightly import ask_schools
from tests import factories
from tests.reintegration.conftest import work_off

pytestmark = pytest.mark.django_db
THIS_YEAR = {"status": "closed", "starts_on": date(2024, 10, 7), "ended_on": date(2025, 3, 14)}


def asked(school, rating=None, helped=(), **details):
    details = THIS_YEAR | {"planned_last_day": date(2025, 8, 31)} | details
    said = {"answered_at": timezone.now(), "answered_by": "Robin Example"} if rating else {}
    return factories.EvaluationFactory(
        support=factories.SupportFactory(school=school, **details),
        sent_on=details["ended_on"],
        rating=rating,
        helped=list(helped),
        **said,
    )


def test_what_schools_said_is_added_up_by_school_and_year(school, other_school, manager):
    """Ash: 4 and 5 of three asked, so 4.5; advice was named twice. The year before counts apart."""
    asked(school, 4, ["staff", "direct"])
    asked(school, 5, ["staff"])
    asked(school)
    asked(school, 1, starts_on=date(2024, 6, 3), ended_on=date(2024, 8, 31))
    asked(school, 1, ended_on=date(2025, 9, 1), planned_last_day=date(2025, 9, 1))
    asked(other_school)
    unsent = asked(other_school)
    unsent.sent_on = None
    unsent.save()

    ash, beech = actions.said_by_schools(2024, manager)

    assert (ash.school, ash.asked, ash.answered, ash.mean) == (school, 3, 2, 4.5)
    assert ash.helped_most == "Advice for staff (2 of 2)"
    assert (beech.school, beech.asked, beech.answered) == (other_school, 1, 0)
    assert (beech.mean, beech.helped_most) == (None, "")


def test_what_was_named_as_often_stands_beside_the_other(school, manager):
    asked(school, 4, ["direct"])
    asked(school, 3, ["family"])

    [ash] = actions.said_by_schools(2024, manager)

    assert ash.helped_most == "Work with the pupil, Work with the family (1 of 2)"


def test_it_stands_beside_what_was_bought_and_a_school_reads_its_own(
    client, school, other_school, school_staff, manager
):
    this_year = academic_year(localdate())
    days = {"starts_on": date(this_year, 9, 1), "ended_on": date(this_year, 9, 1),
            "planned_last_day": date(this_year, 9, 1)}  # fmt: skip
    own = asked(school, 4, ["staff"], **days)
    factories.EnrolmentFactory(pupil=own.support.pupil, organisation=school)
    asked(other_school, 2, **days)

    def said(user):
        client.force_login(user)
        page = client.get(reverse("outreach:balances"))
        return [str(row.school) for row in page.context["said"]], page.content.decode()

    schools, page = said(manager)
    assert schools == [str(school), str(other_school)]
    assert "4.0" in page
    assert "Advice for staff (1 of 1)" in page
    assert said(school_staff)[0] == [str(school)]


def test_the_number_of_closed_support_leads_to_the_list_of_it(
    client, school, other_school, school_staff, caseworker
):
    for details in ({}, {"kind": "school"}):
        row = factories.SupportFactory(school=school, status="closed", **details)
        if row.pupil:
            factories.EnrolmentFactory(pupil=row.pupil, organisation=school)
    elsewhere = factories.SupportFactory(school=other_school, status="closed")
    factories.EnrolmentFactory(pupil=elsewhere.pupil, organisation=school)
    path = f"{reverse('outreach:list')}?status=closed&school={school.uid}"
    for user in (school_staff, caseworker):
        client.force_login(user)
        page = client.get(reverse("reporting:outreach-school", args=[school.uid]))
        assert f'href="{path.replace("&", "&amp;")}">2 closed so far</a>' in page.content.decode()

        assert client.get(path).context["page"].paginator.count == 2

    offered = client.get(path).context["form"].fields["school"].choices
    assert (str(other_school.uid), str(other_school)) in offered
    client.force_login(school_staff)
    assert [name for _, name in client.get(path).context["form"].fields["school"].choices] == [
        "All",
        str(school),
    ]


# --- asked later, and answered from the school's own page ---


def ended(school, days_ago):
    day = localdate() - timedelta(days=days_ago)
    begun = {"starts_on": day - timedelta(days=30), "planned_last_day": day}
    support = factories.SupportFactory(school=school, status="closed", ended_on=day, **begun)
    return factories.EvaluationFactory(support=support)


@pytest.mark.parametrize(
    ("days_ago", "is_asked"), [(13, False), (14, True), (55, True), (56, False)]
)
def test_a_school_where_nobody_had_an_account_is_asked_once_somebody_has(
    school, person, mailoutbox, days_ago, is_asked
):
    row = ended(school, days_ago)
    ask_schools()
    work_off()
    assert (mailoutbox, Evaluation.objects.get().sent_on) == ([], None)
    lead = person(Role.SCHOOL_LEAD)

    actions.ask_what_is_due(localdate())
    work_off()
    actions.ask_what_is_due(localdate())
    work_off()

    row.refresh_from_db()
    assert [mail.to for mail in mailoutbox] == [[lead.email]] * is_asked
    assert (row.sent_on, row.reminders) == (localdate() if is_asked else None, 0)


def test_who_has_an_account_answers_from_the_page_of_the_own_school(
    client, school, school_staff, person
):
    sent = {"sent_on": localdate(), "link_ends_on": localdate() + timedelta(days=1)}
    support = factories.SupportFactory(school=school, status="closed")
    factories.EnrolmentFactory(pupil=support.pupil, organisation=school)
    due = {"due_on": localdate(), "support": support}
    open_one = factories.FollowUpFactory(months=3, **due, **sent)
    over = factories.FollowUpFactory(months=6, **due, **sent | {"link_ends_on": localdate()})
    rated = factories.EvaluationFactory(support=support, **sent)
    links = {
        "open": reverse("reporting:follow-up", args=[open_one.token]),
        "over": reverse("reporting:follow-up", args=[over.token]),
        "rated": reverse("outreach:evaluation", args=[rated.token]),
    }

    def offered(user):
        client.force_login(user)
        page = client.get(reverse("reporting:outreach-school", args=[school.uid]))
        assert support.reference in page.content.decode()
        return {name for name, link in links.items() if f'href="{link}"' in page.content.decode()}

    assert offered(school_staff) == {"open", "rated"}
    assert offered(person(Role.OUTREACH_WORKER)) == set()  # the council asks, and does not answer
    client.force_login(school_staff)
    for name in ("open", "rated"):
        assert "Send" in client.get(links[name]).content.decode()


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({}, "Not asked so far."),
        ({"sent_on": date(2025, 3, 17)}, "Asked on 17 March 2025; no answer so far."),
        ({"sent_on": date(2025, 3, 17), "reminders": 1}, ", and reminded; no answer so far."),
    ],
)
def test_the_page_of_the_support_says_whether_the_school_was_asked(
    client, manager, school, details, words
):
    row = asked(school)
    Evaluation.objects.update(**{"sent_on": None, **details})
    client.force_login(manager)

    page = client.get(row.support.get_absolute_url()).content.decode()

    assert words in page
