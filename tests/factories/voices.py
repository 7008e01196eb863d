"""What young people and parents say, and the answers to it."""

import uuid
from datetime import date

import factory
from factory.django import DjangoModelFactory

from accounts.models.personal import hash_of
from pupils.models import Voice, VoiceAnswer, VoiceResponse
from tests.factories.actors import UserFactory
from tests.factories.children import PupilFactory


class VoiceFactory(DjangoModelFactory):
    """An invitation of a young person that nobody has opened."""

    class Meta:
        model = Voice

    pupil = factory.SubFactory(PupilFactory)
    who = "pupil"
    about = "panel"
    readers = "Your key worker, and the people at the meeting"
    made_by = factory.SubFactory(UserFactory)
    ends_on = date(2035, 1, 1)
    uid = factory.LazyFunction(uuid.uuid4)
    token_hash = factory.LazyAttribute(lambda row: hash_of(Voice(uid=row.uid).token))


class VoiceAnswerFactory(DjangoModelFactory):
    class Meta:
        model = VoiceAnswer

    voice = factory.SubFactory(VoiceFactory)
    question = "good"
    words = "Art, and my friend Sam."


class VoiceResponseFactory(DjangoModelFactory):
    class Meta:
        model = VoiceResponse

    voice = factory.SubFactory(VoiceFactory)
    you_said = "You like art."
    we_did = "You have art twice a week now."
    by = factory.SubFactory(UserFactory)
