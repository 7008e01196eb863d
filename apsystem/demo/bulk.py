"""The stories of many children, written in large statements and checked by the constraints."""

from datetime import date, timedelta

from accounts.permissions import Role
from apsystem.demo import invented
from apsystem.demo.borough import Borough
from apsystem.demo.stories import Story
from placements.models import Destination, Placement
from placements.models import Status as PlacementStatus
from pupils.models import CareStatus, Enrolment, Need, Pupil
from pupils.models.codes import EnrolmentStatus, SenProvision
from referrals.models import Tier

BATCH = 1000


def write(stories: list[Story], borough: Borough, today: date) -> None:
    """Write pupils, needs, rolls and placements. Stories that are still open get a roll only."""
    if not stories:
        return
    officer = borough.people[Role.CASEWORKER]
    Pupil.objects.bulk_create([story.pupil for story in stories], batch_size=BATCH)
    Need.objects.bulk_create(
        [
            Need(pupil=story.pupil, need_type=need, rank=rank)
            for story in stories
            if story.pupil.sen_provision != SenProvision.NONE
            for rank, need in enumerate(story.needs, start=1)
        ],
        batch_size=BATCH,
    )
    CareStatus.objects.bulk_create(
        [
            CareStatus(pupil=story.pupil, kind=story.care, starts_on=story.submitted_on)
            for story in stories
            if story.care
        ],
        batch_size=BATCH,
    )
    rolls, placements = [], []
    for story in stories:
        rolls.append(
            Enrolment(
                pupil=story.pupil,
                organisation=story.school,
                status=EnrolmentStatus.CURRENT,
                starts_on=story.submitted_on - timedelta(days=200),
            )
        )
        if story.live:
            continue
        ends_on = story.starts_on + timedelta(weeks=story.weeks)
        is_over = ends_on <= today
        placements.append(
            Placement(
                pupil=story.pupil,
                tier=story.tier,
                provider=story.provider,
                home_school=story.school,
                starts_on=story.starts_on,
                ends_on=ends_on,
                sessions=0 if story.tier == Tier.OUTREACH else story.sessions,
                purpose=invented.PURPOSE,
                status=PlacementStatus.ENDED if is_over else PlacementStatus.OPEN,
                end_reason=invented.END_REASON if is_over else "",
                destination=Destination.HOME_SCHOOL if is_over else "",
                opened_by=officer,
            )
        )
        rolls.append(
            Enrolment(
                pupil=story.pupil,
                organisation=story.provider,
                status=EnrolmentStatus.OUTREACH
                if story.tier == Tier.OUTREACH
                else EnrolmentStatus.SUBSIDIARY,
                starts_on=story.starts_on,
                ends_on=ends_on,
            )
        )
    Enrolment.objects.bulk_create(rolls, batch_size=BATCH)
    Placement.objects.bulk_create(placements, batch_size=BATCH)
