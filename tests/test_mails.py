"""Every mail that the system sends: no child stands in one, and its link opens one page only."""

import inspect
import re
from datetime import datetime, timedelta
from unittest import mock
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, resolve, reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.permissions import Role
from attendance.models import AbsenceNotice, Mark
from outreach.models import FollowUp
from placements.models import Placement
from placements.models.review import TO_COUNCIL, TO_PROVIDER, TO_SCHOOL
from pupils.models import Pupil
from referrals.models import Referral
from reintegration.models import PanelCase
from tests import factories
from tests import world as worlds
from tests.links import GUESSED, LINKS, routes_by_secret
from tests.test_links import asked

MONDAY = datetime(2026, 9, 14, 11)  # noqa: DTZ001 - made aware below
ADDRESS = re.compile(r"https?://[^\s<>\"]+")
TEXTS = []


def text(number, words):
    TEXTS.append(words)


def _referral(rows):
    return [{"referral": rows.submitted.pk}]


def _decided(rows):
    return [{"referral": rows.accepted.pk}]


def _placement(rows):
    Placement.objects.filter(pk=rows.placement.pk).update(referral=rows.accepted)
    told = {*TO_COUNCIL, *TO_PROVIDER, *TO_SCHOOL}
    return [{"placement": rows.placement.pk, "told": kind} for kind in sorted(told)]


def _notice(rows, channel):
    """Let the pupil be away without a reason, and tell a contact."""
    Mark.objects.filter(pk=rows.mark.pk).update(code_id="N")
    AbsenceNotice.objects.filter(placement=rows.placement).delete()
    return factories.AbsenceNoticeFactory(
        placement=rows.placement, contact=rows.contact, date=localdate(), channel=channel
    ).pk


def _asked(channel):
    return lambda rows: [{"notice": _notice(rows, channel)}]


def _absent(rows):
    return [{"notices": [_notice(rows, "email")], "school": rows.school.pk}]


def _provider(**more):
    return lambda rows: [{"provider": rows.provider.pk, **more}]


def _letter(rows):
    letter = factories.LetterFactory(
        pupil=rows.pupil, status="issued", channel="email", organisation=rows.school,
        contact=None, words=rows.token("mailed"),
    )  # fmt: skip
    return [{"letter": letter.pk}]


def _version(rows):
    return [{"version": rows.plan.versions.get().pk}]


def _follow_up(rows):
    asked = FollowUp.objects.filter(pk=rows.outreach["asked"].pk)
    asked.update(sent_to=["senco@school.example"])
    return [{"follow_up": rows.outreach["asked"].pk}]


def _evaluation(rows):
    return [{"evaluation": rows.outreach["evaluation"].pk}]


def _published(rows):
    return [{"meeting": rows.panel["meetings"]["published"].pk}]


def _closed(rows):
    case = rows.panel["told"]
    PanelCase.objects.filter(pk=case.pk).update(referral=rows.accepted)
    return [{"meeting": case.meeting_id}]


def _failed(rows):
    return [{}]


def _digest(rows):
    since = (timezone.now() - timedelta(days=7)).isoformat()
    by = factories.UserFactory()
    factories.EntryFactory(referral=rows.submitted, by=by, after=rows.token("told"))
    officer = Referral.objects.get(pk=rows.submitted.pk).assigned_to_id
    return [{"user": officer, "since": since}]


# What the work of each kind is told, so that it mails somebody.
MAILS = {
    "absence.alarm": _provider(),
    "absence.email": _asked("email"),
    "absence.escalated": _provider(pupils=2),
    "absence.school": _absent,
    "absence.text": _asked("text"),
    "digest.due": _digest,
    "figures.failed": _failed,
    "letter.issued": _letter,
    "outreach.answered": _follow_up,
    "outreach.asked": _follow_up,
    "outreach.closed": _evaluation,
    "outreach.lost": _follow_up,
    "panel.closed": _closed,
    "panel.published": _published,
    "placement.changed": _placement,
    "plan.answered": _version,
    "plan.sent": _version,
    "referral.added": _referral,
    "referral.answered": _referral,
    "referral.asked": _referral,
    "referral.decided": _decided,
    "referral.handed over": _referral,
    "referral.submitted": _referral,
    "referral.withdrawn": _referral,
    "register.late": _provider(day="2026-09-14", half="am"),
}
MAILING = ("send_mail(", "tell_people(", "_tell_the_worker(", "_send(", "_mail(", "TEXT_SERVICE")


@pytest.fixture
def world(db, settings):
    """Make the small borough on a school day: some work mails on such days only."""
    settings.TEXT_SERVICE = "tests.test_mails.text"
    TEXTS.clear()
    cache.clear()
    with mock.patch("django.utils.timezone.now", return_value=timezone.make_aware(MONDAY)):
        yield worlds.build_with_a_case()


def handlers():
    return {name: handler for name, (handler, _) in work._handlers.items()}


def sent_for(kind, rows):
    """Do the work of a kind, and return what was sent, subject and words together."""
    mail.outbox.clear()
    TEXTS.clear()
    for payload in MAILS[kind](rows):
        handlers()[kind](payload)
    return [f"{one.subject}\n{one.body}" for one in mail.outbox] + TEXTS


def test_no_work_that_mails_is_left_out_here():
    mailing = {
        name
        for name, handler in handlers().items()
        if any(word in inspect.getsource(handler) for word in MAILING)
    }

    assert mailing == set(MAILS)


def reset_mail(world):
    """Ask for another password, as a person does who forgot theirs."""
    mail.outbox.clear()
    email = world.people[Role.CASEWORKER].email
    Client().post(reverse("account_reset_password"), {"email": email})
    return [f"{one.subject}\n{one.body}" for one in mail.outbox]


def known_of(pupils):
    """Return what tells who a child is, besides the tokens that stand for names."""
    found = set()
    for pupil in pupils:
        born = pupil.date_of_birth
        found |= {pupil.upn, str(pupil.uid), pupil.uid.hex, born.isoformat(), f"{born:%d/%m/%Y}"}
    return {word.lower() for word in found if word}


@pytest.mark.parametrize("kind", [*MAILS, "password"])
def test_a_mail_names_no_child_and_its_links_ask_who_reads_or_are_secret(world, kind):
    sent = reset_mail(world) if kind == "password" else sent_for(kind, world.own)
    assert sent, "the work of this kind is to mail somebody"
    known = known_of(Pupil.objects.all())

    for words in sent:
        assert worlds.TOKEN.findall(words) == []
        assert {word for word in known if word in words.lower()} == set()
        for address in ADDRESS.findall(words):
            found = urlsplit(address.rstrip(".,"))
            assert address.startswith(settings.SERVICE_URL) or kind == "password"
            name = resolve(found.path).view_name
            if name not in LINKS:
                answer = Client().get(found.path)
                assert answer.status_code == 302, address
                assert answer["Location"].startswith(reverse("account_login")), address


def family(name):
    """Return the pages that one link leads to: what a young person says has several."""
    return "pupils:say" if name.startswith("pupils:say") else name


@pytest.mark.parametrize("name", [name for name, link in LINKS.items() if not link.is_begun])
def test_the_secret_of_one_link_opens_no_other_page(world, name):
    link = LINKS[name]
    given = link.arguments(world)
    secret = str(given.get("token", given.get("key")))
    assert worlds.TOKEN.findall(secret) == []
    assert not any(word in secret.lower() for word in known_of(Pupil.objects.all()))

    problems = []
    for route in routes_by_secret():
        if family(route.name) == family(name):
            continue
        other = LINKS[route.name]
        arguments = other.arguments(world)
        key = next(word for word in GUESSED if word in arguments)
        try:
            address = reverse(route.name, kwargs=arguments | {key: secret})
        except NoReverseMatch:
            continue  # no such address: the secret holds letters that it never has
        for method in ("GET", "POST"):
            answer, shown, wrote = asked(Client(), method, address)
            if shown or wrote or answer.status_code not in {other.guessed, 405}:
                problems.append((route.name, method, answer.status_code, shown, wrote))
    assert problems == []


def test_a_link_stands_in_the_mail_that_sends_it_and_opens_its_page(world):
    """The sweep above reads real addresses: each of the secret ones is found in its mail."""
    found = {}
    for kind in ("absence.email", "outreach.asked", "outreach.closed", "plan.sent"):
        (address,) = {one for words in sent_for(kind, world.own) for one in ADDRESS.findall(words)}
        path = urlsplit(address).path
        found[resolve(path).view_name] = Client().get(path).status_code
    assert found == {
        "attendance:reply": 200,
        "outreach:evaluation": 200,
        "reporting:follow-up": 200,
        "reintegration:version": 200,
    }
