"""The cards of my day about the way beyond Year 11."""

from accounts.permissions import Permission
from reintegration.models import Pathway
from reintegration.models.transition import pupils_without_pathway
from reporting.cards.card import Card, Group


def _card(slug: str, title: str, words: str, waits: str) -> Card:
    return Card(
        slug,
        Group.DUE,
        Permission.POST16_WORK,
        title,
        words,
        rows=lambda day: Pathway.objects.as_user(day.user).narrowed(waits, day.today),
        page="reintegration:pathways",
        query=lambda day, person: {"waits": waits},
    )


POST_16 = [
    Card(
        "pathways-to-open",
        Group.DUE,
        Permission.POST16_WORK,
        "Pathway plans to open",
        "placed in Year 10 or 11, and no plan for after Year 11",
        rows=lambda day: pupils_without_pathway(day.user, day.today),
        page="reintegration:pathways-missing",
    ),
    _card("coaches", "Year 11 without a coach", "nobody goes along so far", "coach"),
    _card("guarantee", "September Guarantee", "no offer, due by 30 September", "offer"),
    _card("destinations", "Destination checks", "October, January or March is not answered",
          "check"),
    _card("neet", "NEET", "not in education, employment or training", "neet"),
    _card("not-known", "Destination not known", "nobody knows where they are", "not known"),
]  # fmt: skip
