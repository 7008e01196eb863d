"""What one side of the small borough holds besides: own words, and the way beyond Year 11."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.timezone import localdate

from apsystem.lib.calendar import academic_year
from pupils.models import Pupil, Voice
from reintegration.models import Pathway
from tests import factories


def voices(pupil: Pupil, token: Callable[[str], str]) -> dict[str, Voice]:
    """Make an open invitation, and one that was handed in, changed again, and answered."""
    given = factories.VoiceFactory(
        pupil=pupil,
        number_hash="0" * 64,
        finished_at=timezone.now(),
        disagreement=token("disagreed"),
        disagreed_at=timezone.now(),
    )
    recording = factories.DocumentFactory(
        pupil=pupil,
        name="Recording.webm",
        media_type="audio/webm",
        text=token("spokenaloud"),
        added_by=None,
        is_for_school=False,
    )
    factories.VoiceAnswerFactory(voice=given, question="hard", words=token("notgiven"))
    factories.VoiceAnswerFactory(
        voice=given,
        question="good",
        is_given=True,
        words=token("ownwords"),
        recording=recording,
        summary=token("summedup"),
    )
    factories.VoiceResponseFactory(
        voice=given, you_said=token("yousaid"), we_did=token("wedid"), we_could_not=token("wecouldnot")
    )  # fmt: skip
    return {"open": factories.VoiceFactory(pupil=pupil), "given": given}


def onward(pupil: Pupil, token: Callable[[str], str]) -> Pathway:
    """Make a pathway plan with one of each of its parts."""
    pathway = factories.PathwayFactory(
        pupil=pupil,
        aspirations=token("hopes"),
        intended_place=token("intended"),
        needs=token("needs"),
        enrolled_at=token("enrolledat"),
        enrolled_as="college",
        enrolled_on=localdate(),
    )
    factories.DestinationCheckFactory(
        pathway=pathway,
        answer="neet",
        words=token("lasting"),
        answered_on=localdate(),
        answered_by=factories.UserFactory(),
    )
    factories.DestinationCheckFactory(pathway=pathway, month="march", due_on=date(2025, 3, 1))
    factories.ApplicationFactory(pathway=pathway, place=token("applied"), course=token("course"))
    factories.ActivityFactory(pathway=pathway, words=token("activity"))
    factories.CoachContactFactory(pathway=pathway, words=token("coachsaid"))
    return pathway


def own_words_and_onward(pupil: Pupil, token: Callable[[str], str]) -> dict[str, Any]:
    """Make what the pupil says, and the way beyond Year 11."""
    return {"voices": voices(pupil, token), "onward": onward(pupil, token)}


def more_onward(world: Any, pupil: Pupil) -> None:
    """Make one more row of each list of the way beyond Year 11."""
    pathway = world.own.onward
    factories.PathwayFactory(pupil=pupil)
    factories.ActivityFactory(pathway=pathway)
    factories.CoachContactFactory(pathway=pathway)
    year = academic_year(localdate())
    placed = factories.PlacementFactory(pupil__date_of_birth=date(year - 15, 1, 1))
    factories.EnrolmentFactory(pupil=placed.pupil, organisation=world.own.school)
