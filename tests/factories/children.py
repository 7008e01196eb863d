"""Children, and what is known of them."""

from datetime import date

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory

from pupils.models import CareStatus, Contact, Document, EhcPlan, Enrolment, Need, Pupil
from pupils.models.codes import CareKind, EnrolmentStatus, NeedType
from tests.factories.actors import LONG_AGO, SchoolFactory, UserFactory, valid_upn


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
