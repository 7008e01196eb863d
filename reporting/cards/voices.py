"""The card of my day about what young people and parents said."""

from accounts.permissions import Permission
from pupils.models import Voice
from reporting.cards.card import Card, Group

VOICES = [
    Card(
        "own-words",
        Group.DUE,
        Permission.VOICE_ASK,
        "Own words to answer",
        "handed in, and nobody said what came of them",
        rows=lambda day: Voice.objects.as_user(day.user).to_answer(day.today),
        page="pupils:voices",
        query=lambda day, person: {"waits": "answer"},
    ),
]
