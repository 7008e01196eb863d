"""What follows a change of what is counted, and the mails about figures and about what changed."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse

from accounts.models import Membership, User
from accounts.permissions import Permission
from accounts.work import RECORDS_CHANGED, handles
from apsystem.lib.calendar import academic_year
from reporting import actions
from reporting.cards import CARDS, Day, Group, lines
from reporting.cards.card import references
from reporting.kpis import REGISTRY
from reporting.models import FailedFigure

GATHER_SECONDS = 5


@handles("marks.changed", gather_seconds=GATHER_SECONDS)
@handles("exclusions.changed", gather_seconds=GATHER_SECONDS)
@handles("calendar.changed", gather_seconds=GATHER_SECONDS)
def compute_after_change(payload: dict[str, Any]) -> None:
    """Compute the figures of the changed years, once for all the changes written by now."""
    days = (date.fromisoformat(change["day"]) for change in payload["gathered"])
    actions.compute(years={academic_year(day) for day in days})


# What happens to whole cases has events of its own; the rest says `work.changed`.
MOVED_BY = {
    "referral.submitted": "referrals",
    "referral.added": "referrals",
    "referral.withdrawn": "referrals",
    "referral.decided": "referrals",
    "placement.changed": "placements",
    "outreach.answered": "outreach",
}


@handles(RECORDS_CHANGED, gather_seconds=GATHER_SECONDS)
def compute_what_reads(payload: dict[str, Any]) -> None:
    """Compute the figures that are made of the changed records, once for all changes by now."""
    records = {change["of"] for change in payload["gathered"]}
    actions.compute(measures={slug for slug, row in REGISTRY.items() if row.reads & records})


def _follow(kind: str, records: str) -> None:
    @handles(kind, part="figures", gather_seconds=GATHER_SECONDS)
    def compute_after(payload: dict[str, Any]) -> None:
        compute_what_reads({"gathered": [{"of": records}]})


for _kind, _records in MOVED_BY.items():
    _follow(_kind, _records)


@handles(actions.FAILED)
def tell_of_failures(payload: dict[str, Any]) -> None:
    """Mail those who watch the figures which of them fail, where any still do."""
    slugs = FailedFigure.objects.order_by("measure").values_list("measure", flat=True).distinct()
    titles = [REGISTRY[slug].title for slug in slugs if slug in REGISTRY]
    if not titles:
        return
    page = settings.SERVICE_URL.rstrip("/") + reverse("reporting:failures")
    words = [
        "These figures could not be worked out, and show their last value with its day:",
        *titles,
        "",
        f"See since when, and why: {page}",
    ]
    for person in Membership.objects.people_who(Permission.FIGURES_WATCH):
        send_mail(
            f"{settings.SERVICE_NAME}: figures that fail", "\n".join(words), None, [person.email]
        )


@handles("digest.due")
def mail_the_digest(payload: dict[str, Any]) -> None:
    """Mail a person what changed since the last summary, by counts and references. No change, no mail.

    It sees what the person may see today, and names no child.
    """
    user = User.objects.filter(pk=payload["user"], is_active=True).first()
    if user is None or not user.memberships_in_force:
        return
    day = Day.of(user, since=datetime.fromisoformat(payload["since"]))
    news = [line for card in CARDS if card.is_news for line in references(day, card)]
    if not news:
        return
    due = [
        f"{line.title}: {line.count}" for line in lines(day, CARDS) if line.card.group == Group.DUE
    ]
    since = day.since.astimezone().strftime("%d %B, %H:%M").lstrip("0")
    parts = [f"Since {since}:", *news, *(["", "Due:", *due] if due else [])]
    parts += ["", f"Sign in to {settings.SERVICE_NAME} to read more: {settings.SERVICE_URL}", "",
              "This message holds no child's details on purpose. Turn it off in your settings."]  # fmt: skip
    send_mail(f"{settings.SERVICE_NAME}: what changed", "\n".join(parts), None, [user.email])
