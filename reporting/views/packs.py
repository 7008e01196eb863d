"""Packs for a board: written, frozen, read as a page, as a PDF and as a file."""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.access import Request, requires
from accounts.permissions import Permission
from accounts.views.filling import fill_in
from accounts.workflow import WrongStatus
from apsystem.lib.exports import csv_of
from apsystem.lib.pages import attachment, page_of
from pupils.letters import Unprintable
from reporting import actions, board
from reporting.board.workbook import workbook as workbook_of
from reporting.forms.packs import (
    CommentForm,
    FreezeForm,
    NewPackForm,
    NewProviderPackForm,
    PackForm,
    ProviderPackForm,
)
from reporting.kpis import REGISTRY, STRATEGY
from reporting.kpis.beside import (
    Showing,
    counted_apart,
    said_beside,
    showing,
    told_of_showing,
    without_a_way_back,
)
from reporting.kpis.disclosure import Limits, report_lines
from reporting.kpis.live import figures_of_provider
from reporting.kpis.period import NoCalendar
from reporting.kpis.since import leads_back, steps_since
from reporting.models import BoardPack, Comparator, PackFigure, Snapshot, Target

MOST_KEPT = 24
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _find(request: Request, uid: str) -> BoardPack:
    rows = BoardPack.objects.as_user(request.user)
    rows = rows.select_related("made_by", "frozen_by", "provider")
    return get_object_or_404(rows, uid=uid)


def _lines(request: Request, pack: BoardPack, *, then_and_now: bool) -> list[dict[str, Any]]:
    """Return each figure with what is said beside it: kept words, or today's of a draft.

    What a frozen figure has become by today is worked out where it is asked for.
    """
    user = request.user
    rows = list(pack.figures.select_related("snapshot"))
    latest = {}
    if then_and_now or not pack.is_frozen:
        latest = _latest(request, pack, [row.measure for row in rows])
    published = Comparator.objects.as_user(user).filter(coverage=pack.coverage)
    known = [] if pack.is_frozen else list(published)
    targets = {} if pack.is_frozen else Target.objects.as_user(user).of_year(pack.year)
    found = []
    for row in rows:
        if not row.said and row.measure not in REGISTRY:
            continue  # a draft of before a measure was given up
        now = latest.get(row.measure)
        then = row.snapshot if pack.is_frozen else now
        said = row.said or said_beside(
            REGISTRY[row.measure],
            then,
            known,
            targets.get(row.measure),
            is_part=pack.is_of_provider,
        )
        rule, limits, hidden = _showing(pack, row, then, latest)
        is_shown = then is not None and rule is None
        found.append(
            {
                "figure": row,
                "said": said if is_shown else without_a_way_back(said),
                "snapshot": then,
                "is_shown": is_shown,
                "rule": rule,
                "limits": limits,
                "why_hidden": rule.words(limits, of_children=bool(said.get("of_children")))
                if rule
                else "",
                "apart": counted_apart(then, hidden, Limits.in_force().smallest)
                if then and is_shown
                else [],
                "now": now if now and then and now.fingerprint != then.fingerprint else None,
                "is_now_shown": _is_now_shown(pack, row, latest),
            }
        )
    return found


def _showing(
    pack: BoardPack, row: PackFigure, then: Snapshot | None, latest: dict[str, Snapshot]
) -> Showing:
    """Return what of a figure is shown: what a frozen pack keeps of it, today's rules of a draft."""
    if then is not None and row.said:
        return told_of_showing(row.said, then)
    return showing(REGISTRY[row.measure], then, latest, is_of_provider=pack.is_of_provider)


def _is_now_shown(pack: BoardPack, row: PackFigure, latest: dict[str, Snapshot]) -> bool:
    now, measure = latest.get(row.measure), REGISTRY.get(row.measure)
    if now is None or measure is None:
        return False
    return showing(measure, now, latest, is_of_provider=pack.is_of_provider).rule is None


def _latest(request: Request, pack: BoardPack, slugs: list[str]) -> dict[str, Snapshot]:
    """Return today's figures: the borough's as they are kept, a provider's worked out now."""
    if pack.provider_id is None:
        rows = Snapshot.objects.as_user(request.user)
        return rows.latest_of(pack.year, pack.coverage)
    measures = [REGISTRY[slug] for slug in slugs if slug in REGISTRY]
    return figures_of_provider(measures, pack.provider_id, pack.year, pack.coverage, localdate())


@requires(Permission.FIGURES_VIEW)
def index(request: Request) -> HttpResponse:
    """List the packs, the newest first."""
    rows = BoardPack.objects.as_user(request.user).select_related("provider")
    return render(
        request,
        "reporting/packs.html",
        {
            "title": "Packs for the Board",
            "page": page_of(request, rows.order_by("-made_at", "-pk")),
            "can_make": request.user.can(Permission.PACK_MAKE),
        },
    )


@requires(Permission.FIGURES_VIEW)
def detail(request: Request, uid: str) -> HttpResponse:
    """Show a pack: what was frozen, and where the figure is another one by now."""
    pack = _find(request, uid)
    lines = _lines(request, pack, then_and_now=True)
    changed = {
        line["figure"].measure: line["snapshot"]
        for line in lines
        if pack.is_frozen and line["now"] and line["is_shown"] and line["is_now_shown"]
    }
    with suppress(NoCalendar):
        steps = steps_since(changed, localdate())
        few = 0 if request.user.can(Permission.FIGURES_CHILDREN) else settings.SMALLEST_COHORT
        for line in lines:
            line["steps"] = steps.get(line["figure"].measure, [])
            line["hides"] = leads_back(line["steps"], few)
    return render(
        request,
        "reporting/pack.html",
        {
            "title": pack.title,
            "pack": pack,
            "lines": lines,
            "smallest": settings.SMALLEST_COHORT,
            "can_make": request.user.can(Permission.PACK_MAKE),
        },
    )


def _in_order(measures: list[str]) -> list[str]:
    return [slug for slug in REGISTRY if slug in measures]


@requires(Permission.PACK_MAKE)
def new(request: Request) -> HttpResponse:
    """Begin a pack."""
    form = NewPackForm(request.POST or None, instance=BoardPack())
    return _begin(request, form, "Write a pack")


@requires(Permission.PACK_MAKE)
def new_of_provider(request: Request) -> HttpResponse:
    """Begin the pack of a provider: of the half term that ended last, with all that is known."""
    form = NewProviderPackForm(
        request.POST or None,
        instance=actions.provider_pack(localdate()),
        initial={"measures": [measure.slug for measure in ProviderPackForm.offered()]},
        by=request.user,
    )
    return _begin(request, form, "Write a pack of a provider")


@requires(Permission.PACK_MAKE)
def new_of_strategy(request: Request) -> HttpResponse:
    """Begin the annual strategy report: of the year that is over, in the strategy's order."""
    form = NewPackForm(
        request.POST or None,
        instance=actions.strategy_report(localdate()),
        initial={"measures": STRATEGY},
    )
    return _begin(request, form, "Write the annual strategy report")


def _begin(request: Request, form: NewPackForm | NewProviderPackForm, title: str) -> HttpResponse:
    return fill_in(
        request,
        form,
        lambda form: actions.write_pack(
            form.instance, measures=_in_order(form.cleaned_data["measures"]), by=request.user
        ),
        title=title,
        done="The pack is saved as a draft.",
        back=reverse("reporting:packs"),
    )


@requires(Permission.PACK_MAKE)
def change(request: Request, uid: str) -> HttpResponse:
    """Change a draft."""
    pack = _find(request, uid)
    form = (
        ProviderPackForm(request.POST or None, instance=pack, by=request.user)
        if pack.is_of_provider
        else PackForm(request.POST or None, instance=pack)
    )
    return fill_in(
        request,
        form,
        lambda form: actions.change_pack(
            form.instance,
            measures=_in_order(form.cleaned_data["measures"]),
            seen=form.cleaned_data["seen"],
            by=request.user,
        ),
        title="Change the pack",
        caption=pack.title,
        done="The pack is saved.",
        back=pack.get_absolute_url(),
    )


@requires(Permission.PACK_MAKE)
def delete(request: Request, uid: str) -> HttpResponse:
    """Ask, and delete a draft."""
    pack = _find(request, uid)
    if request.method == "POST":
        try:
            actions.delete_pack(pack, by=request.user)
        except WrongStatus as error:
            messages.error(request, str(error))
            return redirect(pack)
        messages.success(request, f"The draft “{pack}” is deleted.")
        return redirect("reporting:packs")
    return render(
        request,
        "confirm_page.html",
        {
            "title": f"Delete the draft “{pack}”",
            "body": "Its introduction and its comments go with it. The figures themselves stay.",
            "action": "Delete the draft",
            "back_url": pack.get_absolute_url(),
        },
    )


@requires(Permission.PACK_MAKE)
def comment(request: Request, uid: str, slug: str) -> HttpResponse:
    """Say what the board should know of a figure."""
    pack = _find(request, uid)
    row = get_object_or_404(PackFigure.objects.as_user(request.user), pack=pack, measure=slug)
    return fill_in(
        request,
        CommentForm(request.POST or None, instance=row),
        lambda form: actions.comment(
            row,
            words=form.cleaned_data["comment"],
            seen=form.cleaned_data["seen"],
            by=request.user,
        ),
        title="Comment on a figure",
        caption=getattr(REGISTRY.get(slug), "title", slug),
        done="The comment is saved.",
        back=pack.get_absolute_url(),
    )


@requires(Permission.PACK_MAKE)
def freeze(request: Request, uid: str) -> HttpResponse:
    """Freeze a pack for good."""
    pack = _find(request, uid)
    readers = "Those who may see the children behind it" if pack.is_of_provider else "Leadership"
    return fill_in(
        request,
        FreezeForm(request.POST if request.method == "POST" else None),
        lambda form: actions.freeze(pack, by=request.user),
        title="Freeze the pack",
        caption=pack.title,
        lead="Every figure is computed anew and kept as it stands at this moment, with its "
        "definition, target, published figures and your comments. After that nothing of the pack "
        f"changes. {readers} can read it.",
        done="The pack is frozen.",
        back=pack.get_absolute_url(),
    )


@requires(Permission.FIGURES_VIEW)
def pdf(request: Request, uid: str) -> HttpResponse:
    """Hand out a pack as a tagged PDF."""
    pack = _find(request, uid)
    try:
        content = board.printed(
            pack, _lines(request, pack, then_and_now=False), at=pack.frozen_at or timezone.now()
        )
    except Unprintable as error:
        messages.error(request, str(error))
        return redirect(pack)
    return attachment(content, "application/pdf", f"{board.file_name(pack)}.pdf")


@requires(Permission.FIGURES_VIEW)
def export(request: Request, uid: str) -> HttpResponse:
    """Hand out the figures of a pack as a CSV file."""
    pack = _find(request, uid)
    lines = _lines(request, pack, then_and_now=False)
    told = report_lines(board.report_of(pack, lines))
    content = csv_of(board.HEADS, [*board.cells(pack, lines), *told])
    return attachment(content, "text/csv; charset=utf-8", f"{board.file_name(pack)}.csv")


@requires(Permission.FIGURES_VIEW)
def workbook(request: Request, uid: str) -> HttpResponse:
    """Hand out a pack as a spreadsheet."""
    pack = _find(request, uid)
    content = workbook_of(pack, _lines(request, pack, then_and_now=False))
    return attachment(content, SPREADSHEET, f"{board.file_name(pack)}.xlsx")
