"""Texts of the small borough that only some statuses hold, so that no field stays without a token."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from tests import factories
from tests.factories import returns
from tests.side import Side

Token = Callable[[str], str]


def fill(rows: Side, token: Token) -> None:
    """Write tokens into what is blank so far, and make the rows that hold the other texts."""
    _write(rows, token)
    _over(rows, token)
    _of_panel(rows, token)
    _of_return(rows, token)


def _update(row: object, **words: object) -> None:
    type(row)._base_manager.filter(pk=row.pk).update(**words)


def _write(rows: Side, token: Token) -> None:
    placement = rows.placement
    _update(rows.contact, phone=token("phone"), relationship=token("relation"))
    _update(placement, transport=token("transport"))
    _update(placement.awards.get(), result=token("result"))
    _update(placement.reviews.get(), attended=token("attended"), pupil_view=token("viewed"))
    _update(rows.accepted, decision_reason=token("decided"))
    _update(rows.letters["draft"], title=token("title"))
    _update(rows.own, pupil_not_asked=token("notasked"))
    _update(rows.timetable, outcome_words=token("timetableout"))
    _update(rows.support["agreed"], pupil_not_asked=token("unheard"))
    _update(rows.voices["given"], readers=token("readers"))
    factories.WeekPatternFactory(
        placement=placement,
        monday=placement.starts_on + timedelta(days=-placement.starts_on.weekday()),
        words=token("weekpattern"),
    )
    at = factories.MarkFactory(placement=placement, date=placement.starts_on, session=1)
    factories.OutsideMarkFactory(mark=at, reason=token("outside"))


def _over(rows: Side, token: Token) -> None:
    """Make what is over: a placement, a contract, a pathway, a consent, a cycle, an exclusion."""
    pupil, start = rows.pupil, rows.placement.starts_on
    ended = factories.PlacementFactory(
        pupil=pupil,
        provider=rows.provider,
        home_school=rows.school,
        status="ended",
        starts_on=start - timedelta(days=300),
        end_reason=token("endreason"),
    )
    factories.EndingFactory(
        placement=ended,
        destination_place=token("wentto"),
        progress=token("progress"),
        achievements=token("achieved"),
        pupil_words=token("pupilatend"),
        pupil_not_asked=token("unaskedatend"),
    )
    paused_on = ended.starts_on + timedelta(days=7)
    factories.PauseFactory(
        placement=ended,
        starts_on=paused_on,
        ends_on=paused_on + timedelta(days=7),
        reason=token("paused"),
    )
    factories.SupportPlanFactory(pupil=pupil, status="ended", end_words=token("contractover"))
    factories.EbsaPathwayFactory(pupil=pupil, status="closed", close_words=token("pathwayover"))
    factories.ReturnStepFactory(
        pathway=rows.pathway,
        position=2,
        tried_on=start,
        went="well",
        went_words=token("stepwent"),
        recorded_by=factories.UserFactory(),
        recorded_at=timezone.now(),
    )
    factories.DisplayConsentFactory(
        pupil=pupil,
        provider=rows.provider,
        agreed_on=start,
        withdrawn_on=start,
        withdrawn_by=token("withdrawnby"),
    )
    running = rows.outreach["running"]
    factories.CycleFactory(
        support=running,
        number=2,
        judgement="achieved",
        reviewed_on=start,
        done=token("cycledone"),
        reviewed=token("cyclereviewed"),
    )
    closed = rows.outreach["asked"].support
    _update(
        closed,
        no_semh_exit=token("nosemhexit"),
        no_curriculum_baseline=token("nocurriculum"),
        no_curriculum_exit=token("nocurriculumexit"),
    )
    _update(
        closed.follow_ups.get(months=6),
        sent_to=[f"{token('senttoschool')}@x.example"],
        answered_by=token("answeredby"),
        answered_as=token("answeredas"),
    )
    factories.EvaluationFactory(
        support__pupil=pupil,
        support__school=rows.school,
        support__provider=rows.provider,
        support__status="closed",
        support__starts_on=start - timedelta(days=200),
        support__planned_last_day=start - timedelta(days=150),
        support__ended_on=start - timedelta(days=150),
        rating=4,
        words=token("evaluation"),
        sent_to=[f"{token('evaluationto')}@x.example"],
        answered_at=timezone.now() + timedelta(days=1),  # on the first page of any list
        answered_by=token("evaluatedby"),
        answered_as=token("evaluatedas"),
    )
    factories.ActivityFactory(
        pathway=rows.onward,
        kind="counselling",
        words=token("counselled"),
        referred_to=token("service"),
        attended=True,
        outcome=token("activityoutcome"),
    )
    factories.PermanentExclusionFactory(
        pupil=pupil,
        school=rows.school,
        decided_on=start,
        effective_on=start,
        result="HWD",
        rescinded_on=start,
        rescinded_because=token("rescinded"),
    )


def _of_panel(rows: Side, token: Token) -> None:
    panel = rows.panel
    _update(
        panel["told"],
        stalled=token("stalled"),
        turn_words=token("turn"),
        overbooking_reason=token("overbooked"),
    )
    _update(panel["action"], owner=token("actionowner"))
    pupil, closed = panel["told"].pupil, panel["meetings"]["closed"]
    factories.PanelCaseFactory(
        meeting=closed, pupil=pupil, status="deferred", missing=token("missing")
    )
    factories.PanelCaseFactory(
        pupil=pupil, status="withdrawn", withdrawn_because=token("casewithdrawn")
    )


def _of_return(rows: Side, token: Token) -> None:
    plan = rows.plan
    returns.GateFactory(plan=plan, kind="progress", no_scores=token("noscores"))
    _update(plan.weeks.get(), review_note=token("weekreview"))
    _update(plan.stay_checks.get(), words=token("stayed"))
    returns.WeekChangeFactory(
        plan=plan, kind="agreed", reason=token("weekanew"), before=token("weekbefore")
    )
    elsewhere = returns.PlanFactory(
        placement=rows.offer,
        first_target=plan.first_target,
        receiving_school=None,
        receiving_place=token("receiving"),
        outcome_words=token("outcome"),
    )
    returns.VersionFactory(
        plan=elsewhere,
        content={"goals": token("signedgoal")},
        sent_to=f"{token('sentto')}@x.example",
        signed_name=token("signedname"),
        signed_position=token("signedposition"),
        signed_at=timezone.now(),
        refused_because=token("refused"),
    )
