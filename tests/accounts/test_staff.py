"""Adding people, giving and ending roles, closing accounts, and who sees whom."""

import re
import threading
from datetime import datetime, timedelta
from functools import partial
from smtplib import SMTPException

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import actions
from accounts.models import Membership, User
from accounts.permissions import GRANTS, Permission, Role
from tests import factories
from tests.threads import at_once

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
YEAR = timedelta(days=365)


def boxes(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


def sent(school, **change):
    return {
        "name": "Hana Head",
        "email": "Hana@School.example",
        "position": "Head teacher",
        "organisation": school.pk,
        "role": Role.SCHOOL_LEAD,
        **boxes("starts_on", localdate() - DAY),
    } | change


@pytest.fixture
def school_lead(person):
    return person(Role.SCHOOL_LEAD, name="Lena Lead")


@pytest.fixture
def member(school_staff):
    return school_staff.memberships.get()


@pytest.mark.parametrize("role", [r for r in Role if Permission.PEOPLE_CHANGE not in GRANTS[r]])
def test_only_the_administrator_adds_people_gives_roles_and_closes_accounts(person, school, role):
    by, other = person(role), factories.UserFactory()
    membership = factories.MembershipFactory.build(user=None, organisation=school)
    for change in (
        lambda: actions.take_on(User(name="A", email="a@x.example"), membership=membership, by=by),
        lambda: actions.give_role(other, membership=membership, by=by),
        lambda: actions.close_account(other, by=by),
        lambda: actions.reopen_account(other, by=by),
    ):
        with pytest.raises(PermissionDenied):
            change()


@pytest.mark.parametrize("role", [r for r in Role if Permission.ROLE_END not in GRANTS[r]])
def test_nobody_else_ends_a_role(person, member, role):
    with pytest.raises(PermissionDenied):
        actions.end_role(member, last_day=localdate(), by=person(role))


def test_a_lead_ends_roles_in_the_own_organisation_only(school_lead, member, other_school):
    foreign = factories.MembershipFactory(organisation=other_school, role=Role.SCHOOL_STAFF)

    actions.end_role(member, last_day=localdate() - DAY, by=school_lead)

    assert not User.objects.get(pk=member.user_id).memberships_in_force
    with pytest.raises(Membership.DoesNotExist):
        actions.end_role(foreign, last_day=localdate(), by=school_lead)


@pytest.mark.parametrize(
    ("starts", "last", "words"),
    [(0, -1, "lasts a day at least"), (-9, -2, "Enter yesterday's date")],
)
def test_a_role_ends_neither_before_it_began_nor_in_the_past(
    administrator, member, starts, last, words
):
    today = localdate()
    Membership.objects.filter(pk=member.pk).update(starts_on=today + starts * DAY)

    with pytest.raises(ValidationError, match=words):
        actions.end_role(member, last_day=today + last * DAY, by=administrator)


def test_a_role_that_is_over_does_not_end_again(administrator, member):
    actions.end_role(member, last_day=localdate() - DAY, by=administrator)

    with pytest.raises(Membership.DoesNotExist):
        actions.end_role(member, last_day=localdate(), by=administrator)


def test_the_last_administrator_stays(administrator, council):
    own = administrator.memberships.get()
    leaving = factories.MembershipFactory(
        role=Role.ADMINISTRATOR, organisation=council, ends_on=localdate() + 9 * DAY
    )
    closed = factories.MembershipFactory(role=Role.ADMINISTRATOR, organisation=council)
    User.objects.filter(pk=closed.user_id).update(is_active=False)

    for change in (
        lambda: actions.end_role(own, last_day=localdate() + YEAR, by=administrator),
        lambda: actions.close_account(administrator, by=administrator),
    ):
        with pytest.raises(ValidationError, match="last administrator"):
            change()

    actions.end_role(leaving, last_day=localdate(), by=administrator)
    actions.reopen_account(closed.user, by=administrator)
    actions.end_role(own, last_day=localdate(), by=administrator)
    assert own.pk not in Membership.objects.filter(ends_on=None).values_list("pk", flat=True)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_end_each_other_at_once_leave_one(council):
    first, second = factories.MembershipFactory.create_batch(
        2, role=Role.ADMINISTRATOR, organisation=council
    )
    answers = []

    def end_the_first():
        answers.extend(
            at_once([partial(actions.end_role, first, last_day=localdate(), by=second.user)])
        )

    other = threading.Thread(target=end_the_first)
    with transaction.atomic():
        actions.end_role(second, last_day=localdate(), by=first.user)
        other.start()
        other.join(timeout=1)  # the lock holds it until this transaction is over
    other.join(timeout=30)

    assert "last administrator" in str(answers[0])


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (Role.CASEWORKER, "has no such role"),
        (Role.PROVIDER_LEAD, "has no such role"),
        (Role.SCHOOL_STAFF, "already holds this role"),
    ],
)
def test_a_role_fits_the_place_and_is_held_once(administrator, school_staff, school, role, words):
    row = Membership(organisation=school, role=role, starts_on=localdate())

    with pytest.raises(ValidationError, match=words):
        actions.give_role(school_staff, membership=row, by=administrator)


def test_a_role_may_be_held_again_after_it_ended(administrator, member, school):
    actions.end_role(member, last_day=localdate(), by=administrator)
    row = Membership(
        organisation=school, role=member.role, starts_on=localdate() + DAY,
        ends_on=localdate() + YEAR,
    )  # fmt: skip

    actions.give_role(member.user, membership=row, by=administrator)

    assert member.user.memberships.count() == 2


def test_an_administrator_adds_a_person_who_sets_a_password_by_the_mail(
    client, administrator, school, mailoutbox
):
    client.force_login(administrator)

    page = client.post(reverse("accounts:person-add"), sent(school), follow=True)

    person = User.objects.get(email="hana@school.example")
    assert "on its way to hana@school.example" in page.content.decode()
    assert not person.has_usable_password()
    assert person.position == "Head teacher"
    [mail] = mailoutbox
    assert mail.to == ["hana@school.example"]
    assert str(school) not in mail.body
    client.logout()
    link = re.search(r"https?://[^/]+(/account/reset/\S+)", mail.body)[1]
    form = client.get(link, follow=True)
    new = "a lantern on the heath"
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    answer = client.post(
        reverse("account_login"), {"login": "hana@school.example", "password": new}
    )
    assert answer.status_code == 302
    assert client.get(reverse("reporting:my-day")).status_code == 200


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": ""}, ("name", "Enter the full name")),
        ({"email": "nobody"}, ("email", "Enter an e-mail address like")),
        ({"email": "Known@x.example"}, ("email", "is known already")),
        ({"role": ""}, ("role", "Choose the role")),
        ({"role": Role.MANAGER}, ("role", "has no such role")),
        ({"organisation": ""}, ("organisation", "Choose the organisation")),
        ({"starts_on_1": "x"}, ("starts_on", "Enter")),
        (boxes("last_day", localdate() - YEAR), ("last_day", "must not be before")),
    ],
)
def test_what_is_wrong_with_a_person_stands_beside_its_field(
    client, administrator, school, change, error
):
    field, words = error
    factories.UserFactory(email="known@x.example")
    client.force_login(administrator)

    page = client.post(reverse("accounts:person-add"), sent(school, **change))

    assert words in " ".join(page.context["form"].errors[field])
    assert User.objects.count() == 2


def test_a_mail_that_cannot_be_sent_is_said_and_can_be_sent_again(
    client, administrator, school, mailoutbox, monkeypatch
):
    def away(*args):
        raise SMTPException

    client.force_login(administrator)
    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", away)
    page = client.post(reverse("accounts:person-add"), sent(school), follow=True)
    assert "could not be sent" in page.content.decode()
    monkeypatch.undo()

    person = User.objects.get(email="hana@school.example")
    again = client.post(reverse("accounts:link-send", args=[person.uid]), follow=True)

    assert "is on its way" in again.content.decode()
    assert len(mailoutbox) == 1
    actions.close_account(person, by=administrator)
    answer = client.post(reverse("accounts:link-send", args=[person.uid]))
    assert answer.status_code == 404


def test_a_role_is_added_and_ended_on_its_pages(client, administrator, school_staff, other_school):
    client.force_login(administrator)
    added = {"organisation": other_school.pk, "role": Role.SCHOOL_LEAD,
             **boxes("starts_on", localdate() - DAY)}  # fmt: skip
    page = client.post(reverse("accounts:role-add", args=[school_staff.uid]), added, follow=True)
    assert "Beech School" in page.content.decode()
    again = client.post(reverse("accounts:role-add", args=[school_staff.uid]), added)
    assert "already holds" in again.context["form"].errors["role"][0]

    row = school_staff.memberships.get(organisation=other_school)
    path = reverse("accounts:role-end", args=[school_staff.uid, row.pk])
    assert "last_day" in client.post(path, {"send": ""}).context["form"].errors
    wrong = client.post(path, boxes("last_day", localdate() - YEAR))
    assert "began on" in wrong.context["form"].errors["last_day"][0]
    client.post(path, boxes("last_day", localdate() - DAY))
    assert client.get(path).status_code == 404
    text = client.get(reverse("accounts:person", args=[school_staff.uid])).content.decode()
    assert "Over" in text


def test_an_account_is_closed_and_opened_on_its_page(client, administrator, school_staff):
    client.force_login(administrator)
    path = reverse("accounts:account-change", args=[school_staff.uid])
    assert "Close the account" in client.get(path).content.decode()

    client.post(path)
    assert not User.objects.get(pk=school_staff.pk).is_active
    client.post(path)
    assert User.objects.get(pk=school_staff.pk).is_active
    own = client.post(reverse("accounts:account-change", args=[administrator.uid]), follow=True)
    assert "last administrator" in own.content.decode()


def people_shown(client, **asked):
    page = client.get(reverse("accounts:people"), asked)
    return [row.name for row in page.context["page"]]


def test_leads_see_their_own_staff_and_only_the_roles_held_there(
    client, school_lead, school_staff, provider_staff, other_school
):
    factories.MembershipFactory(user=school_staff, organisation=other_school, role="panel member")
    gone = factories.MembershipFactory(
        organisation=other_school, role=Role.SCHOOL_STAFF, user__name="Gone"
    )
    factories.MembershipFactory(
        user=gone.user, organisation=school_lead.memberships.get().organisation,
        role=Role.SCHOOL_STAFF, ends_on=localdate(),
    )  # fmt: skip
    client.force_login(school_lead)

    assert people_shown(client) == ["Lena Lead", "Sam School"]
    assert people_shown(client, q="beech") == []
    text = client.get(reverse("accounts:person", args=[school_staff.uid])).content.decode()
    assert "Beech School" not in text
    assert "Add a role" not in text
    for stranger in (provider_staff, gone.user):
        path = reverse("accounts:person", args=[stranger.uid])
        assert client.get(path).status_code == 404


def test_the_manager_reads_all_and_changes_nothing(client, manager, school_staff, provider_staff):
    client.force_login(manager)

    assert people_shown(client) == ["Mary Manager", "Pat Provider", "Sam School"]
    text = client.get(reverse("accounts:person", args=[school_staff.uid])).content.decode()
    assert "End" not in text.split("Roles")[1].split("</main>")[0]
    row = school_staff.memberships.get()
    for name, args in (("role-end", [school_staff.uid, row.pk]), ("person-add", [])):
        assert client.get(reverse(f"accounts:{name}", args=args)).status_code == 403


def test_the_list_finds_by_name_address_and_organisation(
    client, administrator, school_staff, provider_staff
):
    client.force_login(administrator)

    assert people_shown(client, q="sam sch") == ["Sam School"]
    assert people_shown(client, q="cedar pat") == ["Pat Provider"]
    assert people_shown(client, q=school_staff.email.upper()) == ["Sam School"]
    assert people_shown(client, q="nobody") == []
    assert people_shown(client, show="rubbish") == []


def test_the_list_finds_who_has_not_signed_in_for_90_days(client, administrator, council):
    now = timezone.now()
    cases = {
        "Long away": (now - 91 * DAY, -400, True),
        "Back": (now - 89 * DAY, -400, True),
        "Never here": (None, -91, True),
        "New": (None, -89, True),
        "Closed": (now - 91 * DAY, -400, False),
    }
    for name, (last_login, since, is_active) in cases.items():
        user = factories.UserFactory(name=name, last_login=last_login, is_active=is_active)
        factories.MembershipFactory(
            user=user, organisation=council, starts_on=localdate() + since * DAY
        )
    factories.UserFactory(name="Left", last_login=datetime(2020, 1, 1, tzinfo=now.tzinfo))
    client.force_login(administrator)

    assert people_shown(client, show="idle") == ["Long away", "Never here"]
    assert people_shown(client, show="none") == ["Closed", "Left"]
