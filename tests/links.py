"""Addresses that open a page by the secret in them, alive: one entry for each such page.

What each page may show of the child, and what opening it writes, stands beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import Role
from pupils.models import Voice
from tests import factories
from tests.addresses import FEED_TOKEN
from tests.routes import Route, routes
from tests.world import World

NUMBER = "2468"
TRAIL, SESSION = "accounts_viewentry", "django_session"


@dataclass(frozen=True)
class Link:
    """A page behind a secret: its arguments, what it shows of its child, what opening it writes."""

    arguments: Callable[[World], dict[str, object]]
    shows: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    status: int = 200
    guessed: int = 404
    is_begun: bool = False  # the person typed the number in this browser

    def tokens(self, world: World) -> set[str]:
        """Return the tokens that the page shows: all are of the child whom the link is about."""
        return {f"zqx{world.own.name}{word}zqx" for word in self.shows}

    def address(self, client: Client, world: World, name: str) -> str:
        """Return the address, as a browser has it that went through the door before the page."""
        address = reverse(name, kwargs=self.arguments(world))
        if self.is_begun:
            door = reverse("pupils:say", args=[world.own.voices["given"].token])
            client.post(door, {"number": NUMBER})
        if name == "account_reset_password_from_key":
            return client.get(address)["Location"]  # the key moves from the address to the session
        return address


def _told(world: World) -> dict[str, object]:
    rows = world.own
    told = {"placement": rows.placement, "contact": rows.contact, "date": localdate()}
    return {"token": factories.AbsenceNoticeFactory(session=1, **told).token}


def _said(**details: object) -> Callable[[World], dict[str, object]]:
    def arguments(world: World) -> dict[str, object]:
        voice = world.own.voices["given"]
        Voice.objects.filter(pk=voice.pk).update(number_hash=voice.hash_of_number(NUMBER))
        given = voice.answers.get(question="good", is_given=True)
        if not voice.answers.filter(question="good", is_given=False).exists():
            factories.VoiceAnswerFactory(
                voice=voice, question="good", words=given.words, recording=given.recording
            )
        return {"token": voice.token, **details}

    return arguments


def _forgotten(world: World) -> dict[str, object]:
    user = world.people[Role.CASEWORKER]
    return {
        "uidb36": user_pk_to_url_str(user),
        "key": default_token_generator.make_token(user),
    }


def _begun(*shows: str, writes: frozenset[str] = frozenset({TRAIL}), status: int = 200,
           **details: object) -> Link:  # fmt: skip
    return Link(_said(**details), frozenset(shows), writes, status, is_begun=True)


LINKS = {
    "account_reset_password_from_key": Link(_forgotten, guessed=200),  # says so, and asks nothing
    # Programs that read mail follow links, too: opening it leaves no trace.
    "attendance:reply": Link(_told, frozenset({"forenameone"})),
    "outreach:evaluation": Link(
        lambda world: {"token": world.own.outreach["evaluation"].token}, writes=frozenset({TRAIL})
    ),
    "pupils:say": Link(_said()),
    "pupils:say-all": _begun(
        "ownwords", "notgiven", "readers", "yousaid", "wedid", "wecouldnot", "disagreed"
    ),
    "pupils:say-leave": _begun(writes=frozenset({SESSION}), status=302),
    "pupils:say-question": _begun("ownwords", "readers", number=2),
    "pupils:say-recording": _begun("spokenaloud", slug="good"),
    "pupils:say-take-back": _begun(),
    "reintegration:version": Link(
        lambda world: {"token": world.own.plan.versions.get().token},
        frozenset({"sentgoal"}),
        frozenset({TRAIL}),
    ),
    "reporting:feed": Link(lambda world: {"token": FEED_TOKEN}),
    "reporting:follow-up": Link(
        lambda world: {"token": world.own.outreach["asked"].token},
        frozenset({"forenameone", "surnameone"}),
        frozenset({TRAIL}),
    ),
}
GUESSED = {"token": ["0" * 64, "no-such-link"], "key": ["0" * 40, "set-password"]}


def routes_by_secret() -> list[Route]:
    """Return the pages without a sign-in whose address holds something: nothing else opens them."""
    return [route for route in routes() if route.is_open and "<" in route.pattern]
