"""Imports, the files that wait, the columns of providers, and keys."""

from datetime import date, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import ApiKey, Organisation
from accounts.models.personal import hash_of
from attendance.models import Import, ImportFile, Mark, MarkLayout, SchoolAttendance
from tests.factories.actors import ProviderFactory, SchoolFactory, UserFactory
from tests.factories.children import PupilFactory


class ImportFactory(DjangoModelFactory):
    class Meta:
        model = Import

    provider = factory.SubFactory(ProviderFactory)
    file_name = "marks.csv"
    sha256 = "0" * 64
    by = factory.SubFactory(UserFactory)


class ImportFileFactory(DjangoModelFactory):
    class Meta:
        model = ImportFile

    of = factory.SubFactory(ImportFactory)
    content = b"UPN,Date,Session,Mark\n"
    mapping = {"upn": "UPN", "date": "Date", "session": "Session", "code": "Mark"}


class MarkLayoutFactory(DjangoModelFactory):
    class Meta:
        model = MarkLayout

    provider = factory.SubFactory(ProviderFactory)
    mapping = {"upn": "UPN", "date": "Date", "session": "Session", "code": "Mark"}
    saved_by = factory.SubFactory(UserFactory)


class ApiKeyFactory(DjangoModelFactory):
    class Meta:
        model = ApiKey

    organisation = factory.SubFactory(ProviderFactory)
    name = "The register of the centre"
    token_hash = factory.Sequence(lambda n: hash_of(f"key {n}"))
    made_by = factory.SubFactory(UserFactory)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=90))


class SchoolAttendanceFactory(DjangoModelFactory):
    class Meta:
        model = SchoolAttendance

    pupil = factory.SubFactory(PupilFactory)
    school = factory.SubFactory(SchoolFactory)
    starts_on = date(2024, 9, 16)
    ends_on = factory.LazyAttribute(lambda row: row.starts_on + timedelta(days=7))
    possible = 10
    present = 7
    authorised = 2
    unauthorised = 1
    recorded_by = factory.SubFactory(UserFactory)


def uploaded(provider: Organisation, mark: Mark, name: str) -> Import:
    """Make a file that waits, and that would change the mark."""
    row = ImportFactory(provider=provider, file_name=f"{name}.csv")
    line = f"{mark.pupil.upn},{mark.date:%d/%m/%Y},AM,L"
    ImportFileFactory(of=row, content=f"UPN,Date,Session,Mark\n{line}\n".encode())
    return row
