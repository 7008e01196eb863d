"""Half terms and closures: who may change them, and what the registers forbid."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import Closure, HalfTerm, OutboxMessage
from accounts.models.calendar import is_school_day
from accounts.permissions import GRANTS, Permission, Role
from apsystem.lib.calendar import academic_year
from attendance import actions
from attendance.models import Mark, MarkAmendment, WeekTotal
from tests import factories

pytestmark = pytest.mark.django_db

MONDAY = date(2024, 9, 16)
DAY = timedelta(days=1)


def boxes(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


@pytest.fixture
def placement(provider):
    return factories.PlacementFactory(provider=provider)


@pytest.fixture
def marked(placement):
    """Mark a Monday and a Tuesday morning at the provider."""
    return factories.write_marks(placement, "//L", first_day=MONDAY)


@pytest.fixture
def provider_lead(person):
    return person(Role.PROVIDER_LEAD)


@pytest.fixture
def half_term():
    return factories.HalfTermFactory()


def closure(organisation=None, first=MONDAY, last=MONDAY):
    return factories.ClosureFactory.build(
        organisation=organisation, starts_on=first, ends_on=last + DAY
    )


@pytest.mark.parametrize("role", [r for r in Role if Permission.CALENDAR_CHANGE not in GRANTS[r]])
def test_only_the_administrator_changes_half_terms_and_closures_of_all(person, half_term, role):
    by = person(role)
    for change in (
        lambda: actions.set_half_term(half_term, by=by),
        lambda: actions.remove_half_term(half_term, by=by),
        lambda: actions.close(closure(), by=by),
    ):
        with pytest.raises(PermissionDenied):
            change()


def test_a_lead_closes_and_reopens_the_own_place_and_no_other(
    provider_lead, provider, other_provider, half_term
):
    row = actions.close(closure(provider), by=provider_lead)
    assert not is_school_day(provider, MONDAY)
    assert is_school_day(other_provider, MONDAY)

    actions.reopen(row, by=provider_lead)
    assert is_school_day(provider, MONDAY)

    with pytest.raises(PermissionDenied):
        actions.close(closure(other_provider), by=provider_lead)
    for foreign in (factories.ClosureFactory(organisation=other_provider), closure()):
        foreign.save()
        with pytest.raises(Closure.DoesNotExist):
            actions.reopen(foreign, by=provider_lead)


def test_staff_who_do_not_lead_remove_no_closure(provider_staff, provider):
    with pytest.raises(PermissionDenied):
        actions.reopen(factories.ClosureFactory(organisation=provider), by=provider_staff)


def test_a_closure_over_marked_days_is_refused_with_the_count(administrator, provider, marked):
    for place in (provider, None):
        with pytest.raises(ValidationError) as refused:
            actions.close(closure(place, last=MONDAY + DAY), by=administrator)
        said = refused.value.message_dict["starts_on"][0]
        assert said.startswith("3 sessions are marked from 16 September 2024 to 17 September 2024")

    assert not Closure.objects.exists()


def test_marks_of_another_place_or_of_a_planned_closure_stand_in_no_way(
    administrator, other_provider, placement, provider
):
    factories.write_marks(placement, "##", first_day=MONDAY)
    factories.write_marks(factories.PlacementFactory(), "//", first_day=MONDAY)

    actions.close(closure(provider), by=administrator)
    actions.close(closure(other_provider), by=administrator)

    assert Closure.objects.count() == 2


def said(**kwargs):
    rows = MarkAmendment.objects.filter(**kwargs).order_by("pk")
    return [(row.original, row.amended, row.reason, row.by_name) for row in rows]


def test_a_closure_entered_late_takes_the_place_of_what_the_clock_wrote(
    provider_lead, provider, placement, half_term
):
    factories.TimetableFactory(placement=placement)
    elsewhere = factories.TimetableFactory().placement
    actions.write_left_out(MONDAY + 2 * DAY)

    actions.close(closure(provider), by=provider_lead)

    codes = dict(Mark.objects.filter(placement=placement).values_list("date", "code"))
    assert codes == {MONDAY: "#", MONDAY + DAY: "C2"}
    assert set(elsewhere.marks.values_list("code", flat=True)) == {"C2"}
    why = "Closed on this day: INSET day"
    assert said(mark__placement=placement) == [("C2", "#", why, provider_lead.name)]
    assert WeekTotal.objects.get(placement=placement).authorised == 1


def test_a_mark_that_a_person_took_in_its_place_still_stands_in_the_way(
    provider_lead, provider, placement, half_term
):
    factories.TimetableFactory(placement=placement)
    actions.write_left_out(MONDAY + 2 * DAY)
    by_hand = Mark.objects.get(date=MONDAY)
    for version, code in enumerate(("\\", "C2"), start=1):
        actions.correct({by_hand.pk: version}, code=code, reason="He came.", by=provider_lead)

    with pytest.raises(ValidationError, match="1 session is marked on 16 September"):
        actions.close(closure(provider, last=MONDAY + DAY), by=provider_lead)

    assert set(Mark.objects.values_list("code", flat=True)) == {"C2"}


def test_what_a_closure_changed_is_c2_again_once_no_closure_is_left(
    administrator, provider, placement, half_term
):
    factories.TimetableFactory(placement=placement)
    factories.write_marks(factories.PlacementFactory(provider=provider), "#", first_day=MONDAY)
    actions.write_left_out(MONDAY + DAY)
    own = actions.close(closure(provider), by=administrator)
    of_all = actions.close(closure(), by=administrator)

    actions.reopen(own, by=administrator)
    assert placement.marks.get().code_id == "#"
    actions.reopen(of_all, by=administrator)

    assert placement.marks.get().code_id == "C2"
    assert said()[-1][:3] == ("#", "C2", "The closure was removed: INSET day")
    assert Mark.objects.filter(code="#").count() == 1
    actions.close(closure(), by=administrator)
    assert placement.marks.get().code_id == "#"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"starts_on": MONDAY + DAY}, "starts_on"),
        ({"ends_on": MONDAY + DAY}, "ends_on"),
        ({"starts_on": date(2024, 9, 30)}, "starts_on"),
    ],
)
def test_a_half_term_keeps_the_days_that_are_marked(
    administrator, half_term, marked, change, field
):
    for name, value in change.items():
        setattr(half_term, name, value)

    with pytest.raises(ValidationError) as refused:
        actions.set_half_term(half_term, by=administrator)

    assert "marked" in refused.value.message_dict[field][0]


def test_a_half_term_changes_where_no_mark_is_lost(administrator, half_term, marked):
    half_term.starts_on, half_term.ends_on = MONDAY, MONDAY + 2 * DAY

    actions.set_half_term(half_term, by=administrator)

    assert HalfTerm.objects.get().starts_on == MONDAY


def test_a_half_term_with_marks_stays(administrator, half_term, marked):
    with pytest.raises(ValidationError, match="3 sessions are marked"):
        actions.remove_half_term(half_term, by=administrator)

    other = factories.HalfTermFactory(
        number=2, starts_on=date(2024, 11, 4), ends_on=date(2024, 12, 20)
    )
    actions.remove_half_term(other, by=administrator)
    assert list(HalfTerm.objects.all()) == [half_term]


@pytest.mark.parametrize(
    ("number", "days", "field"),
    [
        (2, (date(2024, 7, 31), date(2024, 8, 2)), "starts_on"),
        (6, (date(2025, 9, 1), date(2025, 9, 2)), "starts_on"),
        (6, (date(2025, 8, 20), date(2025, 9, 2)), "ends_on"),
        (2, (date(2024, 8, 26), date(2024, 8, 30)), "starts_on"),
    ],
)
def test_a_half_term_lies_in_its_year_and_in_its_order(
    administrator, half_term, number, days, field
):
    row = HalfTerm(year=2024, number=number, starts_on=days[0], ends_on=days[1] + DAY)

    with pytest.raises(ValidationError) as refused:
        actions.set_half_term(row, by=administrator)

    assert set(refused.value.message_dict) == {field}


def test_the_figures_are_asked_for_after_a_change(administrator):
    row = actions.close(closure(), by=administrator)
    actions.reopen(row, by=administrator)

    assert OutboxMessage.objects.filter(kind="calendar.changed").count() == 2


def test_a_half_term_is_added_changed_and_removed_on_its_pages(client, administrator):
    client.force_login(administrator)
    year = academic_year(localdate())
    sent = {"year": year, "number": 1, **boxes("starts_on", date(year, 9, 2)),
            **boxes("last_day", date(year, 10, 24))}  # fmt: skip

    page = client.post(reverse("attendance:halfterm-add"), sent, follow=True)

    row = HalfTerm.objects.get()
    assert (row.year, row.number, row.last_day) == (year, 1, date(year, 10, 24))
    assert "Autumn, first half" in page.content.decode()
    change = reverse("attendance:halfterm-change", args=[row.pk])
    assert list(client.get(change).context["form"].fields) == ["starts_on", "last_day", "seen"]
    seen = client.get(change).context["form"]["seen"].value()
    client.post(change, sent | {"seen": seen} | boxes("last_day", date(year, 10, 23)))
    late = client.post(change, sent | {"seen": seen} | boxes("last_day", date(year, 10, 22)))
    [told] = late.context["form"].errors["last_day"]
    assert told == f"Last day: somebody else saved “23 October {year}”. Yours is in the box"
    row.refresh_from_db()
    assert row.last_day == date(year, 10, 23)
    client.post(reverse("attendance:halfterm-remove", args=[row.pk]))
    assert not HalfTerm.objects.exists()


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({}, "number", "This half term is already entered."),
        ({"number": 2}, "starts_on", "These dates overlap another half term."),
        ({"number": ""}, "number", "Choose the half term"),
        ({"number": 2, "last_day_2": 1999}, "last_day", "must not be before the first day"),
        ({"number": 2, "starts_on_1": 13}, "starts_on", "is not a real date"),
        ({"year": 1066}, "year", "Choose from the list"),
    ],
)
def test_what_is_wrong_with_a_half_term_stands_beside_its_field(
    client, administrator, change, field, words
):
    year = academic_year(localdate())
    first, last = date(year, 9, 2), date(year, 10, 24)
    factories.HalfTermFactory(year=year, starts_on=first, ends_on=last + DAY)
    client.force_login(administrator)
    sent = {"year": year, "number": 1, **boxes("starts_on", first), **boxes("last_day", last)}

    page = client.post(reverse("attendance:halfterm-add"), sent | change)

    assert words in page.context["form"].errors[field][0]
    assert page.content.decode().count("<title>Error: ") == 1
    assert HalfTerm.objects.count() == 1


def test_a_marked_half_term_says_on_its_page_why_it_stays(
    client, administrator, half_term, marked
):
    client.force_login(administrator)

    page = client.post(reverse("attendance:halfterm-remove", args=[half_term.pk]))

    assert "3 sessions are marked" in page.context["form"].errors["__all__"][0]


def test_the_administrator_chooses_the_place_and_nothing_is_chosen_before(
    client, administrator, provider, other_school, council
):
    client.force_login(administrator)
    path = reverse("attendance:closure-add")
    choices = [label for _, label in client.get(path).context["form"].fields["place"].choices]
    assert choices == ["Choose a place", "Every school and provider", "Beech School",
                       "Cedar Centre"]  # fmt: skip
    sent = {**boxes("starts_on", MONDAY), **boxes("last_day", MONDAY), "reason": "Polling station"}

    assert "place" in client.post(path, sent).context["form"].errors
    client.post(path, sent | {"place": "everywhere"})
    client.post(path, sent | {"place": provider.pk})
    again = client.post(path, sent | {"place": provider.pk})

    assert set(Closure.objects.values_list("organisation", flat=True)) == {None, provider.pk}
    assert "already entered" in again.context["form"].errors["starts_on"][0]


def test_a_lead_is_not_asked_for_the_only_place_and_cannot_send_another(
    client, provider_lead, provider, other_provider
):
    client.force_login(provider_lead)
    path = reverse("attendance:closure-add")
    page = client.get(path)
    assert "place" not in page.context["form"].fields
    assert "Cedar Centre" in page.content.decode()

    sent = {**boxes("starts_on", MONDAY), **boxes("last_day", MONDAY), "reason": "INSET day"}
    client.post(path, sent | {"place": other_provider.pk, "organisation": other_provider.pk})

    assert Closure.objects.get().organisation == provider


def test_a_lead_sees_the_closures_of_all_and_of_the_own_place_and_removes_the_own(
    client, provider_lead, provider, other_provider
):
    today = localdate()
    rows = {
        place: factories.ClosureFactory(organisation=place, starts_on=today)
        for place in (provider, other_provider, None)
    }
    client.force_login(provider_lead)

    page = client.get(reverse("attendance:calendar"))
    assert {row.pk for row in page.context["page"]} == {rows[provider].pk, rows[None].pk}
    assert page.context["removable"] == {rows[provider].pk}
    for place, status in ((provider, 302), (other_provider, 404), (None, 404)):
        path = reverse("attendance:closure-remove", args=[rows[place].pk])
        assert client.get(path).status_code == (200 if status == 302 else 404)
        assert client.post(path).status_code == status
    assert set(Closure.objects.all()) == {rows[other_provider], rows[None]}


def test_a_year_without_half_terms_says_what_that_means(client, administrator):
    client.force_login(administrator)

    page = client.get(reverse("attendance:calendar"), {"year": "nonsense"}).content.decode()

    assert "no register opens" in page
    assert "No closure is entered." in page
