"""Importing the marks of all providers in one file: which placement a mark belongs to."""

from datetime import date

import pytest

from apsystem.lib.tables import ImportRefused
from attendance import actions
from attendance.models import Import, Mark
from tests import factories
from tests.factories.timetables import MORNINGS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

MONDAY = date(2024, 9, 16)
MONDAYS, REST = 0b11, 0b1111111100
LONG = "UPN,Date,Session,Mark\n"
BOTH = "two providers expect the pupil then. Import for one of them"
NEITHER = "the placement does not expect the pupil at that session"


@pytest.fixture
def first(provider):
    """Return the placement that expects the pupil on Mondays."""
    upn = factories.valid_upn(99_007)
    return factories.PlacementFactory(provider=provider, pupil__upn=upn, sessions=MONDAYS)


@pytest.fixture
def second(first, other_provider):
    """Return the placement that expects the same pupil on the other days."""
    return factories.PlacementFactory(provider=other_provider, pupil=first.pupil, sessions=REST)


@pytest.fixture
def take(caseworker, first, second):
    """Import rows of 'date session code' for the pupil, for every provider."""

    def take(*rows, reason=""):
        lines = [",".join([first.pupil.upn, *row.split(" ")]) for row in rows]
        text = LONG + "\n".join(lines) + "\n"
        return actions.import_file(
            text.encode(), name="all.csv", provider=None, by=caseworker, reason=reason
        )

    return take


def refused(take, *rows):
    with pytest.raises(ImportRefused) as found:
        take(*rows)
    return found.value.errors


def marked():
    rows = Mark.objects.order_by("date", "session")
    return list(rows.values_list("placement", "date__day", "code"))


def expect(placement, sessions):
    type(placement).objects.filter(pk=placement.pk).update(sessions=sessions)


def test_each_placement_decides(caseworker, first, other_provider):
    foreign = factories.PlacementFactory(provider=other_provider)
    rows = "".join(f"{upn},16/09/2024,AM,/\n" for upn in (first.pupil.upn, foreign.pupil.upn))

    text = (LONG + rows).encode()
    actions.import_file(text, name="all.csv", provider=None, by=caseworker)

    assert set(Mark.objects.values_list("placement", flat=True)) == {first.pk, foreign.pk}
    assert Import.objects.get().provider is None


def test_a_mark_of_a_shared_week_belongs_to_who_expects_the_pupil(take, first, second):
    rows = ("16/09/2024 AM /", "17/09/2024 AM N", "17/09/2024 PM \\")

    found = take(*rows)

    assert (found.new, found.left_out) == (3, 0)
    assert marked() == [(first.pk, 16, "/"), (second.pk, 17, "N"), (second.pk, 17, "\\")]
    assert take(*rows).same == 3


def test_a_session_that_both_expect_is_refused(take, second):
    expect(second, MONDAYS | REST)

    assert refused(take, "17/09/2024 AM /", "16/09/2024 AM /") == [
        f"Row 3: 16 September 2024, morning: {BOTH}."
    ]
    assert not Mark.objects.exists()


def test_a_session_that_neither_expects_is_refused_once(take, second):
    expect(second, MONDAYS)

    assert refused(take, "17/09/2024 AM /") == [
        f"Row 2: / on 17 September 2024, morning: {NEITHER}."
    ]
    assert take("17/09/2024 AM D").left_out == 1


def test_who_is_closed_or_paused_that_day_does_not_expect_the_pupil(take, first, second):
    expect(second, MONDAYS | REST)
    factories.ClosureFactory(organisation=first.provider, starts_on=MONDAY)
    factories.PauseFactory(placement=first, starts_on=date(2024, 9, 23), ends_on=None)

    assert take("16/09/2024 AM /", "23/09/2024 AM /").new == 2
    assert {row[0] for row in marked()} == {second.pk}


def test_a_day_on_which_both_are_closed_is_said_once(take, first, second):
    expect(second, MONDAYS | REST)
    for placement in (first, second):
        factories.ClosureFactory(organisation=placement.provider, starts_on=MONDAY)

    assert refused(take, "16/09/2024 AM /") == [
        "Row 2: / on 16 September 2024, morning: it is no school day here."
    ]
    assert take("16/09/2024 AM #").left_out == 1


def test_who_is_left_out_by_a_timetable_is_expected_by_the_other(take, first, second):
    expect(second, MONDAYS | REST)
    factories.TimetableFactory(placement=first, sessions=MORNINGS & MONDAYS)

    assert take("16/09/2024 PM \\").new == 1
    assert marked() == [(second.pk, 16, "\\")]


@pytest.mark.parametrize(("code", "kind"), [("/", "same"), ("N", "changed")])
def test_a_mark_that_is_there_says_whose_it_is(take, first, second, code, kind):
    factories.MarkFactory(placement=first, date=date(2024, 9, 17), code_id="/")

    found = take(f"17/09/2024 AM {code}", reason="Was away")

    assert found.counts == {kind: 1}
    assert marked() == [(first.pk, 17, code)]


def test_who_has_written_d_does_not_expect_the_pupil(take, first, second):
    expect(second, MONDAYS | REST)
    factories.MarkFactory(placement=first, code_id="D")

    assert take("16/09/2024 AM N").new == 1
    assert set(marked()) == {(first.pk, 16, "D"), (second.pk, 16, "N")}
