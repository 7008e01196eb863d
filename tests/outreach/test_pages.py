"""Outreach as it is done on its pages: opened, logged, reviewed, closed; bought; asked again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import ViewEntry
from apsystem.lib.gds import day
from outreach.models import FollowUp, LogEntry, Purchase, Support
from outreach.models.support import Status
from reporting.kpis.outreach import TOTAL
from tests import factories
from tests.pupils.test_record import boxes

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, worker):
    client.force_login(worker)
    return client


def url(name, *args):
    return reverse(f"outreach:{name}", args=args)


def opening(support, **changes):
    return (
        {"aims": "Stay in lessons.", "worker": support.worker.pk}
        | boxes("starts_on", support.starts_on)
        | boxes("planned_last_day", support.planned_last_day)
        | {"no_semh_baseline": "Ill.", "no_curriculum_baseline": "Ill."}
        | changes
    )


def test_support_is_walked_from_its_opening_to_its_end_on_its_pages(signed_in, waiting):
    signed_in.post(url("open", waiting.uid), opening(waiting))
    cycle = {"assessed": "Leaves.", "planned": "A card."}
    cycle |= boxes("review_on", localdate() + timedelta(days=14))
    signed_in.post(url("cycle-begin", waiting.uid), cycle)
    told = {"done": "Used daily.", "judgement": "achieved", "reviewed": "Goes on."}
    signed_in.post(url("cycle-review", waiting.uid, 1), told)
    end = {"end_words": "Stays.", "no_semh_exit": "Ill.", "no_curriculum_exit": "Ill."}

    answer = signed_in.post(url("close", waiting.uid), end | boxes("ended_on", localdate()))

    assert answer["Location"] == waiting.get_absolute_url()
    page = signed_in.get(waiting.get_absolute_url()).content.decode()
    assert "Cycle 1: achieved" in page
    assert page.count("is asked on") == 3
    assert Support.objects.get().status == Status.CLOSED


def test_what_opening_lacks_stands_beside_its_field_and_keeps_what_was_typed(signed_in, waiting):
    sent = opening(waiting, no_semh_baseline="")

    page = signed_in.post(url("open", waiting.uid), sent).content.decode()

    assert "Choose an assessment, or say why there is none" in page
    assert "Stay in lessons." in page
    waiting.refresh_from_db()
    assert waiting.status == Status.PREPARING


def test_only_assessments_of_the_aspect_are_offered(signed_in, waiting, lessons):
    other = factories.AssessmentFactory(pupil=waiting.pupil)
    right = factories.AssessmentFactory(pupil=waiting.pupil, instrument=lessons)

    form = signed_in.get(url("open", waiting.uid)).context["form"]

    assert list(form.fields["curriculum_baseline"].queryset) == [right]
    assert other not in form.fields["semh_baseline"].queryset


def test_one_entry_is_logged_for_two_pupils_in_one_form(signed_in, opened, school, worker):
    other = factories.SupportFactory(school=school, worker=worker)
    path = f"{url('log-add')}?school={school.pk}"
    assert opened.subject in signed_in.get(path).content.decode()
    sent = {"kind": "direct", "status": "done", "minutes": "60", "about": [opened.pk],
            f"line_{other.pk}": "Left early."} | boxes("on", localdate())  # fmt: skip

    signed_in.post(path, sent)

    entry = LogEntry.objects.get()
    assert (entry.minutes, entry.worker, entry.lines.count()) == (60, worker, 2)
    assert "Left early." in signed_in.get(url("log")).content.decode()


def test_a_done_entry_needs_its_time_and_a_planned_one_none(signed_in, school):
    path = f"{url('log-add')}?school={school.pk}"
    sent = {"kind": "visit", "status": "done"} | boxes("on", localdate())
    assert "Choose how long it took" in signed_in.post(path, sent).content.decode()

    signed_in.post(path, sent | {"status": "planned"})

    entry = LogEntry.objects.get()
    page = signed_in.post(url("log-outcome", entry.uid), {"outcome": "called off", "words": ""})
    assert "Say why it was called off" in page.content.decode()
    signed_in.post(url("log-outcome", entry.uid), {"outcome": "done", "minutes": "45"})
    entry.refresh_from_db()
    assert (entry.status, entry.minutes) == ("done", 45)


def test_the_school_is_chosen_first_and_a_wrong_one_is_asked_again(signed_in, school):
    for asked in ("", "?school=999999", "?school=x"):
        page = signed_in.get(url("log-add") + asked)
        assert "At which school?" in page.content.decode()


def test_an_exit_of_another_informant_is_told_beside_its_field(signed_in, opened, lessons):
    """The baseline is a teacher's. A parent's exit of the same instrument is no pair of it."""
    lessons.informants = ["teacher", "parent"]
    lessons.save()
    about = {"pupil": opened.pupil, "instrument": lessons}
    before = factories.AssessmentFactory(**about, informant="teacher", held_on=opened.starts_on)
    later = {"held_on": opened.starts_on + timedelta(days=30)}
    wrong = factories.AssessmentFactory(**about, informant="parent", **later)
    Support.objects.update(curriculum_baseline=before, no_curriculum_baseline="")
    sent = {"end_words": "Stays.", "no_semh_exit": "Ill.", "curriculum_exit": wrong.pk}

    page = signed_in.post(url("close", opened.uid), sent | boxes("ended_on", localdate()))

    [told] = page.context["form"].errors["curriculum_exit"]
    assert told == (
        f"The baseline is {before}. Choose an exit with the same instrument and the same "
        "informant: others cannot be compared."
    )
    assert "Stays.</textarea>" in page.content.decode()
    assert f'<option value="{wrong.pk}" selected' in page.content.decode()
    assert Support.objects.get().status == Status.OPEN


def test_an_exit_from_before_the_support_is_told_beside_its_field(signed_in, opened, lessons):
    first = opened.starts_on
    early = factories.AssessmentFactory(pupil=opened.pupil, instrument=lessons, held_on=first)
    sent = {"end_words": "Stays.", "no_semh_exit": "Ill.", "curriculum_exit": early.pk}

    page = signed_in.post(url("close", opened.uid), sent | boxes("ended_on", localdate()))

    [told] = page.context["form"].errors["curriculum_exit"]
    assert told == (
        f"The exit assessment must be after {day(first)}, the first day of the support."
    )
    assert Support.objects.get().status == Status.OPEN


def test_an_exit_of_another_instrument_is_told_beside_its_field(signed_in, opened, lessons):
    about = {"pupil": opened.pupil}
    before = factories.AssessmentFactory(**about, instrument=lessons, held_on=opened.starts_on)
    other = factories.AssessmentFactory(
        **about,
        instrument=factories.InstrumentFactory(aspect="curriculum", name="Joins in"),
        held_on=opened.starts_on + timedelta(days=30),
    )
    Support.objects.update(curriculum_baseline=before, no_curriculum_baseline="")
    sent = {"end_words": "Stays.", "no_semh_exit": "Ill.", "curriculum_exit": other.pk}

    page = signed_in.post(url("close", opened.uid), sent | boxes("ended_on", localdate()))

    [told] = page.context["form"].errors["curriculum_exit"]
    assert told.startswith(f"The baseline is {before}. Choose an exit with the same instrument")
    assert told in page.content.decode()
    assert Support.objects.get().status == Status.OPEN


def test_a_manager_records_what_a_school_bought(client, manager, school):
    client.force_login(manager)
    year = client.get(url("buy")).context["form"].fields["year"].choices[0][0]
    sent = {"school": school.pk, "year": year, "unit": "hours", "quantity": "12.5", "note": ""}

    client.post(url("buy"), sent | boxes("bought_on", localdate()))

    assert str(Purchase.objects.get()) == "12.5 hours"
    assert "12.5 hours" in client.get(url("balances")).content.decode()


def test_more_used_than_bought_is_said_without_a_sign(client, manager, school_staff, school):
    factories.LogEntryFactory(school=school, on=localdate(), is_traded=True, minutes=90)

    for person, page in (
        (manager, url("balances")),
        (school_staff, reverse("reporting:outreach-school", args=[school.uid])),
    ):
        client.force_login(person)
        said = client.get(page).content.decode()
        assert "1.5 more than bought" in said
        assert "-1.5" not in said


def test_what_is_bought_for_any_year_on_offer_can_be_read(client, manager, school):
    client.force_login(manager)
    for year, _ in client.get(url("buy")).context["form"].fields["year"].choices:
        factories.PurchaseFactory(deal__school=school, deal__year=year, quantity=year - 2000)

        page = client.get(url("balances"), {"year": year})

        [balance] = page.context["balances"]
        assert (page.context["year"], balance.bought) == (str(year), year - 2000)


def test_somebody_else_is_asked_from_the_list(signed_in, worker, other_school):
    row = factories.FollowUpFactory(due_on=localdate(), support__worker=worker)
    assert url("ask-again", row.uid) in signed_in.get(url("follow-ups")).content.decode()

    signed_in.post(
        url("ask-again", row.uid), {"school": other_school.pk, "to": "senco@beech.example"}
    )

    assert FollowUp.objects.open().get().school == other_school


def test_a_school_reads_its_own_page_and_no_other(client, school_staff, school, other_school):
    running = factories.SupportFactory(school=school, kind="school")
    client.force_login(school_staff)

    answer = client.get(reverse("reporting:outreach-schools"), follow=True)

    assert running.get_focus_display() in answer.content.decode()
    foreign = client.get(reverse("reporting:outreach-school", args=[other_school.uid]))
    assert foreign.status_code == 404


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        ("primary", ("primary schools", "2.3")),
        ("special", ("special schools", "12.6")),
        ("nursery", ("all schools together", "11.3")),
    ],
)
def test_a_school_stands_beside_its_phase_where_it_is_published(
    client, school_staff, school, phase, expected
):
    for kind, value in (("Primary", "2.27093"), ("Special", "12.62498"), (TOTAL, "11.30744")):
        factories.ComparatorFactory(
            measure="suspension_rate", school_type=kind, year=2023, value=value
        )
    school.phase = phase
    school.save()
    client.force_login(school_staff)

    page = client.get(reverse("reporting:outreach-school", args=[school.uid]))

    whom, value = expected
    assert f'{value}<br><span class="govuk-body-s">{whom}, 2023/24' in page.content.decode()


def test_a_look_at_support_is_written_down(signed_in, opened, worker):
    signed_in.get(opened.get_absolute_url())

    entry = ViewEntry.objects.get()
    assert (entry.user_id, entry.pupils) == (worker.pk, [opened.pupil_id])
