"""Each page that is a list, who looks at it, and how the small borough gets more rows."""

from datetime import timedelta

from django.utils import timezone

from accounts.permissions import Role
from referrals.models import Status
from reporting.models import FailedFigure, Target
from tests import factories, onward, sides

LISTS = {
    "reporting:search": ("?q=pupil", Role.CASEWORKER),
    "referrals:list": ("", Role.CASEWORKER),
    "referrals:choose": ("", Role.SCHOOL_STAFF),
    "referrals:desk": ("", Role.CASEWORKER),
    "referrals:detail": ("", Role.SCHOOL_STAFF),
    "referrals:documents": ("", Role.SCHOOL_STAFF),
    "placements:list": ("", Role.CASEWORKER),
    "outreach:list": ("", Role.OUTREACH_WORKER),
    "outreach:support": ("", Role.OUTREACH_WORKER),
    "outreach:of-pupil": ("", Role.SCHOOL_STAFF),
    "outreach:log": ("", Role.PROVIDER_STAFF),
    "outreach:log-add": ("?school={school}", Role.OUTREACH_WORKER),
    "outreach:log-outcome": ("", Role.OUTREACH_WORKER),
    "outreach:log-correct": ("", Role.OUTREACH_WORKER),
    "outreach:follow-ups": ("", Role.OUTREACH_WORKER),
    "outreach:evaluations": ("", Role.CASEWORKER),
    "outreach:balances": ("", Role.MANAGER),
    "reporting:outreach-school": ("", Role.SCHOOL_STAFF),
    "reporting:outreach-schools": ("", Role.MANAGER),
    "placements:assessments": ("", Role.CASEWORKER),
    "placements:instruments": ("", Role.MANAGER),
    "placements:places": ("", Role.CASEWORKER),
    "placements:places-cell": ("", Role.CASEWORKER),
    "placements:rates": ("", Role.CASEWORKER),
    "reporting:costs": ("", Role.CASEWORKER),
    "placements:commissioned-list": ("?gaps=yes", Role.CASEWORKER),
    "placements:commissioned-file": ("", Role.SCHOOL_LEAD),
    "placements:school-census": ("", Role.SCHOOL_LEAD),
    "placements:census": ("", Role.MANAGER),
    "placements:census-file": ("", Role.MANAGER),
    "placements:census-codes": ("", Role.MANAGER),
    "placements:school-census-file": ("", Role.SCHOOL_LEAD),
    "attendance:today": ("", Role.CASEWORKER),
    "attendance:register": ("", Role.PROVIDER_STAFF),
    "attendance:timetables": ("", Role.CASEWORKER),
    "attendance:timetable": ("", Role.SCHOOL_STAFF),
    "attendance:home-day": ("", Role.SCHOOL_STAFF),
    "attendance:home-week": ("", Role.SCHOOL_STAFF),
    "attendance:checks": ("", Role.ATTENDANCE_OFFICER),
    "attendance:correct": ("?provider={provider}&first={day}", Role.PROVIDER_LEAD),
    "attendance:amendments": ("", Role.PROVIDER_STAFF),
    "attendance:caseload": ("", Role.ATTENDANCE_OFFICER),
    "attendance:visits": ("", Role.ATTENDANCE_OFFICER),
    "attendance:return-steps": ("", Role.ATTENDANCE_OFFICER),
    "attendance:support": ("", Role.ATTENDANCE_OFFICER),
    "attendance:support-of-pupil": ("", Role.PROVIDER_STAFF),
    "attendance:display": ("", Role.PROVIDER_STAFF),
    "attendance:pathway": ("", Role.SCHOOL_STAFF),
    "attendance:absence": ("", Role.CASEWORKER),
    "attendance:absence-line": ("", Role.PROVIDER_STAFF),
    "attendance:unmarked": ("", Role.CASEWORKER),
    "attendance:steps": ("?show=recent", Role.CASEWORKER),
    "attendance:replace": ("", Role.PROVIDER_STAFF),
    "attendance:imports": ("", Role.MANAGER),
    "attendance:thresholds": ("", Role.MANAGER),
    "reporting:children": ("", Role.CASEWORKER),
    "reporting:measure": ("", Role.CASEWORKER),
    "reporting:dashboard": ("", Role.LEADERSHIP),
    "reporting:failures": ("", Role.ADMINISTRATOR),
    "reporting:packs": ("", Role.MANAGER),
    "reporting:since": ("", Role.MANAGER),
    "reporting:targets": ("?waits=review", Role.LEADERSHIP),
    "reporting:tables": ("", Role.LEADERSHIP),
    "reporting:target": ("", Role.MANAGER),
    "reporting:published": ("", Role.LEADERSHIP),
    "reporting:my-day": ("", Role.CASEWORKER),
    "reporting:pupil": ("", Role.CASEWORKER),
    "reporting:pupil-chronology": ("", Role.CASEWORKER),
    "reporting:pupil-referrals": ("", Role.CASEWORKER),
    "reporting:pupil-placements": ("", Role.CASEWORKER),
    "reporting:pupil-attendance": ("", Role.CASEWORKER),
    "referrals:filters": ("", Role.CASEWORKER),
    "reporting:feed": ("", Role.CASEWORKER),
    "reporting:cover": ("", Role.MANAGER),
    "accounts:settings": ("", Role.MANAGER),
    "accounts:keys": ("", Role.MANAGER),
    "pupils:letter-list": ("", Role.CASEWORKER),
    "pupils:suspensions": ("?waits=tell", Role.CASEWORKER),
    "pupils:exclusions": ("", Role.CASEWORKER),
    "pupils:pupil-suspensions": ("", Role.SCHOOL_STAFF),
    "pupils:leavers": ("", Role.CASEWORKER),
    "pupils:headcounts": ("", Role.MANAGER),
    "pupils:letters": ("", Role.SCHOOL_STAFF),
    "placements:detail": ("", Role.CASEWORKER),
    "accounts:people": ("", Role.MANAGER),
    "attendance:calendar": ("", Role.ADMINISTRATOR),
    "reintegration:list": ("", Role.CASEWORKER),
    "reintegration:programme-session": ("", Role.MANAGER),
    "reintegration:pathways": ("", Role.CASEWORKER),
    "reintegration:pathways-missing": ("", Role.CASEWORKER),
    "reintegration:pathway": ("", Role.CASEWORKER),
    "pupils:voices": ("", Role.CASEWORKER),
    "pupils:voices-of-pupil": ("", Role.SCHOOL_STAFF),
    "pupils:voice": ("", Role.PROVIDER_STAFF),
    "reintegration:panel-list": ("", Role.MANAGER),
    "reintegration:panel-candidates": ("", Role.CASEWORKER),
    "reintegration:panel-actions": ("", Role.CASEWORKER),
    "reintegration:panel-agenda": ("", Role.CASEWORKER),
    "reintegration:panel-meeting": ("", Role.PANEL_MEMBER),
    "reintegration:panel-open": ("", Role.PANEL_CHAIR),
    "reporting:panel-pack": ("", Role.PANEL_MEMBER),
    "reporting:panel-present": ("", Role.PANEL_CHAIR),
    "reintegration:panel-minutes": ("", Role.PANEL_MEMBER),
    "reintegration:panel-decisions": ("", Role.SCHOOL_STAFF),
    "reintegration:panel-members": ("", Role.MANAGER),
    "reintegration:ledger": ("", Role.MANAGER),
    "reintegration:ledger-weights": ("", Role.MANAGER),
    "reintegration:ledger-exceptions": ("", Role.MANAGER),
    "reintegration:vacancies": ("", Role.MANAGER),
}


# Lists whose first page is no longer with more rows, as the small borough has it.
AS_LONG = {
    "attendance:checks",  # its first page is full before
    "attendance:today",  # nobody is expected on a Sunday
    "reporting:dashboard",  # a tile for each figure
    "reporting:since",  # nothing is kept that could be set beside the figure
}
# A case, its way here, the places of all providers and what the panel can decide: on one page.
MORE_QUERIES = {"reporting:panel-pack": 31, "reporting:panel-present": 37}


def _more_figures(world):
    long_ago = timezone.now() - timedelta(days=500)
    factories.ComparatorFactory(year=2100 + Target.objects.count())
    factories.MonthlyTablesFactory()
    factories.FailedFigureFactory(year=2100 + FailedFigure.objects.count())
    target = factories.TargetFactory(year=2100 + Target.objects.count(), set_at=long_ago)
    factories.TargetReviewFactory(target=target, on=long_ago.date())
    factories.PackFigureFactory(pack__made_by=world.people[Role.MANAGER])


def more_children(world, count):
    for _ in range(count):
        pupil = factories.PupilFactory()
        factories.EnrolmentFactory(pupil=pupil, organisation=world.own.school)
        factories.ContactFactory(pupil=world.own.pupil)
        factories.EntryFactory(referral=world.own.submitted, kind="added")
        factories.PlacementFactory(pupil=world.own.pupil, status="ended", enrolment=False)
        factories.ReferralFactory(pupil=world.own.pupil, status=Status.DECLINED)
        factories.SavedFilterFactory(user=world.people[Role.CASEWORKER])
        factories.ReferralFactory(
            pupil=pupil,
            school=world.own.school,
            status=Status.SUBMITTED,
            assigned_to=world.people[Role.CASEWORKER],
            decide_by=world.school_day,
        )
        factories.CoverFactory(organisation=world.council)
        _more_figures(world)
        placement = factories.PlacementFactory(
            pupil=pupil,
            provider=world.own.provider,
            home_school=world.own.school,
            starts_on=world.school_day - timedelta(days=20),
        )
        factories.MarkFactory(placement=placement, date=world.school_day)
        timetable = factories.TimetableFactory(
            placement=placement,
            starts_on=world.school_day - timedelta(days=14),
            full_time_on=world.school_day + timedelta(days=28),
        )
        factories.TimetableReviewFactory(timetable=timetable, due_on=world.school_day)
        sides.more_changes(world, placement)
        sides.more_support(world, placement)
        sides.more_outreach(world, pupil)
        sides.more_panel(world)
        onward.more_onward(world, pupil)
        factories.VoiceFactory(pupil=world.own.pupil)
        factories.VoiceResponseFactory(voice=world.own.voices["given"])
        factories.VoiceAnswerFactory(
            voice=factories.VoiceFactory(pupil=pupil, finished_at=timezone.now()), is_given=True
        )
        absent = factories.MarkFactory(
            placement=placement, date=world.school_day, session=1, code_id="N"
        )
        factories.AbsenceEntryFactory(placement=placement, date=absent.date, session=1)
        factories.write_marks(placement, "N" * 20, first_day=world.school_day - timedelta(days=19))
        factories.ContactFactory(pupil=pupil)
        factories.ScoreFactory(
            assessment__pupil=world.own.pupil,
            assessment__instrument=factories.ScaleFactory().instrument,
        )
        factories.BandFactory()
        factories.HoldFactory(referral=pupil.referrals.get(), provider=world.own.provider)
        placement.rate = factories.RateFactory(provider=world.own.provider, package=str(pupil.pk))
        placement.save()
        factories.LetterFactory(
            pupil=world.own.pupil,
            status="issued",
            about="placement",
            case=world.own.placement.uid,
        )
        factories.QualityCheckFactory(
            placement__pupil=pupil,
            placement__school=world.own.school,
            placement__starts_on=world.school_day,
        )
        factories.CensusAnswerFactory(placement=placement)
        factories.SuspensionFactory(pupil=pupil, school=world.own.school)
        factories.SuspensionFactory(pupil=world.own.pupil, cancelled_on=world.school_day,
                                    cancelled_because="x", sessions_served=0)  # fmt: skip
        factories.PermanentExclusionFactory(pupil=pupil, school=world.own.school)
        factories.EnrolmentFactory(ends_on=world.school_day)
        factories.HeadcountFactory()
        factories.NeedFactory(pupil=pupil)
        factories.CareStatusFactory(pupil=pupil)
        factories.MembershipFactory(organisation=world.own.school, role=Role.SCHOOL_STAFF)
        factories.ClosureFactory(
            organisation=factories.SchoolFactory(), starts_on=world.school_day
        )
