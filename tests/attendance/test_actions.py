"""Marking a register: what is written, what is refused, and in which words."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import OutboxMessage
from accounts.permissions import GRANTS, Permission, Role
from attendance import actions
from attendance.actions import Entry
from attendance.forms.register import Register
from attendance.models import Mark, MarkAmendment
from reporting.models import Snapshot
from tests import factories
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

MONDAY = date(2024, 9, 16)
OLD_LAW, NEW_LAW = date(2024, 7, 15), MONDAY
AM, PM = 0, 1


@pytest.fixture
def save(provider, provider_staff):
    """Save one line of Monday morning's register, and return what became of it."""

    def save(placement, code, *, on=MONDAY, session=AM, by=provider_staff, **details):
        entry = Entry(placement.pk, code, **details)
        return actions.mark(provider, on, session, [entry], by=by)

    return save


def test_a_mark_is_written_with_who_and_when(save, placement, provider_staff):
    before = timezone.now()

    saved = save(placement, "/")

    mark = Mark.objects.get()
    assert (saved.written, saved.problems) == (1, {})
    assert (mark.code_id, mark.version, mark.marked_by) == ("/", 1, provider_staff)
    assert (mark.pupil, mark.placement) == (placement.pupil, placement)
    assert before <= mark.marked_at <= timezone.now()


def test_only_the_lines_that_were_chosen_are_written(save, placement, provider):
    factories.PlacementFactory(provider=provider)

    save(placement, "/")

    assert Mark.objects.get().placement == placement


def test_nothing_is_chosen_in_a_new_register(placement, provider, provider_staff):
    register = Register.read(provider, MONDAY, AM, provider_staff)

    assert [(line.typed.code, line.mark) for line in register.lines] == [("", None)]
    assert register.take(QueryDict(f"seen-{placement.pk}=0")) == []
    assert register.marked == 0


def test_a_register_that_is_sent_back_as_it_was_changes_nothing(save, placement):
    save(placement, "N")

    saved = save(placement, "N", seen=1)

    assert (saved.written, saved.unchanged, saved.problems) == (0, 1, {})
    assert Mark.objects.get().version == 1
    assert not MarkAmendment.objects.exists()


def test_an_amendment_keeps_the_five_things(save, placement, person, provider):
    tutor = person(Role.PROVIDER_STAFF, name="Tess Tutor", position="Tutor")
    save(placement, "N")
    before = timezone.now()

    saved = save(placement, "L", seen=1, reason=" Came at 9.20. ", by=tutor)

    amendment = MarkAmendment.objects.get()
    assert saved.written == 1
    assert (amendment.original, amendment.amended) == ("N", "L")
    assert amendment.reason == "Came at 9.20."
    assert before <= amendment.at <= timezone.now()
    assert (amendment.by_name, amendment.by_position) == ("Tess Tutor", "Tutor")
    mark = Mark.objects.get()
    assert (mark.code_id, mark.version, mark.marked_by) == ("L", 2, tutor)


def test_a_person_without_a_position_amends_in_their_role(save, placement, colleague):
    save(placement, "N")

    save(placement, "L", seen=1, reason="Came at 9.20.", by=colleague)

    assert MarkAmendment.objects.get().by_position == "provider lead"


@pytest.mark.parametrize("reason", ["", "   "])
def test_an_amendment_needs_a_reason(save, placement, reason):
    save(placement, "N")

    saved = save(placement, "L", seen=1, reason=reason)

    assert saved.problems == {placement.pk: "Say why N is changed to L."}
    assert Mark.objects.get().code_id == "N"
    assert not MarkAmendment.objects.exists()


def test_a_conflict_names_the_other_person_and_both_marks(save, placement, colleague):
    save(placement, "N", by=colleague)

    saved = save(placement, "/")

    message = saved.problems[placement.pk]
    assert message.startswith("Col League marked N at ")
    assert "while you were choosing /" in message
    assert (saved.written, Mark.objects.get().code_id) == (0, "N")


def test_a_conflict_with_an_amendment_is_noticed_too(save, placement, colleague):
    save(placement, "N")
    save(placement, "L", seen=1, reason="Came at 9.20.", by=colleague)

    saved = save(placement, "I", seen=1, reason="A parent rang.")

    assert saved.problems[placement.pk].startswith("Col League marked L at ")
    assert Mark.objects.get().code_id == "L"


def test_a_conflict_on_one_line_does_not_hold_back_the_others(
    save, placement, provider, provider_staff, colleague
):
    other = factories.PlacementFactory(provider=provider)
    save(placement, "N", by=colleague)

    saved = actions.mark(
        provider, MONDAY, AM, [Entry(placement.pk, "/"), Entry(other.pk, "/")], by=provider_staff
    )

    assert (saved.written, set(saved.problems)) == (1, {placement.pk})


@pytest.mark.parametrize("seen", [0, 1])
def test_of_two_entries_for_one_line_the_last_counts(
    save, placement, provider, provider_staff, seen
):
    if seen:
        save(placement, "I")
    entries = [Entry(placement.pk, code, seen, "Came at 9.20.") for code in "NL"]

    saved = actions.mark(provider, MONDAY, AM, entries, by=provider_staff)

    assert (saved.written, saved.problems) == (1, {})
    mark = Mark.objects.get()
    assert (mark.code_id, mark.version) == ("L", seen + 1)
    assert MarkAmendment.objects.count() == seen


def test_only_the_lines_that_changed_get_another_version(save, placement, provider):
    other = factories.PlacementFactory(provider=provider)
    save(placement, "N")
    save(other, "N")

    save(other, "L", seen=1, reason="Came at 9.20.")

    versions = Mark.objects.order_by("placement_id").values_list("code", "version")
    assert list(versions) == [("N", 1), ("L", 2)]


def test_a_mark_that_was_seen_and_is_gone_is_a_problem(save, placement):
    saved = save(placement, "/", seen=1)

    assert "is gone" in saved.problems[placement.pk]
    assert not Mark.objects.exists()


@pytest.mark.parametrize(
    ("code", "on", "is_accepted"),
    [
        ("J", OLD_LAW, True),
        ("J", NEW_LAW, False),
        ("J1", OLD_LAW, False),
        ("J1", NEW_LAW, True),
        ("YY", NEW_LAW, False),
        ("", NEW_LAW, False),
        ("\0", NEW_LAW, False),
    ],
)
def test_a_code_is_accepted_only_on_days_when_it_is_in_force(
    save, placement, code, on, is_accepted
):
    saved = save(placement, code, on=on)

    assert (saved.written == 1) is is_accepted
    assert ("not a code in force" in saved.problems.get(placement.pk, "")) is not is_accepted


@pytest.mark.parametrize(("session", "code"), [(AM, "\\"), (PM, "/")])
def test_the_code_of_the_other_session_is_refused(save, placement, session, code):
    saved = save(placement, code, session=session)

    assert saved.problems == {placement.pk: "That code belongs to the other session of the day."}


def test_a_session_that_another_place_marked_takes_only_d(save, placement, other_provider):
    elsewhere = factories.PlacementFactory(pupil=placement.pupil, provider=other_provider)
    factories.MarkFactory(placement=elsewhere, code_id="/")

    assert save(placement, "N").problems[placement.pk].startswith("Another place has marked")
    assert save(placement, "D").written == 1


def test_a_session_that_another_place_marked_d_takes_any_code(save, placement, other_provider):
    elsewhere = factories.PlacementFactory(pupil=placement.pupil, provider=other_provider)
    factories.MarkFactory(placement=elsewhere, code_id="D")

    assert save(placement, "/").written == 1


def test_d_does_not_become_another_code_while_another_place_counts(
    save, placement, other_provider
):
    elsewhere = factories.PlacementFactory(pupil=placement.pupil, provider=other_provider)
    factories.MarkFactory(placement=elsewhere, code_id="/")
    save(placement, "D")

    saved = save(placement, "N", seen=1, reason="Was not there.")

    assert saved.problems[placement.pk].startswith("Another place has marked")
    assert Mark.objects.get(placement=placement).code_id == "D"


def test_a_day_that_has_not_come_is_not_marked(save, placement):
    with pytest.raises(ValidationError, match="has not come yet"):
        save(placement, "/", on=localdate() + timedelta(days=1))


@pytest.mark.parametrize(
    "on", [date(2024, 9, 14), date(2024, 10, 28), date(2025, 5, 5), date(2022, 9, 12)]
)
def test_a_day_that_is_no_school_day_is_not_marked(save, placement, on):
    with pytest.raises(ValidationError, match="is no school day"):
        save(placement, "/", on=on)


def test_a_closed_day_is_not_marked_where_it_is_closed(save, placement, provider, other_provider):
    factories.ClosureFactory(organisation=provider, starts_on=MONDAY)
    factories.ClosureFactory(organisation=other_provider, starts_on=MONDAY + timedelta(days=1))

    with pytest.raises(ValidationError, match="Cedar Centre is closed on Monday 16 September"):
        save(placement, "/")
    assert save(placement, "/", on=MONDAY + timedelta(days=1)).written == 1


def test_a_child_who_is_not_expected_is_not_marked(save, provider, other_provider):
    mornings_off = factories.PlacementFactory(provider=provider, sessions=2)
    ended = factories.PlacementFactory(provider=provider, ends_on=MONDAY)
    foreign = factories.PlacementFactory(provider=other_provider)

    for placement in (mornings_off, ended, foreign):
        assert "is not expected" in save(placement, "/").problems[placement.pk]
    assert not Mark.objects.exists()


@pytest.mark.parametrize(
    "role", sorted(role for role in Role if Permission.REGISTER_MARK not in GRANTS[role])
)
def test_nobody_else_marks(save, person, placement, role):
    user = person(role)

    with pytest.raises(PermissionDenied):
        save(placement, "/", by=user)


def test_another_provider_marks_nothing_here(save, person, placement, other_provider):
    stranger = person(Role.PROVIDER_STAFF, other_provider)

    saved = save(placement, "/", by=stranger)

    assert "is not expected" in saved.problems[placement.pk]


def test_a_register_costs_as_many_queries_with_20_lines_as_with_2(
    provider, provider_staff, django_assert_max_num_queries
):
    placements = factories.PlacementFactory.create_batch(20, provider=provider)
    assert provider_staff.roles
    counted = []
    for lines, on in ((2, MONDAY), (20, MONDAY + timedelta(days=1))):
        for code, seen in (("N", 0), ("L", 1)):
            entries = [Entry(row.pk, code, seen, "Late.") for row in placements[:lines]]
            with django_assert_max_num_queries(20) as queries:
                saved = actions.mark(provider, on, AM, entries, by=provider_staff)
            assert saved.written == lines
            counted.append(len(queries))

    assert counted[:2] == counted[2:]


def test_saving_posts_the_figures_once_and_only_if_something_was_written(save, placement):
    save(placement, "N")
    save(placement, "N", seen=1)
    save(placement, "L", seen=1)

    message = OutboxMessage.objects.get()
    assert (message.kind, message.payload) == ("marks.changed", {"day": "2024-09-16"})


def test_the_figures_follow_a_mark(save, placement, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert save(placement, "N", on=date(2025, 9, 15)).written == 1

    found = Snapshot.objects.get(measure="overall-absence-ap", year=2025, coverage="year")
    assert (found.numerator, found.denominator) == (1, 1)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_people_who_mark_at_once_write_one_mark_each_line(person, provider):
    people = [person(Role.PROVIDER_STAFF, name=f"Tutor {place}") for place in range(4)]
    placements = factories.PlacementFactory.create_batch(5, provider=provider)

    def save(place):
        entries = [Entry(row.pk, "NLIO"[place]) for row in placements]
        if place % 2:
            entries.reverse()
        return actions.mark(provider, MONDAY, AM, entries, by=people[place])

    found = at_once([lambda place=place: save(place) for place in range(4)])

    assert [type(row) for row in found] == [actions.Saved] * 4
    assert sum(saved.written for saved in found) == 5
    assert sum(len(saved.problems) for saved in found) == 15
    assert Mark.objects.count() == 5
    for saved, user in zip(found, people, strict=True):
        assert Mark.objects.filter(marked_by=user).count() == saved.written
