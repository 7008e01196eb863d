"""The cards of my day about the Fair Access Panel. No child's record is opened by counting."""

from accounts.permissions import Permission
from reintegration.models import PanelAction, PanelCase, PanelMeeting
from reporting.cards.card import Card, Group

PANEL = [
    Card(
        "panel-meetings",
        Group.DUE,
        Permission.PANEL_VIEW,
        "Meetings of the panel",
        "to read or to lead, not closed so far",
        rows=lambda day: PanelMeeting.objects.as_user(day.user).not_closed(),
        page="reintegration:panel-list",
        query=lambda day, person: {"show": "open"},
    ),
    Card(
        "panel-papers",
        Group.DUE,
        Permission.PANEL_PREPARE,
        "Agendas of the panel",
        "to publish, with the papers; the list says by when",
        rows=lambda day: PanelMeeting.objects.as_user(day.user).planned(),
        page="reintegration:panel-list",
        query=lambda day, person: {"show": "planned"},
    ),
    Card(
        "panel-cases",
        Group.DUE,
        Permission.PANEL_PREPARE,
        "Cases for the panel",
        "wait for an agenda",
        rows=lambda day: PanelCase.objects.as_user(day.user).candidates(),
        page="reintegration:panel-candidates",
    ),
    Card(
        "panel-actions",
        Group.DUE,
        Permission.PANEL_PREPARE,
        "Panel actions due",
        "agreed at a meeting, and not marked as done",
        rows=lambda day: PanelAction.objects.as_user(day.user).due(day.today),
        page="reintegration:panel-actions",
        query=lambda day, person: {"waits": "due"},
    ),
]
