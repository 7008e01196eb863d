"""The web server is killed with SIGKILL while a school writes: what was typed goes on."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.permissions import Role
from referrals.models import Referral

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SAVED = "[data-autosave]:text-matches('^Saved')"
WORDS = 60
LATEST = timedelta(seconds=5)


def test_a_killed_server_loses_nothing_older_than_five_seconds(world, server, page_of):
    draft = world.own.draft
    path = f"{server.url}/referrals/{draft.uid}/answers/happening/"
    page = page_of(world.people[Role.SCHOOL_STAFF], width=360, at=server.url)
    page.goto(path)
    box = page.locator("[name=concern]")
    box.fill("")
    typed = []
    for number in range(WORDS):  # without a pause in which a patient timer would run out
        box.press_sequentially(f"w{number} ")
        typed.append((timezone.now(), f"w{number}"))
        time.sleep(0.12)

    server.kill()
    killed = timezone.now()

    kept = set(Referral.objects.get(pk=draft.pk).concern.split())
    must = {word for at, word in typed if at < killed - LATEST}
    assert len(must) > 5
    assert must <= kept
    box.press_sequentially("after the end")
    page.wait_for_selector("[data-autosave]:has-text('no connection')", timeout=10_000)

    server.start()
    page.wait_for_selector(SAVED, timeout=20_000)

    whole = " ".join([*(word for _, word in typed), "after the end"])
    assert Referral.objects.get(pk=draft.pk).concern == whole
    assert page.input_value("[name=concern]") == whole
    again = page.context.new_page()
    again.goto(path)
    again.fill("[name=concern]", f"{whole}, and on.")
    again.wait_for_selector(SAVED, timeout=10_000)
    assert Referral.objects.get(pk=draft.pk).concern == f"{whole}, and on."
