"""Targets of figures: set, set anew, beside the figure, and reviewed once a year."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.permissions import GRANTS, Permission, Role
from apsystem.lib.calendar import academic_year
from reporting import actions
from reporting.cards import CARDS, Day, lines
from reporting.kpis import REGISTRY
from reporting.models import Target, TargetReview
from tests import factories
from tests.pupils.test_record import boxes

pytestmark = pytest.mark.django_db

SLUG = "attendance-ap"
YEAR = academic_year(localdate())


@pytest.fixture
def manager(person):
    return person(Role.MANAGER)


def target(by, **changes):
    details = {"measure": SLUG, "year": YEAR, "value": Decimal("70.0"), "owner": by,
               "due_on": date(YEAR + 1, 8, 31), "words": "Calls.", "because": "Ours.",
               "baseline_words": "Not counted until now."}  # fmt: skip
    return Target(**details | changes)


def sent(owner, **changes):
    return {"year": YEAR, "value": "70", "baseline": "60", "baseline_words": "Here, last year",
            "owner": owner.pk, **boxes("due_on", date(YEAR + 1, 8, 31)), "words": "Calls.",
            "because": "Ten points more."} | changes  # fmt: skip


def test_a_target_set_anew_takes_the_place_of_the_one_before_which_stays(manager):
    first = actions.set_target(target(manager), by=manager)
    second = actions.set_target(target(manager, value=Decimal(75), because="Too low."), by=manager)

    assert Target.objects.of_year(YEAR) == {SLUG: second}
    assert set(Target.objects.all()) == {first, second}


def test_a_target_set_anew_keeps_who_answers_for_it_unless_somebody_else_is_chosen(
    client, manager, person
):
    actions.set_target(target(manager), by=manager)
    client.force_login(person(Role.MANAGER, manager.acting[0].organisation))

    form = client.get(reverse("reporting:target-set", args=[SLUG])).context["form"]

    assert form["owner"].value() == manager.pk
    assert form["value"].value() == Decimal("70.0")


def test_a_target_that_is_sent_twice_is_one(manager):
    sets = [actions.set_target(target(manager), by=manager) for _ in range(2)]

    assert sets[0] == sets[1] == Target.objects.get()


@pytest.mark.parametrize("role", [r for r in Role if Permission.TARGET_SET not in GRANTS[r]])
def test_nobody_else_sets_or_reviews_a_target(person, role):
    by, row = person(role), factories.TargetFactory()

    with pytest.raises(PermissionDenied):
        actions.set_target(target(by), by=by)
    with pytest.raises(PermissionDenied):
        actions.review_target(row, words="Fine.", on=localdate(), by=by)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"value": "100.1"}, "value", "This figure is a share: enter 100 or less."),
        ({"baseline": "101"}, "baseline", "This figure is a share"),
        ({"value": "-1"}, "value", "Enter 0 or more"),
        ({"baseline_words": ""}, "baseline_words", "Say where the baseline is from."),
        ({"baseline": "", "baseline_words": ""}, "baseline", "or say below why that is not known"),
        (boxes("due_on", date(YEAR, 8, 31)), "due_on", "The year begins on"),
        ({"owner": ""}, "owner", "Choose who answers for it"),
        ({"year": "1066"}, "year", "Choose from the list"),
        ({"because": ""}, "because", ""),
    ],
)
def test_what_is_wrong_with_a_target_stands_beside_its_field(
    client, manager, changes, field, words
):
    client.force_login(manager)

    page = client.post(reverse("reporting:target-set", args=[SLUG]), sent(manager) | changes)

    assert words in " ".join(page.context["form"].errors[field])
    assert not Target.objects.exists()


def test_a_share_of_places_may_be_over_100(client, manager):
    client.force_login(manager)
    page = reverse("reporting:target-set", args=["places-filled"])

    client.post(page, sent(manager, value="105"))

    assert Target.objects.get().value == 105


def test_a_baseline_that_is_not_known_says_why(client, manager):
    client.force_login(manager)
    page = reverse("reporting:target-set", args=[SLUG])

    client.post(page, sent(manager, baseline="", baseline_words="Not counted until now"))

    shown = client.get(reverse("reporting:target", args=[SLUG])).content.decode()
    assert "Not known: Not counted until now" in shown


def test_who_answers_for_a_target_is_reminded_of_its_review(client, person):
    owner, other = person(Role.LEADERSHIP), person(Role.LEADERSHIP)
    ago = timezone.now() - timedelta(days=365)
    row = factories.TargetFactory(year=YEAR, owner=owner, set_at=ago)
    factories.TargetFactory(year=YEAR, owner=other, set_at=ago, measure="severe-absence-ap")
    client.force_login(owner)

    (line,) = lines(Day.of(owner), CARDS)
    listed = client.get(line.url).context["page"]

    assert (line.card.slug, line.count) == ("own-targets", 1)
    assert [found.pk for found in listed] == [row.pk]


def test_a_rate_per_100_pupils_may_be_over_100(manager):
    slug = next(slug for slug, found in REGISTRY.items() if "percent" not in found.unit)

    assert actions.set_target(target(manager, measure=slug, value=Decimal(120)), by=manager)


def test_a_target_is_set_and_reviewed_on_its_pages_and_leadership_reads_it(
    client, manager, person
):
    client.force_login(manager)
    client.post(reverse("reporting:target-set", args=[SLUG]), sent(manager))
    row = Target.objects.get()
    review = reverse("reporting:target-review", args=[row.pk])
    early = client.post(review, {"words": "x", **boxes("on", localdate() - timedelta(days=1))})
    assert "The target was set on" in early.context["form"].errors["on"][0]
    client.post(review, {"words": "On the way.", **boxes("on", localdate())})

    client.force_login(person(Role.LEADERSHIP))
    page = client.get(reverse("reporting:target", args=[SLUG])).content.decode()
    listed = client.get(reverse("reporting:targets")).content.decode()

    for words in (
        "70.0%",
        "60.0%, Here, last year",
        "Ten points more.",
        "On the way.",
        "In force",
    ):
        assert words in page
    assert "70.0%" in listed
    assert "Set a target" not in page + listed


def test_a_target_stands_beside_the_figure_with_the_distance(client, manager, person):
    period = {"year": YEAR - 1, "part": "two terms"}
    factories.SnapshotFactory(measure=SLUG, value=Decimal("61.2"), denominator=1000, units=200,
                              numerator=612, is_over=True, year=YEAR - 1, coverage="two terms")  # fmt: skip
    actions.set_target(target(manager, year=YEAR - 1, due_on=date(YEAR, 8, 31)), by=manager)
    client.force_login(person(Role.LEADERSHIP))

    pages = [
        client.get(reverse("reporting:measure", args=[SLUG]), period).content.decode(),
        client.get(reverse("reporting:dashboard"), period).content.decode(),
    ]

    for page in pages:
        assert "8.8 points below it" in page
    assert "target 70.0%" in pages[1]


@pytest.mark.parametrize(
    ("set_days_ago", "reviewed_days_ago", "is_due"),
    [(365, None, True), (364, None, False), (800, 364, False), (800, 365, True)],
)
def test_a_target_is_due_for_review_a_year_after_somebody_looked(
    set_days_ago, reviewed_days_ago, is_due
):
    now = timezone.now()
    set_at = now - timedelta(days=set_days_ago)
    row = factories.TargetFactory(year=YEAR - 1, set_at=set_at)
    factories.TargetFactory(year=YEAR - 2, set_at=set_at)  # over, and nobody needs to look again
    if reviewed_days_ago:
        on = localdate() - timedelta(days=reviewed_days_ago)
        factories.TargetReviewFactory(target=row, on=on)

    assert list(Target.objects.review_due(localdate())) == [row] * is_due


def test_what_was_set_anew_is_not_reviewed_and_a_review_sent_twice_is_one(manager):
    old = actions.set_target(target(manager), by=manager)
    new = actions.set_target(target(manager, value=Decimal(75)), by=manager)

    with pytest.raises(ValidationError, match="set anew meanwhile"):
        actions.review_target(old, words="Fine.", on=localdate(), by=manager)
    for _ in range(2):
        actions.review_target(new, words="Fine.", on=localdate(), by=manager)

    assert TargetReview.objects.get().target == new
