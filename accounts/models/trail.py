"""Who looked at which child's record."""

from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models


class ViewEntryQuerySet(models.QuerySet["ViewEntry"]):
    """Entries for those who answer for the record: no child's data is in them."""

    def as_user(self, user: object) -> Self:
        """Keep them all: the page is open only to those who hold trail.view."""
        return self

    def of_pupil(self, pupil_id: int) -> Self:
        """Keep the entries of one child, newest first."""
        return self.filter(pupils__contains=[pupil_id]).order_by("-at", "-pk")

    def write(self, looks: list["ViewEntry"]) -> None:
        """Write looks down with one statement, which needs no transaction around it."""
        fields = [field for field in self.model._meta.concrete_fields if not field.primary_key]
        values = [
            field.get_db_prep_save(field.pre_save(look, add=True), connection)
            for look in looks
            for field in fields
        ]
        if not values:
            return
        columns = ", ".join(str(field.column) for field in fields)
        rows = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * len(looks))
        into = f"INSERT INTO {self.model._meta.db_table} ({columns}) VALUES {rows}"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(into, values)


class ViewEntry(models.Model):
    """One look: who, when, from where, in which role, at which children.

    Written and committed before the page is sent. No names, no text, no search terms: numbers
    only, and no foreign keys, so that nothing can be deleted from under it. Append-only.
    """

    at = models.DateTimeField(auto_now_add=True)
    user_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=30)
    act = models.CharField(max_length=20)  # view, search, list, export
    page = models.CharField(max_length=100)
    pupils = ArrayField(models.BigIntegerField())
    address_hash = models.CharField(max_length=16)

    objects = ViewEntryQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["pupils"], name="accounts_viewentry_pupils", fastupdate=True),
            models.Index(fields=["user_id", "at"], name="accounts_viewentry_person"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="keep_all",
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                func="RAISE EXCEPTION 'The trail of views is append-only';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%d %B %Y %H:%M} {self.act} {self.page}"
