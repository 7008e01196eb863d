"""What schools said of outreach, added up beside what they bought; and a school's closed support."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from apsystem.lib.calendar import academic_year
from outreach import actions
from tests import factories

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
