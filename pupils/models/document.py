"""Files about a child: kept outside the web root under random names, served as attachments."""

import uuid
from typing import Self

import pghistory
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from pupils.models.pupil import Pupil
from pupils.models.reach import ON_ROLL, ChildQuerySet, Reach

MOST_BYTES = 10 * 1024 * 1024


class Type(models.TextChoices):
    """What may be kept. The values are media types."""

    PDF = "application/pdf", "PDF"
    JPEG = "image/jpeg", "JPEG picture"
    PNG = "image/png", "PNG picture"
    WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word"
    WEBM = "audio/webm", "Recording (WebM)"
    OGG = "audio/ogg", "Recording (Ogg)"
    MP4 = "audio/mp4", "Recording (MP4)"


RECORDINGS = [Type.WEBM, Type.OGG, Type.MP4]


def private_storage() -> FileSystemStorage:
    """Return the folder of documents, which no web server serves."""
    return FileSystemStorage(location=settings.DOCUMENTS_ROOT, file_permissions_mode=0o600)


def random_name(document: "Document", _given: str) -> str:
    """Return where a document is kept: nothing of the name that was given."""
    name = document.uid.hex
    return f"{name[:2]}/{name}"


class DocumentQuerySet(ChildQuerySet):
    """Documents within reach: schools and providers see what is meant for them."""

    reach = Reach(pupil="pupil", school=ON_ROLL, provider=ON_ROLL)

    def reached_by_school(self, schools: list[int]) -> Q:
        """Return the rule for schools: their own children's documents that schools may read."""
        return super().reached_by_school(schools) & Q(is_for_school=True)

    def reached_by_provider(self, providers: list[int]) -> Q:
        """Return the rule for providers: documents that providers may read."""
        return super().reached_by_provider(providers) & Q(is_for_provider=True)

    def kept(self) -> Self:
        """Keep those that nobody took back."""
        return self.filter(removed_at=None)

    def papers(self) -> Self:
        """Keep those that are no recordings: what a young person says has a page of its own."""
        return self.exclude(media_type__in=RECORDINGS)


@pghistory.track()
class Document(models.Model):
    """A file about a child, checked by content when it was added.

    Nobody of ours added what came by a link.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="documents")
    name = models.CharField(max_length=150)
    media_type = models.CharField(max_length=100, choices=Type)
    size = models.PositiveIntegerField()
    file = models.FileField(storage=private_storage, upload_to=random_name, max_length=60)
    is_for_school = models.BooleanField(default=False)
    is_for_provider = models.BooleanField(default=False)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    added_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-added_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(media_type__in=Type.values),
                name="pupils_document_type_is_known",
                violation_error_message="Attach a PDF, a Word document, a JPEG or a PNG picture.",
            ),
            models.CheckConstraint(
                condition=Q(size__gt=0, size__lte=MOST_BYTES),
                name="pupils_document_size_is_limited",
                violation_error_message="A document has at most 10 MB.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
