"""What was done about an absence: who was rung or seen, what was said, and who was told."""

import uuid
from datetime import date
from typing import Self

import pghistory
import pgtrigger
from django.core import signing
from django.db import models
from django.db.models import OuterRef, Q
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Organisation, User
from apsystem.lib.calendar import Session
from attendance.models.code import Code
from placements.models import Placement
from pupils.models import ON_ROLL, ChildQuerySet, Contact, Reach
from pupils.models.contact import Channel


class Way(models.TextChoices):
    """How somebody tried to find out where a pupil is."""

    CALL = "call", "Call, answered"
    NO_ANSWER = "no answer", "Call, no answer"
    MESSAGE = "message", "Message left or sent"
    VISIT = "visit", "Visit to the home"
    SEEN = "seen", "Pupil seen"
    REASON = "reason", "Reason learned another way"
    REPLY = "reply", "Answer to the notice"


# Nobody learns from these where the pupil is: whoever rings has to go on.
NEVER_ACCOUNTS = [Way.NO_ANSWER, Way.MESSAGE, Way.REPLY]


class Answer(models.TextChoices):
    """What a parent answers on the page of a notice, by one press."""

    ILL = "ill", "Ill at home"
    APPOINTMENT = "appointment", "At a medical or dental appointment"
    ON_THE_WAY = "on the way", "On the way"
    OTHER = "other", "Something else"
    NOT_KNOWN = "not known", "I did not know"


# The code that an answer proposes. A person of the provider decides.
PROPOSED = {Answer.ILL: "I", Answer.APPOINTMENT: "M"}


class SessionRowQuerySet(ChildQuerySet):
    """Rows that hang on a placement, a day and a session."""

    reach = Reach(
        pupil="placement__pupil", school=ON_ROLL, provider="placement__provider", dated="date"
    )

    def of_line(self, placement: Placement, on: date, session: int) -> Self:
        """Keep those of one pupil at one session."""
        return self.filter(placement=placement, date=on, session=session)

    def same_session(self) -> Self:
        """Keep those of the session of an outer row of marks."""
        return self.filter(
            placement=OuterRef("placement"), date=OuterRef("date"), session=OuterRef("session")
        )


class AbsenceEntryQuerySet(SessionRowQuerySet):
    """What was tried, within reach."""

    def accounting(self) -> Self:
        """Keep those that say where the pupil is."""
        return self.filter(is_accounted=True)

    def told(self) -> Self:
        """Order as a page shows them, with who wrote them and whom they are about."""
        return self.select_related("by", "contact").order_by("at", "pk")


@pghistory.track()
class AbsenceEntry(models.Model):
    """One try to find out where a pupil is, at one session. Append-only.

    Only an entry with `is_accounted` takes the pupil off the list of those not accounted for.
    `code` is what the entry proposes for the register.
    """

    placement = models.ForeignKey(Placement, models.PROTECT, related_name="+")
    date = models.DateField()
    session = models.PositiveSmallIntegerField(choices=[(s.value, s.name) for s in Session])
    way = models.CharField(max_length=20, choices=Way)
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+", null=True, blank=True)
    answer = models.CharField(max_length=20, choices=Answer, blank=True)
    words = models.CharField(max_length=500, blank=True)
    is_accounted = models.BooleanField(default=False)
    code = models.ForeignKey(
        Code, models.PROTECT, related_name="+", null=True, blank=True, db_column="code"
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = AbsenceEntryQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["placement", "date"], name="attendance_absenceentry_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(way__in=Way.values),
                name="attendance_absenceentry_way_is_known",
                violation_error_code="way",
                violation_error_message="Choose what you did.",
            ),
            models.CheckConstraint(
                condition=Q(session__in=[0, 1]),
                name="attendance_absenceentry_session_is_am_or_pm",
                violation_error_message="A session is the morning or the afternoon.",
            ),
            models.CheckConstraint(
                condition=~Q(way__in=NEVER_ACCOUNTS) | Q(is_accounted=False),
                name="attendance_absenceentry_silence_accounts_for_nobody",
                violation_error_code="is_accounted",
                violation_error_message="Without an answer nobody knows where the pupil is. Choose "
                "no, and try another way.",
            ),
            models.CheckConstraint(
                condition=~Q(way=Way.SEEN) | Q(is_accounted=True),
                name="attendance_absenceentry_who_was_seen_is_accounted_for",
                violation_error_code="is_accounted",
                violation_error_message="A pupil who was seen is accounted for. Choose yes.",
            ),
            models.CheckConstraint(
                condition=Q(way=Way.REPLY, by=None, answer__in=Answer.values)
                | Q(~Q(way=Way.REPLY), ~Q(words=""), by__isnull=False, answer=""),
                name="attendance_absenceentry_says_what_and_by_whom",
                violation_error_code="words",
                violation_error_message="Say what was said or seen.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.get_way_display()

    @property
    def is_alarm(self) -> bool:
        """Tell whether a parent did not know that the pupil is away."""
        return self.answer == Answer.NOT_KNOWN


class AbsenceNoticeQuerySet(SessionRowQuerySet):
    """Who was told of an absence, within reach."""

    def told(self) -> Self:
        """Order as a page shows them, with whom they went to."""
        return self.select_related("school", "contact").order_by("posted_at", "pk")


@pghistory.track()
class AbsenceNotice(models.Model):
    """Somebody was told of an absence: the home school, a parent, or the lead and the officer.

    One of each for a pupil and session, so that nobody is told twice.
    """

    class To(models.TextChoices):
        """Who is told."""

        SCHOOL = "school", "Home school"
        CONTACT = "contact", "Contact"
        LEADS = "leads", "Leads of the provider and the attendance officers"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    to = models.CharField(max_length=10, choices=To)
    placement = models.ForeignKey(Placement, models.PROTECT, related_name="+")
    date = models.DateField()
    session = models.PositiveSmallIntegerField(choices=[(s.value, s.name) for s in Session])
    school = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", null=True, blank=True
    )
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+", null=True, blank=True)
    channel = models.CharField(max_length=10, choices=Channel)
    posted_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = AbsenceNoticeQuerySet.as_manager()

    class Meta:
        ordering = ["posted_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to="school", school__isnull=False, contact=None)
                | Q(to="contact", contact__isnull=False, school=None)
                | Q(to="leads", school=None, contact=None),
                name="attendance_absencenotice_goes_to_somebody",
                violation_error_message="A notice goes to the home school, to a contact, or to "
                "the leads.",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=[Channel.EMAIL, Channel.TEXT]),
                name="attendance_absencenotice_channel_is_known",
                violation_error_message="A notice goes by e-mail or by text message.",
            ),
            models.UniqueConstraint(
                fields=["placement", "date", "session", "to", "contact"],
                name="attendance_absencenotice_once_for_a_session",
                nulls_distinct=False,
                violation_error_message="This notice was sent already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_to_display()}, by {self.get_channel_display().lower()}"

    @staticmethod
    def signer() -> signing.Signer:
        """Return what signs the links, and nothing else."""
        return signing.Signer(salt="attendance.absence-notice")

    @property
    def token(self) -> str:
        """Return the secret of the link. It is never kept: it follows from the key of the service."""
        return self.signer().sign(self.uid.hex)


def notice_of(token: str) -> AbsenceNotice | None:
    """Return the notice that a link stands for, while it may be answered; nothing otherwise.

    A link lives until the end of its day and takes one answer.
    """
    try:
        uid = uuid.UUID(AbsenceNotice.signer().unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    rows = AbsenceNotice.objects.filter(uid=uid, answered_at=None, date=localdate())
    return rows.select_related("placement__pupil", "placement__provider", "contact").first()
