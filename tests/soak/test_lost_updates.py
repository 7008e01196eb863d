"""No acknowledged mark is lost, and none is written twice, while web and worker are killed.

`make test` runs it short; `make soak` long, and then with the safeguard off, to print what the
usual form loses.
"""

import json
import os
import random
import time

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import OutboxMessage
from accounts.models.calendar import school_days_at
from accounts.permissions import Role
from attendance.models import Mark, MarkAmendment
from tests import factories
from tests.processes import Server, Worker
from tests.sessions import session_of
from tests.soak import checker
from tests.soak.editors import Editor, History

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

WANTED = int(os.environ.get("SOAK_MARKS", "120"))
IS_LONG = "SOAK_MARKS" in os.environ
CLIENTS = 16 if IS_LONG else 4
PUPILS = 10
DAYS = 12 if IS_LONG else 1
KILLS = max(3, WANTED // 100)  # a process that is killed needs seconds to be there again
LONGEST = 3_000 if IS_LONG else 120


@pytest.fixture
def place(request):
    request.getfixturevalue("calendar")
    provider = factories.ProviderFactory(name="Cedar Centre")
    factories.PlacementFactory.create_batch(PUPILS, provider=provider)
    people = [factories.UserFactory(name=f"Tutor {number}") for number in range(CLIENTS)]
    for person in people:
        factories.MembershipFactory(user=person, organisation=provider, role=Role.PROVIDER_STAFF)
    days = school_days_at(provider, *(request.getfixturevalue("term")))[:DAYS]
    paths = [
        reverse("attendance:register", args=[provider.uid, day.isoformat(), half])
        for day in days
        for half in ("am", "pm")
    ]
    return people, [path for path in paths if path.endswith("am/")]


@pytest.fixture
def term(calendar):
    half_term = calendar[2024][0]
    return half_term.starts_on, half_term.ends_on


def tags():
    """Return the tag that stands at each line, and every tag that was ever written, as often."""
    final = {str(mark.pk): mark.note for mark in Mark.objects.all()}
    events = Mark.pgh_event_model.objects.exclude(note="").values_list("note", flat=True)
    return {"final": final, "written": list(events)}


def run(place, folder, *, wanted, server, worker, kills):
    """Let people mark until so many marks are acknowledged; kill something now and then."""
    people, paths = place
    history = History(folder / "history.jsonl")
    editors = [
        Editor(
            server.url, f"{settings.SESSION_COOKIE_NAME}={session_of(person)}", paths, history, n
        )
        for n, person in enumerate(people)
    ]
    for editor in editors:
        editor.start()
    chance, killed, until = random.Random(1), 0, time.monotonic() + LONGEST  # noqa: S311
    while history.acknowledged < wanted and time.monotonic() < until:
        time.sleep(0.2)
        if killed < kills * min(1, history.acknowledged / wanted * 1.2):
            killed += _kill(server, worker, chance, killed)
    for editor in editors:
        editor.is_over.set()
    for editor in editors:
        editor.join(timeout=60)
        assert editor.error is None, repr(editor.error)
    history.lines.close()
    (folder / "state.json").write_text(json.dumps(tags()), encoding="utf-8")
    return checker.read(folder / "history.jsonl", folder / "state.json"), killed


def _kill(server, worker, chance, number):
    """Kill a web process, at times the whole server, at times the worker."""
    if worker is not None and number % 4 == 1:
        worker.kill()
        worker.start()
        return True
    if number % 5 == 2:
        server.kill()
        time.sleep(chance.random())
        server.start()
        return True
    return server.kill_a_child()


def test_no_acknowledged_mark_is_lost_while_processes_are_killed(place, tmp_path):
    server, worker = Server(), Worker() if IS_LONG else None
    for process in filter(None, (server, worker)):
        process.start()
    try:
        verdict, killed = run(
            place, tmp_path, wanted=WANTED, server=server, worker=worker, kills=KILLS
        )
        left = _undone_after(worker) if worker else 0
    finally:
        for process in filter(None, (server, worker)):
            process.kill()

    print(f"\n{killed} kills: {verdict}; {left} pieces of work undone")  # noqa: T201
    assert verdict.acknowledged >= WANTED
    assert killed >= 3
    assert verdict.is_clean
    assert left == 0
    changes = Mark.pgh_event_model.objects.filter(pgh_label="update").count()
    assert MarkAmendment.objects.count() == changes


def _undone_after(worker):
    """Send again what is undone, as the clock does, and return what nobody did within minutes."""
    from accounts.tasks import RESEND_AFTER, sweep  # noqa: PLC0415

    settings.CELERY_TASK_ALWAYS_EAGER = False
    until = time.monotonic() + 300
    while time.monotonic() < until:
        undone = OutboxMessage.objects.filter(done_at=None)
        if not undone.exists():
            break
        undone.update(
            sent_at=None, created_at=undone.earliest("created_at").created_at - RESEND_AFTER
        )
        sweep()
        time.sleep(2)
    return OutboxMessage.objects.filter(done_at=None).count()


@pytest.mark.skipif(not IS_LONG, reason="make soak prints what is lost without the safeguard")
def test_without_the_safeguard_marks_are_lost(place, tmp_path):
    server = Server("tests.soak.unguarded")
    server.start()
    try:
        verdict, _ = run(place, tmp_path, wanted=WANTED // 10, server=server, worker=None, kills=0)
    finally:
        server.kill()

    share = 100 * len(verdict.lost) / verdict.acknowledged
    print(f"\nWithout the safeguard: {verdict} ({share:.0f}% lost)")  # noqa: T201
    assert verdict.lost


def test_the_checker_finds_a_mark_that_was_written_over_unseen(place, client, monkeypatch):
    """Two people open one register; with the safeguard off the second writes over the first."""
    from attendance.actions import register  # noqa: PLC0415

    people, paths = place
    told = {}
    for is_guarded in (True, False):
        if not is_guarded:
            monkeypatch.setattr(register.Line, "_overtaken", lambda line, entry: None)
        Mark.objects.all().delete()
        history = []
        for number, person in enumerate(people[:2]):
            client.force_login(person)
            placement = client.get(paths[0]).context["register"].lines[0].placement.pk
            tag = f"{is_guarded}{number}"
            answer = client.post(paths[0], {
                f"code-{placement}": "/L"[number], f"note-{placement}": tag,
                f"seen-{placement}": "0", f"reason-{placement}": "A test",
            })  # fmt: skip
            outcome = "acknowledged" if answer.status_code == 302 else "refused"
            history.append({"tag": tag, "saw": "", "outcome": outcome})
        state = {
            "final": {str(mark.pk): mark.note for mark in Mark.objects.all()},
            "written": [write["tag"] for write in history if write["outcome"] == "acknowledged"],
        }
        told[is_guarded] = checker.judge(history, state)

    assert (told[True].lost, told[True].refused) == ([], 1)
    assert told[False].lost == ["False0"]


@pytest.mark.parametrize(
    ("history", "state", "found"),
    [
        ([], {"final": {}, "written": []}, "is_clean"),
        ([("a", "", "acknowledged")], {"final": {}, "written": []}, "lost"),
        ([("a", "", "acknowledged")], {"final": {"1": "a"}, "written": ["a", "a"]}, "doubled"),
        ([], {"final": {"1": "x"}, "written": ["x"]}, "phantom"),
        ([("a", "", "refused")], {"final": {"1": "a"}, "written": ["a"]}, "refused_written"),
        ([("a", "", "unknown")], {"final": {"1": "a"}, "written": ["a"]}, "is_clean"),
    ],
)
def test_the_checker_judges_each_kind_of_failure(history, state, found):
    names = ("tag", "saw", "outcome")
    verdict = checker.judge([dict(zip(names, write, strict=True)) for write in history], state)

    assert getattr(verdict, found)
    assert verdict.is_clean == (found == "is_clean")
