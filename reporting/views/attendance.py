"""The attendance of one child: rates in words, reasons, course, and the year session by session."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import product

from django.http import HttpResponse
from django.utils.timezone import localdate

from accounts.access import Request, requires
from accounts.models import Organisation
from accounts.permissions import Permission
from apsystem.lib.calendar import FRIDAY, year_label
from apsystem.lib.charts import HeatRow, Square
from apsystem.lib.gds import day
from attendance.models import Code, Kind, Mark
from attendance.models.code import PRESENT_KINDS
from attendance.models.week import monday_of
from reporting.forms.asked import SpanForm
from reporting.kpis import REGISTRY
from reporting.kpis.child import ChildStatistics, years_of
from reporting.kpis.compare import Comparison, compare
from reporting.kpis.span import WHOLE_YEAR, Span
from reporting.kpis.statistics import VIEW_LABELS
from reporting.kpis.sums import Sums, reasons_of
from reporting.models import Comparator, Snapshot
from reporting.views.pupil import find, section
from reporting.views.statistics import course_of

WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri"]
SESSIONS = list(product(range(FRIDAY + 1), (0, 1)))
ABSENCE = REGISTRY["overall-absence-ap"]


@requires(Permission.PUPIL_VIEW)
def attendance(request: Request, uid: str) -> HttpResponse:
    """Show what the marks that a person may see say of one child."""
    pupil, today = find(request, uid), localdate()
    marks = Mark.objects.as_user(request.user).filter(pupil=pupil)
    form = SpanForm(request.GET, years=years_of(marks, today))
    span, codes = form.span(today), list(Code.objects.as_user(request.user))
    child = ChildStatistics(pupil, marks, span, codes)
    year = span if span.part == WHOLE_YEAR else Span.of(span.year, WHOLE_YEAR, today)
    heat = _heat(ChildStatistics(pupil, marks, year, codes).sessions(), year, codes)
    course = course_of(child.by_week() if form.is_by_week else child.by_half_term())
    places = Organisation.objects.as_user(request.user)
    names = places.in_bulk([row.provider for row in child.enrolments])
    return section(
        request,
        pupil,
        "attendance",
        "Attendance of a pupil",
        form=form,
        span=span,
        labels={view.name: label for view, label in VIEW_LABELS.items()},
        across=child.across,
        words=threshold_words(child.across),
        enrolments=[
            (names[row.provider], row, threshold_words(row.sums)) for row in child.enrolments
        ],
        reasons=reasons_of(child.counts, child.across.possible, codes),
        course=course,
        bars=[bar for *_, bar in course],
        heat=heat,
        heat_told=_told(child.across, year),
        heat_heads=WEEKDAYS,
        heat_sessions=[f"{name} {half}" for name in WEEKDAYS for half in ("am", "pm")],
        heat_year=year_label(year.year),
        beside=_beside(request, child.across, span),
    )


def threshold_words(sums: Sums) -> str:
    """Say whether so much was missed that DfE has a word for it."""
    if not sums.possible:
        return "No possible sessions, so there is no rate."
    missed = f"{sums.absent:,} of {sums.possible:,} possible sessions missed"
    if sums.is_severe:
        return f"Severely absent, and so persistently absent too: {missed}, half or more."
    if sums.is_persistent:
        return f"Persistently absent: {missed}, a tenth or more."
    return f"Not persistently absent: {missed}, less than a tenth."


def _beside(request: Request, across: Sums, span: Span) -> Comparison | None:
    if not across.possible:
        return None
    published = Comparator.objects.as_user(request.user).filter(coverage=span.coverage)
    return compare(ABSENCE, Snapshot(value=across.overall, is_over=span.is_over), published)


def _heat(
    sessions: Mapping[tuple[date, int], str], year: Span, codes: Sequence[Code]
) -> list[HeatRow]:
    """Return the weeks of the year with a square for each mark."""
    shapes = {code.pk: _shape(Kind(code.kind)) for code in codes}
    mondays = {*year.weeks, *(monday_of(on) for on, _ in sessions)}

    def square(monday: date, weekday: int, half: int) -> Square | None:
        code = sessions.get((monday + timedelta(days=weekday), half))
        return None if code is None else Square(code, shapes[code])

    return [
        HeatRow(f"{monday:%d %b %Y}".lstrip("0"), [square(monday, *place) for place in SESSIONS])
        for monday in sorted(mondays)
    ]


def _shape(kind: Kind) -> str:
    if kind in PRESENT_KINDS:
        return "present"
    return kind.value if kind in {Kind.AUTHORISED, Kind.UNAUTHORISED} else "none"


def _told(across: Sums, year: Span) -> str:
    return (
        f"A row for each week of {year_label(year.year)} up to {day(year.until)}, ten sessions in "
        "each, the code in each. The table below holds the same codes. "
        f"In the time chosen above: {threshold_words(across)}"
    )
