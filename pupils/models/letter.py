"""A letter about a child: drafted from a case, approved, issued, and then never changed."""

import hashlib
import uuid
from collections.abc import Callable
from typing import Self

import pghistory
import pgtrigger
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from accounts.permissions import Permission
from accounts.workflow import WorkflowModel, moves
from apsystem.lib.calendar import academic_year, year_bounds
from pupils.models.contact import Contact
from pupils.models.document import private_storage
from pupils.models.pupil import Pupil
from pupils.models.reach import AFTER_PLACEMENT, ON_ROLL, ChildQuerySet, Reach, on_roll


class Status(models.TextChoices):
    """Where a letter stands."""

    DRAFT = "draft", "Draft"
    APPROVED = "approved", "Approved"
    ISSUED = "issued", "Issued"
    WITHDRAWN = "withdrawn", "Withdrawn"


OPEN = [Status.DRAFT, Status.APPROVED]
PASSED = [Status.APPROVED, Status.ISSUED]


class Channel(models.TextChoices):
    """How a letter reaches the person."""

    POST = "post", "By post"
    HAND = "hand", "By hand"
    EMAIL = "email", "By a link in an e-mail, to people who sign in here"


def letter_storage() -> FileSystemStorage:
    """Return the folder of documents; what is written there as a letter is for reading only."""
    storage = private_storage()
    return FileSystemStorage(location=storage.location, file_permissions_mode=0o400)


def letter_name(letter: "Letter", _given: str) -> str:
    """Return where a letter is kept: a name that tells nothing."""
    name = uuid.uuid4().hex
    return f"letters/{name[:2]}/{name}"


Kept = Callable[[User], Q]
KEPT_FROM: list[Kept] = []


def kept_from(rule: Kept) -> Kept:
    """Register which letters a person does not reach in any role, as the case that they are about."""
    KEPT_FROM.append(rule)
    return rule


class LetterQuerySet(ChildQuerySet):
    """Letters within reach: schools and providers see what was issued.

    A school sees the letters about children on its roll, of a child who has left those given
    before; a provider sees the letters about its own placements.
    """

    reach = Reach(pupil="pupil", school=ON_ROLL, provider="provider", dated="given_on")

    def as_user(self, user: User) -> Self:
        """Keep those within reach, and not kept from the person.

        A letter to a family stands under its home address.
        """
        rows = super().as_user(user)
        for kept in KEPT_FROM:
            rows = rows.exclude(kept(user))
        return rows if user.can(Permission.PUPIL_IDENTIFY) else rows.filter(contact=None)

    def reached_by_school(self, schools: list[int]) -> Q:
        """Return the rule for schools: issued letters of their own children."""
        since, _ = year_bounds(academic_year(localdate()))
        rule = on_roll("pupil_id", "given_on", organisations=schools, since=since)
        return Q(rule) & Q(status=Status.ISSUED)

    def reached_by_provider(self, providers: list[int]) -> Q:
        """Return the rule for providers: issued letters about their own placements.

        The letter that ends a placement comes after it, so the day of the letter does not count.
        """
        since = localdate() - AFTER_PLACEMENT
        rule = on_roll("pupil_id", organisations=providers, since=since)
        return Q(rule) & Q(status=Status.ISSUED, provider__in=providers)

    def with_names(self) -> Self:
        """Fetch with them what a page shows."""
        return self.select_related("pupil", "drafted_by", "approved_by", "issued_by")

    def of_case(self, case: uuid.UUID) -> Self:
        """Keep those about one referral or placement."""
        return self.filter(case=case)

    def issued(self) -> Self:
        """Keep those that went out."""
        return self.filter(status=Status.ISSUED)

    def narrowed(self, status: str) -> Self:
        """Keep those in a status; a value that does not exist keeps all."""
        return self.filter(status=status) if status in Status.values else self


@pghistory.track()
class Letter(WorkflowModel):
    """A letter to one person or place. `case` is the uid of the referral or placement it is about.

    `facts` are taken from the case when the letter is written; `answers` are what the kind of
    letter asks; `words` is a paragraph of the writer's own. The file is the letter as it went
    out, and `sha256` proves it.
    """

    MOVES = moves(
        ("approve", {Status.DRAFT}, Status.APPROVED, Permission.LETTER_APPROVE),
        ("revise", {Status.APPROVED}, Status.DRAFT, Permission.LETTER_WRITE),
        ("issue", {Status.APPROVED}, Status.ISSUED, Permission.LETTER_WRITE),
        ("withdraw", OPEN, Status.WITHDRAWN, Permission.LETTER_WRITE),
    )
    TAG_COLOURS = {
        Status.DRAFT: "yellow",
        Status.APPROVED: "blue",
        Status.ISSUED: "green",
        Status.WITHDRAWN: "grey",
    }

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=150)
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="letters")
    about = models.CharField(max_length=20, blank=True)
    case = models.UUIDField(null=True, blank=True, db_index=True)
    provider = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", null=True, blank=True
    )
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+", null=True, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="letters", null=True, blank=True
    )
    to_name = models.CharField(max_length=200)
    to_address = models.TextField(max_length=500, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    words = models.TextField(max_length=4000, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    revision = models.PositiveIntegerField(default=0)
    needs_second_person = models.BooleanField(default=False)
    channel = models.CharField(max_length=10, choices=Channel, blank=True)
    given_on = models.DateField(null=True, blank=True)
    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    issued_at = models.DateTimeField(null=True, blank=True)
    file = models.FileField(
        storage=letter_storage, upload_to=letter_name, max_length=60, blank=True
    )
    sha256 = models.CharField(max_length=64, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-drafted_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values),
                name="pupils_letter_status_is_known",
                violation_error_message="A letter is a draft, approved, issued or withdrawn.",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=["", *Channel.values]),
                name="pupils_letter_channel_is_known",
                violation_error_code="channel",
                violation_error_message="Choose how the letter is given.",
            ),
            models.CheckConstraint(
                condition=Q(contact__isnull=False, organisation__isnull=True)
                | Q(contact__isnull=True, organisation__isnull=False),
                name="pupils_letter_goes_to_one",
                violation_error_code="addressee",
                violation_error_message="A letter goes to one person or one place.",
            ),
            models.CheckConstraint(
                condition=Q(about="", case__isnull=True) | ~Q(about="") & Q(case__isnull=False),
                name="pupils_letter_case_is_whole",
                violation_error_message="A letter names the kind of its case, and the case.",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.DRAFT, *PASSED])
                | Q(status=Status.DRAFT, approved_by__isnull=True, approved_at__isnull=True)
                | Q(status__in=PASSED, approved_by__isnull=False, approved_at__isnull=False),
                name="pupils_letter_approval_is_whole",
                violation_error_message="An approved letter has who approved it, and when.",
            ),
            models.CheckConstraint(
                condition=Q(needs_second_person=False)
                | Q(approved_by__isnull=True)
                | ~Q(approved_by=F("drafted_by")),
                name="pupils_letter_second_person_approves",
                violation_error_message="A colleague must approve this letter: not the person "
                "who wrote it.",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=Status.ISSUED,
                    issued_by__isnull=False,
                    issued_at__isnull=False,
                    given_on__isnull=False,
                    sha256__regex=r"^[0-9a-f]{64}$",
                )
                & ~Q(channel="")
                & ~Q(file="")
                | ~Q(status=Status.ISSUED)
                & Q(issued_by__isnull=True, issued_at__isnull=True, file="", sha256=""),
                name="pupils_letter_issue_is_whole",
                violation_error_message="An issued letter has its file, its day, how it was given, "
                "and who issued it.",
            ),
        ]
        indexes = [models.Index(fields=["pupil", "status"], name="pupils_letter_of_pupil")]
        triggers = [
            pgtrigger.Protect(
                name="closed_letters_stand",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status__in=["issued", "withdrawn"]),
            ),
            pgtrigger.Protect(
                name="approved_words_stand",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="approved")
                & (
                    pgtrigger.Q(old__facts__df=pgtrigger.F("new__facts"))
                    | pgtrigger.Q(old__answers__df=pgtrigger.F("new__answers"))
                    | pgtrigger.Q(old__words__df=pgtrigger.F("new__words"))
                    | pgtrigger.Q(old__to_name__df=pgtrigger.F("new__to_name"))
                    | pgtrigger.Q(old__to_address__df=pgtrigger.F("new__to_address"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.reference})"

    def get_absolute_url(self) -> str:
        """Return the address of the letter's page."""
        return reverse("pupils:letter", args=[self.uid])

    @property
    def reference(self) -> str:
        """Return the number that people say on the telephone."""
        return f"L-{self.pk or 0:06d}"

    @property
    def address_lines(self) -> list[str]:
        """Return the lines of the address that hold something."""
        return [line.strip() for line in self.to_address.splitlines() if line.strip()]

    @property
    def is_open(self) -> bool:
        """Tell whether something can still happen to it."""
        return self.status in OPEN

    def may_be_approved_by(self, user: User) -> bool:
        """Tell whether this person may approve it as it stands."""
        is_own = self.needs_second_person and self.drafted_by_id == user.pk
        return "approve" in self.moves_open_to(user) and not is_own

    def read_file(self) -> bytes:
        """Return the letter as it went out. Raise Altered where the file is not that any more."""
        try:
            with self.file.open("rb") as file:
                content: bytes = file.read()
        except FileNotFoundError as error:
            raise Altered(self.reference) from error
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise Altered(self.reference)
        return content


class Altered(Exception):
    """The file of an issued letter is gone, or is not what was issued."""


def digest(content: bytes) -> str:
    """Return the proof of a file."""
    return hashlib.sha256(content).hexdigest()
