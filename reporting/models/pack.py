"""Papers for the Board: figures as they stood when they were frozen, each with a comment."""

import uuid
from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.permissions import Permission
from accounts.workflow import WorkflowModel, moves
from apsystem.lib.calendar import year_label
from reporting.models.snapshot import HALF_TERM_OF_A_PROVIDER, PART_CHOICES, Snapshot

OF_A_DRAFT = """
    IF EXISTS (SELECT FROM reporting_boardpack AS pack
               WHERE pack.id = coalesce(NEW.pack_id, OLD.pack_id) AND status = 'frozen') THEN
        RAISE EXCEPTION 'Figures of a frozen pack never change' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'reporting_packfigure_is_of_a_draft';
    END IF;
    RETURN coalesce(NEW, OLD);
"""


class PackStatus(models.TextChoices):
    """A pack is written, then frozen for good."""

    DRAFT = "draft", "Draft"
    FROZEN = "frozen", "Frozen"


class BoardPackQuerySet(models.QuerySet["BoardPack"]):
    """Packs: figures of the borough or of a provider, no child in them."""

    def as_user(self, user: User) -> Self:
        """Keep what is frozen; drafts too for those who write packs.

        A provider's is for those who may see the children behind its figures: see `Snapshot`.
        """
        kept = self if user.can(Permission.PACK_MAKE) else self.filter(status=PackStatus.FROZEN)
        return kept if user.can(Permission.FIGURES_CHILDREN) else kept.filter(provider=None)


class BoardPack(WorkflowModel):
    """The figures of one period, of the borough or a provider, that a board was or will be shown."""

    MOVES = moves(("freeze", {PackStatus.DRAFT}, PackStatus.FROZEN, Permission.PACK_MAKE))
    TAG_COLOURS = {PackStatus.DRAFT: "grey", PackStatus.FROZEN: "green"}

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    status = models.CharField(max_length=10, choices=PackStatus, default=PackStatus.DRAFT)
    title = models.CharField(max_length=120)
    provider = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", null=True, blank=True
    )
    year = models.PositiveSmallIntegerField()
    coverage = models.CharField(max_length=10, choices=PART_CHOICES)
    words = models.TextField(max_length=4000, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    frozen_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)

    objects = BoardPackQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="draft", frozen_by__isnull=True, frozen_at__isnull=True)
                | Q(status="frozen", frozen_by__isnull=False, frozen_at__isnull=False),
                name="reporting_boardpack_frozen_says_when_and_by_whom",
                violation_error_message="A frozen pack says when it was frozen, and by whom.",
            ),
            models.CheckConstraint(
                condition=HALF_TERM_OF_A_PROVIDER,
                name="reporting_boardpack_half_term_is_of_a_provider",
                violation_error_message="A pack of a half term is of a provider.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="frozen_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="frozen"),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the page of the pack."""
        return reverse("reporting:pack", args=[self.uid])

    def more_state(self) -> list[Any]:
        """Return what else of it two people may change at once: which figures it holds."""
        figures = self.figures.order_by("position", "pk")
        return list(figures.values_list("measure", flat=True))

    @property
    def is_frozen(self) -> bool:
        """Tell whether nothing of it changes any more."""
        return self.status == PackStatus.FROZEN

    @property
    def is_of_provider(self) -> bool:
        """Tell whether its figures are those of a provider, not of the borough."""
        return self.provider_id is not None

    @property
    def period(self) -> str:
        """Return the period as people read it."""
        label = self.get_coverage_display()
        return f"{label[0].upper()}{label[1:]} {year_label(self.year)}"

    @property
    def scope(self) -> str:
        """Return what it is of: the period, with the provider where it is of one."""
        return f"{self.provider}, {self.period}" if self.provider else self.period


class PackFigureQuerySet(models.QuerySet["PackFigure"]):
    """Figures of packs."""

    def as_user(self, user: User) -> Self:
        """Keep those of the packs within reach."""
        return self.filter(pack__in=BoardPack.objects.as_user(user))


class PackFigure(models.Model):
    """One figure of a pack. Freezing writes the snapshot, and all that is said beside it."""

    pack = models.ForeignKey(BoardPack, models.CASCADE, related_name="figures")
    position = models.PositiveSmallIntegerField()
    measure = models.CharField(max_length=60)
    comment = models.TextField(max_length=2000, blank=True)
    snapshot = models.ForeignKey(
        Snapshot, models.PROTECT, related_name="+", null=True, blank=True, editable=False
    )
    said: Any = models.JSONField(default=dict, blank=True, editable=False)

    objects = PackFigureQuerySet.as_manager()

    class Meta:
        ordering = ["pack", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pack", "measure"],
                name="reporting_packfigure_once_in_a_pack",
                violation_error_message="This figure is in the pack already.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="of_a_draft",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=OF_A_DRAFT,
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} in {self.pack}"


class KeptRowsQuerySet(models.QuerySet["KeptRows"]):
    """Rows behind figures."""

    def as_user(self, user: User) -> Self:
        """Keep them for who may see the children behind a figure: a row is a child's."""
        return self if user.can(Permission.FIGURES_CHILDREN) else self.none()


class KeptRows(models.Model):
    """The rows that a figure was made of, so that what changed since can be told. Append-only.

    `rows` is a list of [pupil id, provider id, school id, numerator, denominator].
    """

    snapshot = models.OneToOneField(Snapshot, models.PROTECT, related_name="kept")
    rows: Any = models.JSONField(blank=True)
    kept_at = models.DateTimeField(auto_now_add=True)

    objects = KeptRowsQuerySet.as_manager()

    class Meta:
        ordering = ["-kept_at", "-pk"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"Rows of {self.snapshot}"
