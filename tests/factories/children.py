"""Children, and what is known of them."""

from datetime import UTC, date, datetime

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory

from pupils.models import (
    CareStatus,
    CensusItems,
    Contact,
    Document,
    EhcPlan,
    Enrolment,
    Letter,
    Need,
    Pupil,
)
from pupils.models import letter as letters
from pupils.models.codes import CareKind, EnrolmentStatus, NeedType
from tests.factories.actors import LONG_AGO, SchoolFactory, UserFactory, valid_upn

MOMENT = datetime(2024, 9, 3, 9, tzinfo=UTC)


class PupilFactory(DjangoModelFactory):
    class Meta:
        model = Pupil

    forename = "Kim"
    surname = factory.Sequence(lambda n: f"Pupil{n}")
    date_of_birth = date(2012, 1, 15)  # year 8 in 2024/25
    sex = "F"
    upn = factory.Sequence(valid_upn)


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    pupil = factory.SubFactory(PupilFactory)
    name = "Jo Parent"
    relationship = "Mother"
    phone = "020 7946 0000"


class EnrolmentFactory(DjangoModelFactory):
    class Meta:
        model = Enrolment

    pupil = factory.SubFactory(PupilFactory)
    organisation = factory.SubFactory(SchoolFactory)
    status = EnrolmentStatus.CURRENT
    starts_on = LONG_AGO


def valid_uln(number):
    """Return an invented ULN, another for each number: its last digit belongs to the others."""
    bodies = (f"{10_000_000 + number}{ninth}" for ninth in "01")  # one of the two has a last digit
    sums = {body: sum(int(body[at]) * (10 - at) for at in range(9)) % 11 for body in bodies}
    body, rest = next((body, rest) for body, rest in sums.items() if rest)
    return f"{body}{10 - rest}"


class CensusItemsFactory(DjangoModelFactory):
    class Meta:
        model = CensusItems

    pupil = factory.SubFactory(PupilFactory)
    uln = factory.Sequence(valid_uln)
    starts_on = date(2023, 9, 4)


class NeedFactory(DjangoModelFactory):
    class Meta:
        model = Need

    pupil = factory.SubFactory(PupilFactory, sen_provision="K")
    need_type = NeedType.SEMH
    rank = 1


class EhcPlanFactory(DjangoModelFactory):
    class Meta:
        model = EhcPlan

    pupil = factory.SubFactory(PupilFactory, sen_provision="E")
    issued_on = date(2023, 5, 2)


class CareStatusFactory(DjangoModelFactory):
    class Meta:
        model = CareStatus

    pupil = factory.SubFactory(PupilFactory)
    kind = CareKind.LOOKED_AFTER
    starts_on = date(2023, 5, 2)


class DocumentFactory(DjangoModelFactory):
    """A document whose file holds `text`."""

    class Meta:
        model = Document

    class Params:
        text = "A report."

    pupil = factory.SubFactory(PupilFactory)
    name = "Report.pdf"
    media_type = "application/pdf"
    file = factory.LazyAttribute(lambda row: ContentFile(f"%PDF-1.7 {row.text}".encode(), "r.pdf"))
    size = factory.LazyAttribute(lambda row: row.file.size)
    is_for_school = True
    added_by = factory.SubFactory(UserFactory)


class LetterFactory(DjangoModelFactory):
    """A letter in any status, with what the status needs; its file holds `text`.

    It is about no case, so the actions cannot go on with it: tests of those draft their own.
    """

    class Meta:
        model = Letter

    class Params:
        text = "A letter."
        is_passed = factory.LazyAttribute(lambda row: row.status in letters.PASSED)
        is_issued = factory.LazyAttribute(lambda row: row.status == letters.Status.ISSUED)

    kind = "placement-confirmation"
    title = "Confirmation of a placement"
    pupil = factory.SubFactory(PupilFactory)
    contact = factory.SubFactory(ContactFactory, pupil=factory.SelfAttribute("..pupil"))
    to_name = "Jo Parent"
    to_address = "1 Invented Street\nDE1 0MO"
    status = letters.Status.DRAFT
    drafted_by = factory.SubFactory(UserFactory)
    approved_by = factory.Maybe("is_passed", factory.SubFactory(UserFactory), None)
    approved_at = factory.LazyAttribute(lambda row: MOMENT if row.is_passed else None)
    issued_by = factory.Maybe("is_issued", factory.SubFactory(UserFactory), None)
    issued_at = factory.LazyAttribute(lambda row: MOMENT if row.is_issued else None)
    channel = "post"
    given_on = factory.LazyAttribute(lambda row: MOMENT.date() if row.is_issued else None)
    file = factory.LazyAttribute(
        lambda row: ContentFile(row.text.encode(), "letter.pdf") if row.is_issued else ""
    )
    sha256 = factory.LazyAttribute(
        lambda row: letters.digest(row.text.encode()) if row.is_issued else ""
    )
