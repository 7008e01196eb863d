"""What holds for a tier from a day on: entered by managers, never rewritten."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.permissions import GRANTS, Permission, Role
from placements import actions
from placements.models import Placement, TierRule
from referrals.models import Tier
from tests import factories
from tests.placements.test_actions import AGREED, proposal

pytestmark = pytest.mark.django_db

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def boxes(day):
    return {"starts_on_0": day.day, "starts_on_1": day.month, "starts_on_2": day.year}


@pytest.mark.parametrize("role", [r for r in Role if Permission.RULE_CHANGE not in GRANTS[r]])
def test_only_a_manager_changes_a_rule(person, role):
    rule = TierRule(tier=Tier.SHORT, starts_on=localdate(), longest_weeks=12)

    with pytest.raises(PermissionDenied):
        actions.change_rule(rule, by=person(role))


@pytest.mark.parametrize("tier", Tier)
def test_a_new_rule_stands_beside_the_old_ones(manager, tier):
    before = set(TierRule.objects.all())
    today = localdate()

    rule = actions.change_rule(
        TierRule(tier=tier, starts_on=today + DAY, longest_weeks=12), by=manager
    )

    assert set(TierRule.objects.all()) == {*before, rule}
    assert TierRule.objects.on(today)[tier].longest_weeks is None
    assert TierRule.objects.on(today + DAY)[tier] == rule
    assert rule.has_register == (tier != Tier.OUTREACH)


def test_a_rule_does_not_reach_into_the_past(manager):
    rule = TierRule(tier=Tier.SHORT, starts_on=localdate() - DAY, longest_weeks=12)

    with pytest.raises(ValidationError, match="today or later"):
        actions.change_rule(rule, by=manager)


def test_a_manager_changes_a_rule_on_its_page_and_everybody_reads_it(
    client, manager, school_staff
):
    client.force_login(manager)
    path = reverse("placements:rule-change", args=[2])
    sent = {**boxes(localdate()), "longest_weeks": "18", "review_school_days": "30"}

    page = client.post(path, sent, follow=True)

    assert "18 weeks" in page.content.decode()
    again = client.post(path, sent)
    assert "There is a rule for this tier" in again.context["form"].errors["starts_on"][0]
    client.force_login(school_staff)
    text = client.get(reverse("placements:rules")).content.decode()
    assert "18 weeks" in text
    assert "/change/" not in text
    assert client.get(path).status_code == 403


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"longest_weeks": "0"}, "longest_weeks", "Enter one week or more"),
        ({"longest_weeks": "9" * 30}, "longest_weeks", "weeks or fewer"),
        ({"review_school_days": "46"}, "review_school_days", "45 school days or fewer"),
        ({"longest_weeks": "many"}, "longest_weeks", "whole number"),
        ({"starts_on_0": "32"}, "starts_on", "is not a real date"),
        (boxes(localdate() - DAY), "starts_on", "today or later"),
    ],
)
def test_what_is_wrong_with_a_rule_stands_beside_its_field(client, manager, change, field, words):
    client.force_login(manager)
    sent = {**boxes(localdate()), "longest_weeks": "18", "review_school_days": "30"} | change

    page = client.post(reverse("placements:rule-change", args=[2]), sent)

    assert words in page.context["form"].errors[field][0]


def test_the_page_says_which_rule_is_in_force_and_a_tier_4_does_not_exist(client, manager):
    today = localdate()
    factories.TierRuleFactory(tier=2, starts_on=today + DAY, longest_weeks=1)
    factories.TierRuleFactory(tier=2, starts_on=today - DAY)
    client.force_login(manager)

    text = client.get(reverse("placements:rules")).content.decode()

    assert text.count("In force") == 3
    assert (text.count("To come"), text.count("Past")) == (1, 1)
    assert "1 week<" in text
    assert client.get(reverse("placements:rule-change", args=[4])).status_code == 404
    TierRule.objects.all().delete()
    assert "No rule is entered" in client.get(reverse("placements:rules")).content.decode()


@pytest.mark.parametrize("tier", [Tier.SHORT, Tier.LONGER])
@pytest.mark.parametrize(
    "case",
    [(0, "open", True), (0, "paused", True), (-1, "open", False), (0, "ended", False)],
)
def test_a_placement_past_its_longest_time_says_so_on_its_page(client, manager, tier, case):
    days_past, status, is_said = case
    today = localdate()
    TierRule.objects.all().delete()
    factories.TierRuleFactory(tier=tier, longest_weeks=3)
    later = None if tier == Tier.LONGER else today + 30 * DAY
    ended = {"ends_on": today, "end_reason": "Back.", "destination": "home school"}
    placement = factories.PlacementFactory(
        tier=tier,
        status=status,
        starts_on=today - 21 * DAY - days_past * DAY,
        **(ended if status == "ended" else {"ends_on": later}),
    )
    client.force_login(manager)

    page = client.get(reverse("placements:detail", args=[placement.uid])).content.decode()

    assert (f"{tier.label} lasts at most 3 weeks" in page) is is_said
    assert Placement.objects.overstaying(today).exists() is is_said, "the list says the same"
    Placement.objects.update(ends_on=today)
    page = client.get(reverse("placements:detail", args=[placement.uid])).content.decode()
    assert ("The last day was" in page) is (status != "ended")


def left(start, *, weeks=5):
    """Return four weeks of tier 3 up to a day, which followed weeks of tier 2."""
    child, away = factories.PupilFactory(), start - 4 * WEEK
    first = factories.PlacementFactory(
        pupil=child, tier=2, status="ended", starts_on=away - weeks * WEEK, ends_on=away
    )
    return factories.PlacementFactory(
        pupil=child, tier=3, status="ended", starts_on=away, ends_on=start, follows=first
    )


def stepped(start, *, weeks=5, **details):
    """Return a tier 2 placement from a day on, after tier 2 and then tier 3."""
    before = left(start, weeks=weeks)
    details = {"ends_on": start + 60 * WEEK} | details
    return factories.PlacementFactory(
        pupil=before.pupil, tier=2, starts_on=start, follows=before, **details
    )


@pytest.fixture
def twelve_weeks():
    TierRule.objects.all().delete()
    return factories.TierRuleFactory(tier=2, starts_on=localdate() - 90 * WEEK, longest_weeks=12)


@pytest.mark.parametrize(("days", "is_said"), [(7 * 7 - 1, False), (7 * 7, True), (0, False)])
def test_the_time_at_a_tier_before_a_step_and_back_counts(
    client, manager, twelve_weeks, days, is_said
):
    today = localdate()
    placement = stepped(today - days * DAY)
    client.force_login(manager)

    page = client.get(reverse("placements:detail", args=[placement.uid])).content.decode()

    words = f"{Tier.SHORT.label} lasts at most 12 weeks, 35 days at this tier before it counted"
    assert (words in page) is is_said
    assert (placement in Placement.objects.overstaying(today)) is is_said, "the list says the same"


def test_what_nobody_took_up_and_time_at_other_tiers_do_not_count(twelve_weeks):
    today = localdate()
    placement = stepped(today - 11 * WEEK)
    former = Placement.objects.filter(pk=placement.follows.follows_id)
    former.update(status="cancelled", destination="")

    assert placement not in Placement.objects.overstaying(today)
    assert placement in Placement.objects.overstaying(today + WEEK)


def test_what_is_to_come_does_not_overstay_where_nothing_of_the_time_is_left(twelve_weeks):
    today = localdate()
    placement = stepped(today + DAY, weeks=12)

    assert placement not in Placement.objects.overstaying(today)
    assert placement in Placement.objects.overstaying(today + DAY)


@pytest.mark.parametrize(
    ("weeks", "days", "words"),
    [
        (5, 7 * 7, ""),
        (5, 7 * 7 + 1, "35 days at this tier before it counted. Its last day is"),
        (12, 7, "84 days at this tier before it counted. Choose another tier."),
    ],
)
@pytest.mark.usefixtures("twelve_weeks")
def test_a_step_back_is_offered_for_what_is_left_of_the_time(
    provider, caseworker, weeks, days, words
):
    start = localdate()
    asked = proposal(provider, starts_on=start, ends_on=start + days * DAY, tier=2)
    offer = {"follows": left(start, weeks=weeks), "objectives": AGREED, "by": caseworker}

    if words:
        with pytest.raises(actions.NeedsOverride, match=words):
            actions.propose(asked, **offer)
    else:
        assert actions.propose(asked, **offer).pk


def test_the_time_before_a_step_counts_up_to_the_step(twelve_weeks):
    """What a step follows goes on until the step is accepted: its last day may be later."""
    today = localdate()
    step = stepped(today, status="proposed")
    Placement.objects.filter(pk=step.follows_id).update(tier=2, ends_on=today + 9 * WEEK)

    limit = TierRule.objects.limit_of(Placement.objects.get(pk=step.pk))

    assert (limit.days_before, limit.past_on) == (9 * 7, today + 3 * WEEK)
