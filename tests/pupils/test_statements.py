"""The statements that read a child's page: written once, and asked of many children."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.permissions import Role
from accounts.written import Reader, literal
from pupils import story
from pupils.models import CareStatus, EhcPlan, Need
from pupils.story.statements import ALL, Statement, read_in_one, statement
from reintegration.models import PanelMember
from tests import factories
from tests import world as worlds

MOMENT = "'::timestamp"


@pytest.fixture
def world(db):
    return worlds.build()


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.SCHOOL_LEAD, Role.PROVIDER_STAFF])
def test_what_is_kept_for_a_day_asks_for_no_moment(world, role):
    reader = Reader.of(world.people[role])
    registered = [*story.SOURCES.values(), *(row for row in story.SECTIONS.values() if row.rows)]

    written = [made for told in registered if (made := statement(told, ALL, reader))]

    assert len(written) > 5
    for made in written:
        before, after = made.parts
        assert MOMENT not in before + after
        assert made.of(77) == f"{before}77{after}"


def test_a_moment_would_be_seen_in_a_statement(db):
    assert MOMENT in literal("%s", [timezone.now()])


def test_values_are_quoted_and_the_pupil_is_a_number(db):
    assert literal("%s", ["%s'; --"]) == "'%s''; --'"
    with pytest.raises(ValueError, match="format code"):
        Statement(("", "")).of("1 OR true")


def test_what_hangs_on_an_answer_of_the_database_is_not_kept(world):
    case, reader = world.own.panel["told"], world.people[Role.PANEL_MEMBER]
    elsewhere = factories.MembershipFactory(
        user=reader, organisation=world.foreign.school, role=Role.SCHOOL_LEAD
    )
    reader.acting = [*reader.acting, elsewhere]

    def decided():
        found = story.chronology(case.pupil, reader)
        return [event.title for event in found if str(case.uid) in event.url]

    assert len(decided()) == 1
    PanelMember.objects.filter(user=reader).update(ends_on=localdate())
    assert decided() == []


def test_a_statement_is_kept_for_a_person_in_a_role_and_place_on_a_day(world, monkeypatch):
    one = world.people[Role.SCHOOL_STAFF]
    first = Reader.of(one)
    assert Reader.of(type(one).objects.get(pk=one.pk)) == first
    held = one.acting[0]
    colleague = factories.MembershipFactory(role=held.role, organisation=held.organisation).user
    assert Reader.of(colleague) != first
    one.acting = [factories.MembershipFactory(user=one, role=Role.SCHOOL_LEAD)]
    assert Reader.of(one) != first
    one.acting = [held]
    monkeypatch.setattr("accounts.written.localdate", lambda: date(2030, 1, 1))
    assert Reader.of(one) != first


def test_what_is_kept_of_one_person_is_not_read_to_another(world):
    one, two = (world.people[Role.SCHOOL_STAFF], world.people[Role.CASEWORKER])
    for person, of in ((one, world.own), (two, world.own), (one, world.own)):
        kinds = {event.kind.slug for event in story.chronology(of.pupil, person)}
        assert kinds, person
    assert story.chronology(world.foreign.pupil, one) == []
    assert story.chronology(world.foreign.pupil, two) != []


def test_small_tables_are_read_in_one_with_their_own_types(world):
    pupil, by = world.own.pupil, world.people[Role.CASEWORKER]
    factories.CareStatusFactory(pupil=pupil, kind="child in need")
    asked = {
        name: model.objects.as_user(by).filter(pupil=pupil)
        for name, model in (("needs", Need), ("plans", EhcPlan), ("care", CareStatus))
    }

    with CaptureQueriesContext(connection) as captured:
        found = read_in_one({**asked, "none": Need.objects.none()})

    assert len(captured) == 1
    assert found.pop("none") == []
    for name, rows in asked.items():
        assert found[name] == list(rows) != []
        for row, plain in zip(found[name], rows, strict=True):
            same = {field.attname for field in row._meta.concrete_fields}
            assert {key: getattr(row, key) for key in same} == {
                key: getattr(plain, key) for key in same
            }
