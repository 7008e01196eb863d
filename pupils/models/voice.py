"""The young person's say, and a parent's: the link, what was said, and what came of it."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self, cast

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.timezone import localdate, localtime

from accounts.models import User
from accounts.models.personal import hash_of
from pupils.models.contact import Contact
from pupils.models.document import Document
from pupils.models.pupil import Pupil
from pupils.models.questions import QUESTIONS, About, Face, Question, Who, questions_of
from pupils.models.reach import ON_ROLL, ChildQuerySet, Reach

LINK_LENGTH = 32
READABLE = timedelta(days=90)
MOST_WRONG = 5


class VoiceQuerySet(ChildQuerySet):
    """Invitations and what was said, within reach."""

    reach = Reach(pupil="pupil", school=ON_ROLL, provider=ON_ROLL, dated="made_on")

    def handed_in(self) -> Self:
        """Keep those that were handed in and are not taken back."""
        return self.filter(finished_at__isnull=False)

    def to_answer(self, today: date) -> Self:
        """Keep those handed in that can be changed no more, and that nobody answered."""
        answered = VoiceResponse.objects.filter(voice=OuterRef("pk"))
        return self.handed_in().filter(~Exists(answered), ends_on__lte=today)

    def unfinished(self, today: date) -> Self:
        """Keep those that wait for the person who was asked."""
        return self.filter(
            finished_at=None, taken_back_at=None, cancelled_at=None, ends_on__gt=today
        )

    def narrowed(self, waits: str, today: date) -> Self:
        """Keep what a filter asks for; a value that does not exist keeps all."""
        if waits == "answer":
            return self.to_answer(today)
        return self.unfinished(today) if waits == "words" else self

    def shown_to_parents(self, pupil: Pupil) -> Self:
        """Keep what a young person said and lets a parent see."""
        return self.handed_in().filter(pupil=pupil, who=Who.PUPIL, shows_parent=True)

    def with_names(self) -> Self:
        """Fetch with them what a list shows."""
        return self.select_related("pupil", "contact", "made_by")

    def newest_words(self, pupils: Iterable[int], *about: About) -> "list[Voice]":
        """Return what each person last handed in on these things, with the answers. Two queries."""
        given = models.Prefetch("answers", VoiceAnswer.objects.given(), to_attr="given")
        rows = self.handed_in().filter(pupil__in=pupils, about__in=about)
        rows = rows.select_related("pupil", "contact").prefetch_related(given)
        newest: dict[tuple[object, ...], Voice] = {}
        for row in rows.order_by("finished_at", "pk"):
            voice = cast("Voice", row)
            newest[voice.pupil_id, voice.about, voice.contact_id] = voice
        return list(newest.values())


@pghistory.track(exclude=["token_hash", "number_hash", "disagreement"])
class Voice(models.Model):
    """An invitation to say something, and what came of it.

    The secret of the link follows from `uid`, `link` and the installation's key; a new link makes
    the one before worthless. The link alone shows nothing that was said: that needs the number of
    four figures which the person chose. What was said may be changed up to, not on, `ends_on`:
    the day of the meeting, where it follows the next one that is booked. Staff read what was handed
    in, and nothing that is only saved.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="voices")
    who = models.CharField(max_length=10, choices=Who)
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+", null=True, blank=True)
    about = models.CharField(max_length=10, choices=About)
    readers = models.CharField(max_length=150)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_on = models.DateField(default=localdate)
    ends_on = models.DateField()
    follows_meeting = models.BooleanField(default=False)
    link = models.PositiveSmallIntegerField(default=1)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    number_hash = models.CharField(max_length=64, blank=True, editable=False)
    wrong_numbers = models.PositiveSmallIntegerField(default=0)
    shows_parent = models.BooleanField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    disagreement = models.TextField(max_length=2000, blank=True)
    disagreed_at = models.DateTimeField(null=True, blank=True)

    objects = VoiceQuerySet.as_manager()
    given: "list[VoiceAnswer]"  # where `newest_words` read it

    class Meta:
        ordering = ["-made_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(who=Who.PUPIL, contact=None)
                | Q(who=Who.PARENT, contact__isnull=False, shows_parent=None),
                name="pupils_voice_is_one_persons",
                violation_error_code="contact",
                violation_error_message="Choose the parent or carer who is asked, and nobody for "
                "the young person.",
            ),
            models.CheckConstraint(
                condition=Q(about__in=About.values),
                name="pupils_voice_about_is_known",
                violation_error_code="about",
                violation_error_message="Choose what the words are for.",
            ),
            models.CheckConstraint(
                condition=~Q(readers=""),
                name="pupils_voice_says_who_reads",
                violation_error_code="readers",
                violation_error_message="Say in one line who will read it.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("made_on")),
                name="pupils_voice_ends_after_it_is_made",
                violation_error_code="ends_on",
                violation_error_message="The last day must not be before today.",
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(taken_back_at=None, cancelled_at=None),
                name="pupils_voice_handed_in_or_taken_back",
                violation_error_message="What was taken back is not handed in.",
            ),
            models.CheckConstraint(
                condition=Q(disagreement="", disagreed_at=None)
                | ~Q(disagreement="") & Q(disagreed_at__isnull=False),
                name="pupils_voice_disagreement_is_whole",
                violation_error_code="disagreement",
                violation_error_message="Say what you do not agree with.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_who_display()}: {self.get_about_display().lower()}"

    def get_absolute_url(self) -> str:
        """Return the address of the page that staff read."""
        return reverse("pupils:voice", args=[self.uid])

    @property
    def token(self) -> str:
        """Return the secret of the link that works now."""
        made = salted_hmac("pupils.voice", f"{self.uid.hex} {self.link}", algorithm="sha256")
        return made.hexdigest()[:LINK_LENGTH]

    def hash_of_number(self, number: str) -> str:
        """Return what is kept of the number. Without the installation's key it is no use."""
        return salted_hmac(
            "pupils.voice-number", f"{self.uid.hex} {number}", algorithm="sha256"
        ).hexdigest()

    @property
    def questions(self) -> list[Question]:
        """Return what is asked, in order."""
        return questions_of(self.who, self.about)

    @property
    def last_day(self) -> date:
        """Return the last day on which it can be changed."""
        return self.ends_on - timedelta(days=1)

    @property
    def is_open(self) -> bool:
        """Tell whether something can still be said, changed or taken back."""
        return self.cancelled_at is None and localdate() < self.ends_on

    @property
    def is_locked(self) -> bool:
        """Tell whether the number was wrong too often, so that only a new link opens it."""
        return self.wrong_numbers >= MOST_WRONG

    @property
    def state(self) -> str:
        """Return where it stands, in words."""
        if self.cancelled_at:
            return "Cancelled"
        if self.taken_back_at:
            return "Taken back"
        if self.finished_at:
            return "Handed in"
        if not self.is_open:
            return "Not handed in: the time is over"
        return "Begun, not handed in" if self.number_hash else "Not begun so far"

    @property
    def words(self) -> str:
        """Return all answers that were handed in, each after its question. Of `newest_words` only."""
        return "\n".join(f"{answer.asked} {answer.told}" for answer in self.given)

    @property
    def told_on(self) -> str:
        """Return when it was handed in, and whether a parent may see a young person's words."""
        at = localtime(self.finished_at)
        words = f"Handed in on {at.day} {at:%B %Y}"
        if self.who == Who.PUPIL and not self.shows_parent:
            words += ". The young person does not want a parent to see this"
        return words

    @property
    def speaker(self) -> str:
        """Return whose words they are, by name."""
        return self.contact.name if self.contact else str(self.pupil)


@dataclass(frozen=True)
class Screen:
    """One question as the person sees it: what is saved, and what readers have."""

    number: int
    question: Question
    saved: "VoiceAnswer | None"
    given: "VoiceAnswer | None"

    @property
    def is_news(self) -> bool:
        """Tell whether readers have something else than what is saved."""
        return _said(self.saved) != _said(self.given)


def screens_of(voice: Voice) -> list[Screen]:
    """Return the screens of a voice with what is saved on them. One query."""
    rows = {(row.question, row.is_given): row for row in voice.answers.select_related("recording")}
    found = []
    for number, question in enumerate(voice.questions, start=1):
        saved, given = rows.get((question.slug, False)), rows.get((question.slug, True))
        found.append(Screen(number, question, saved, given))
    return found


def _said(row: "VoiceAnswer | None") -> tuple[object, ...]:
    return (row.words, row.face, row.recording_id) if row else ()


def opened_by(token: str) -> Voice | None:
    """Return what a link opens, for as long as it can be read."""
    rows = Voice.objects.filter(
        token_hash=hash_of(token), cancelled_at=None, ends_on__gt=localdate() - READABLE
    )
    return rows.select_related("pupil", "contact", "made_by").first()


class VoiceAnswerQuerySet(ChildQuerySet):
    """What was said, within reach."""

    reach = Reach(pupil="voice__pupil", school=ON_ROLL, provider=ON_ROLL, dated="voice__made_on")

    def saved(self) -> Self:
        """Keep what the person sees: the words as they are being written."""
        return self.filter(is_given=False)

    def given(self) -> Self:
        """Keep what readers see: the words as they were last handed in."""
        return self.filter(is_given=True, voice__finished_at__isnull=False)


@pghistory.track(exclude=["words", "face", "summary"])
class VoiceAnswer(models.Model):
    """What was said to one question: as it is being written, and as it was last handed in.

    The words are left out of the history: what is taken back is gone.
    """

    voice = models.ForeignKey(Voice, models.PROTECT, related_name="answers")
    question = models.CharField(max_length=10)
    is_given = models.BooleanField(default=False)
    words = models.TextField(max_length=3000, blank=True)
    face = models.CharField(max_length=10, choices=Face, blank=True)
    recording = models.ForeignKey(
        Document, models.PROTECT, related_name="+", null=True, blank=True
    )
    summary = models.TextField(max_length=2000, blank=True)
    saved_at = models.DateTimeField(default=timezone.now)

    objects = VoiceAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["voice", "question", "is_given"],
                name="pupils_voiceanswer_one_a_question",
                violation_error_message="This question is answered already. Open it again.",
            ),
            models.CheckConstraint(
                condition=Q(face__in=["", *Face.values]),
                name="pupils_voiceanswer_face_is_known",
                violation_error_code="face",
                violation_error_message="Pick one of the five faces.",
            ),
            models.CheckConstraint(
                condition=~Q(words="") | ~Q(face="") | Q(recording__isnull=False),
                name="pupils_voiceanswer_says_something",
                violation_error_code="words",
                violation_error_message="Write something, pick a face, or record.",
            ),
            models.CheckConstraint(
                condition=Q(summary="") | Q(recording__isnull=False, is_given=True),
                name="pupils_voiceanswer_summary_is_of_a_recording",
                violation_error_code="summary",
                violation_error_message="A summary is of a recording that was handed in.",
            ),
        ]

    def __str__(self) -> str:
        return self.asked

    @property
    def asked(self) -> str:
        """Return the question in its words."""
        found = {question.slug: question for question in self.voice.questions}
        return (found.get(self.question) or QUESTIONS[self.question]).words

    @property
    def told(self) -> str:
        """Return the answer in writing: the face, the words, and what is known of a recording."""
        face = f"{self.get_face_display()}." if self.face else ""
        spoken = f"Summary by staff: {self.summary}" if self.summary else "Spoken, not typed."
        spoken = f"({spoken})" if self.recording_id else ""
        return " ".join(part for part in (face, self.words, spoken) if part)


def recorded(voice: Voice, question: str) -> Document | None:
    """Return what the person recorded on a screen, as it is saved."""
    rows = VoiceAnswer.objects.saved().filter(voice=voice, question=question)
    row = rows.select_related("recording").first()
    return row.recording if row else None


def shown_to(voice: Voice) -> models.QuerySet[VoiceAnswer]:
    """Return what the young person lets this parent see: what was handed in, and no more."""
    shown = Voice.objects.shown_to_parents(voice.pupil).filter(about=voice.about)
    rows = VoiceAnswer.objects.given().filter(voice__in=shown)
    return rows.select_related("voice") if voice.who == Who.PARENT else rows.none()


class VoiceResponseQuerySet(ChildQuerySet):
    """Answers to what was said, within reach."""

    reach = Reach(pupil="voice__pupil", school=ON_ROLL, provider=ON_ROLL, dated="voice__made_on")


class VoiceResponse(models.Model):
    """You said, we did, we could not because: the answer to somebody's words. Append-only."""

    voice = models.ForeignKey(Voice, models.PROTECT, related_name="responses")
    you_said = models.TextField(max_length=1000)
    we_did = models.TextField(max_length=1000, blank=True)
    we_could_not = models.TextField(max_length=1000, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = VoiceResponseQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(you_said=""),
                name="pupils_voiceresponse_says_what_was_heard",
                violation_error_code="you_said",
                violation_error_message="Write what you heard, in plain words.",
            ),
            models.CheckConstraint(
                condition=~Q(we_did="") | ~Q(we_could_not=""),
                name="pupils_voiceresponse_says_what_came_of_it",
                violation_error_code="we_did",
                violation_error_message="Say what you did, or what you could not do and why.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"Answer to {self.voice}"
