"""A measure that fails keeps its last figure, is named, and the others go on."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts import work
from accounts.models import OutboxMessage, Run
from accounts.permissions import Role
from apsystem.pages import FIGURES_TASK
from reporting import actions
from reporting.kpis import REGISTRY
from reporting.kpis.live import tried
from reporting.models import BoardPack, Coverage, FailedFigure, Snapshot
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

MONDAY = date(2024, 9, 16)
AFTER = date(2025, 9, 10)
SLUG, OTHER, REGISTERS = "attendance-ap", "overall-absence-ap", "registers-complete"
ASKED = {"year": 2024, "part": Coverage.YEAR.value}


@pytest.fixture
def broken(monkeypatch):
    """Break a measure: its query names a column that is not there."""

    def broken(slug=SLUG):
        whole = REGISTRY[slug]

        def population(period):
            return replace(whole.population(period), numerator="no_such_column")

        monkeypatch.setitem(REGISTRY, slug, replace(whole, population=population))
        return lambda: monkeypatch.setitem(REGISTRY, slug, whole)

    return broken


@pytest.fixture
def placements():
    found = factories.PlacementFactory.create_batch(10)
    for row in found:
        factories.write_marks(row, "N/I/", first_day=MONDAY)
    return found


def figures():
    """Return what is kept of the year, as numerator and denominator."""
    rows = Snapshot.objects.latest_of(2024, Coverage.YEAR)
    return {slug: (row.numerator, row.denominator) for slug, row in rows.items()}


def come(placement):
    """Let a child have come after all: two figures of it change."""
    placement.marks.filter(code="N").update(code="/")


def page(client, name="reporting:measure", args=(SLUG,)):
    return " ".join(client.get(reverse(name, args=args), ASKED).content.decode().split())


# Worked by hand: 10 children, 20 of 40 sessions. One of them comes once more: 21, and 19 absent.
def test_a_measure_that_fails_keeps_its_figure_and_the_others_are_new(placements, broken):
    actions.compute(AFTER)
    before = figures()
    come(placements[0])
    broken()

    actions.compute(AFTER)

    after = figures()
    assert before[SLUG] == after[SLUG] == (20, 40)
    assert (before[OTHER], after[OTHER]) == ((20, 40), (19, 40))
    parts = {(row.year, row.coverage) for row in FailedFigure.objects.all()}
    assert {row.measure for row in FailedFigure.objects.all()} == {SLUG}
    assert {(2024, Coverage.YEAR), (2024, Coverage.AUTUMN), (2023, Coverage.YEAR)} <= parts
    assert {row.error for row in FailedFigure.objects.all()} == {"UndefinedColumn"}


def test_it_works_again_at_the_next_attempt_and_all_is_quiet(placements, broken, client):
    actions.compute(AFTER)
    come(placements[0])
    mend = broken()
    actions.compute(AFTER)
    mend()

    actions.compute(AFTER, years=[2024])

    assert figures()[SLUG] == (21, 40)
    assert not FailedFigure.objects.filter(year=2024).exists()
    assert FailedFigure.objects.filter(year=2023).exists()  # it was not tried again

    actions.compute(AFTER)

    assert not FailedFigure.objects.exists()


def test_what_is_not_computed_any_more_fails_no_more():
    factories.FailedFigureFactory(measure="given-up")
    actions.compute(AFTER, years=[2024])
    assert FailedFigure.objects.exists()

    actions.compute(AFTER)

    assert not FailedFigure.objects.exists()


@pytest.mark.usefixtures("placements")
def test_registers_that_fail_take_only_the_figures_of_sessions_along(broken):
    """What nobody marked stands in their small print: without it they would say less."""
    broken(REGISTERS)

    actions.compute(AFTER)

    failed = set(FailedFigure.objects.values_list("measure", flat=True))
    assert failed == {REGISTERS, *(s for s, row in REGISTRY.items() if row.is_of_sessions)}
    assert figures().keys() == REGISTRY.keys() - failed


def test_a_task_without_time_left_ends_instead_of_blaming_each_measure(monkeypatch):
    def population(period):
        raise SoftTimeLimitExceeded

    monkeypatch.setitem(REGISTRY, SLUG, replace(REGISTRY[SLUG], population=population))

    with pytest.raises(SoftTimeLimitExceeded):
        actions.compute(AFTER)


@pytest.mark.usefixtures("placements")
def test_pages_say_how_old_the_figure_is(client, person, broken):
    actions.compute(AFTER)
    client.force_login(person(Role.MANAGER))
    days = timedelta(days=3)
    Snapshot.objects.update(computed_at=timezone.now() - days)
    broken()
    actions.compute(AFTER)

    shown, other = page(client), page(client, args=[OTHER])
    drawn = page(client, "reporting:dashboard", ())

    assert "50.0%" in shown
    assert "3 days ago.</strong> The newest attempt, " in shown
    assert drawn.count("The newest attempt, ") == REGISTRY[SLUG].is_headline
    assert drawn.count("of " + f"{localdate(timezone.now() - days):%-d %B %Y}") >= 1
    assert "newest attempt" not in other


@pytest.mark.usefixtures("placements")
def test_a_figure_that_never_worked_is_said_to_have_failed(client, person, broken):
    broken()
    actions.compute(AFTER)
    client.force_login(person(Role.MANAGER))

    assert "This figure could not be worked out." in page(client)
    assert "not worked out" in page(client, "reporting:dashboard", ())


def test_a_figure_of_a_group_that_fails_leaves_the_others_on_the_page(
    client, person, broken, placements
):
    broken()
    client.force_login(person(Role.MANAGER))

    answer = client.get(reverse("reporting:dashboard"), ASKED | {"tier": placements[0].tier})

    tiles = {t["measure"].slug: t for group in answer.context["groups"] for t in group["tiles"]}
    assert (tiles[SLUG]["has_failed"], tiles[SLUG]["snapshot"]) == (True, None)
    assert tiles[OTHER]["snapshot"].denominator == 40
    assert "This figure could not be worked out." in answer.content.decode()


@pytest.mark.usefixtures("placements")
def test_health_names_what_fails(client, broken):
    Run.objects.create(task=FIGURES_TASK, period="today", done_at=timezone.now())
    mend = broken()
    actions.compute(AFTER)

    says = client.get("/healthz").json()["figures"]
    assert (says["ok"], says["failed"]) == (False, [SLUG])

    mend()
    actions.compute(AFTER)

    says = client.get("/healthz").json()["figures"]
    assert says["ok"]
    assert "failed" not in says


@pytest.mark.usefixtures("placements")
def test_health_says_how_far_the_figures_are_while_they_are_computed(client, monkeypatch):
    said = []

    def heard(*given):
        said.append(client.get("/healthz").json()["figures"]["progress"])
        return tried(*given)

    monkeypatch.setattr("reporting.actions.figures.tried", heard)
    current = actions.compute(AFTER, years=[2024])

    many = len(REGISTRY)
    assert said[:2] == [f"0 of {len(current)} figures", f"{many} of {len(current)} figures"]
    assert len(said) == 5
    assert "progress" not in client.get("/healthz").json()["figures"]


def test_health_says_since_when_a_run_that_is_not_done_runs(client):
    now = timezone.now()
    done = Run.objects.create(task=FIGURES_TASK, period="yesterday", done_at=now)
    Run.objects.filter(pk=done.pk).update(started_at=now - timedelta(seconds=12.3))
    assert "begun" not in client.get("/healthz").json()["figures"]
    begun = Run.objects.create(task=FIGURES_TASK, period="today")

    says = client.get("/healthz").json()["figures"]

    assert (says["ok"], says["seconds"]) == (True, 12.3)
    assert says["begun"] == begun.started_at.isoformat()


@pytest.mark.usefixtures("placements")
def test_those_who_see_to_it_are_told_once(client, person, broken):
    people = {role: person(role) for role in (Role.MANAGER, Role.ADMINISTRATOR, Role.LEADERSHIP)}
    broken()
    for _ in range(2):
        actions.compute(AFTER)

    (message,) = OutboxMessage.objects.filter(kind=actions.FAILED)
    work.work(message.pk)

    told = {row.to[0] for row in mail.outbox}
    assert told == {people[Role.MANAGER].email, people[Role.ADMINISTRATOR].email}
    assert REGISTRY[SLUG].title in mail.outbox[0].body
    assert reverse("reporting:failures") in mail.outbox[0].body
    client.force_login(people[Role.ADMINISTRATOR])
    assert "Figures that could not be worked out" in client.get("/").content.decode()
    listed = client.get(reverse("reporting:failures")).content.decode()
    assert listed.count("UndefinedColumn") == FailedFigure.objects.count() > 0
    client.force_login(people[Role.LEADERSHIP])
    assert client.get(reverse("reporting:failures")).status_code == 403


@pytest.mark.usefixtures("placements")
def test_nobody_is_mailed_of_what_works_again_by_then(person, broken):
    person(Role.MANAGER)
    mend = broken()
    actions.compute(AFTER)
    mend()
    actions.compute(AFTER)

    work.work(OutboxMessage.objects.get(kind=actions.FAILED).pk)

    assert mail.outbox == []


@pytest.mark.parametrize("of_provider", [False, True])
def test_a_pack_is_not_frozen_with_a_figure_that_fails(person, broken, placements, of_provider):
    manager = person(Role.MANAGER)
    actions.compute(AFTER)
    provider = placements[0].provider if of_provider else None
    row = BoardPack(title="Of September", year=2024, coverage=Coverage.YEAR, provider=provider)
    pack = actions.write_pack(row, measures=[OTHER, SLUG], by=manager)
    broken()

    with pytest.raises(ValidationError, match=f"just now: {REGISTRY[SLUG].title}. Take it out"):
        actions.freeze(pack, by=manager)

    pack.refresh_from_db()
    assert not pack.is_frozen


@pytest.mark.usefixtures("placements")
def test_the_rows_of_the_other_figures_are_kept(broken):
    broken()

    actions.keep_rows_of_all()

    kept = set(Snapshot.objects.with_rows().values_list("measure", flat=True))
    assert kept == REGISTRY.keys() - {SLUG}


@pytest.mark.usefixtures("placements")
def test_the_command_computes_the_others_and_names_what_failed(broken):
    broken()

    with pytest.raises(CommandError, match=f"keep their last value: {SLUG} 20"):
        call_command("compute_kpis")

    assert Snapshot.objects.exists()
    assert Run.objects.get().done_at is not None
