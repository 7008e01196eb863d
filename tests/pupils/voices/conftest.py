"""A young person on a school's roll, and links that were just made."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils.timezone import localdate

from pupils import actions
from pupils.models import Voice
from tests import factories


@pytest.fixture(autouse=True)
def _a_new_hour(db):
    cache.clear()


@pytest.fixture
def child(school, provider):
    placement = factories.PlacementFactory(home_school=school, provider=provider)
    return placement.pupil


@pytest.fixture
def ask(child, caseworker):
    """Make a link; `days` are those for which it can be changed."""

    def made(who="pupil", days=7, **details):
        if who == "parent":
            details.setdefault("contact", factories.ContactFactory(pupil=child))
        voice = Voice(
            who=who,
            about="panel",
            readers="Your key worker",
            ends_on=localdate() + timedelta(days=days),
            **details,
        )
        return actions.ask(voice, pupil=child, by=caseworker)

    return made


@pytest.fixture
def voice(ask):
    return ask()


def over(voice: Voice, days: int = 0) -> Voice:
    """Let the last day be over, since some days."""
    today = localdate()
    Voice.objects.filter(pk=voice.pk).update(
        made_on=today - timedelta(days=days + 8), ends_on=today - timedelta(days=days)
    )
    voice.refresh_from_db()
    return voice
