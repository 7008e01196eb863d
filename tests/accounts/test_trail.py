"""The trail of views and the history of rows: written always, changed never."""

import pghistory.models
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import Organisation, ViewEntry
from pupils.models import Need, Pupil
from pupils.models.codes import NeedType
from tests import factories

pytestmark = pytest.mark.django_db


def events_of(model):
    return model.pgh_event_model.objects.order_by("pgh_id")


def test_the_trail_of_views_refuses_an_update():
    entry = factories.ViewEntryFactory()

    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        ViewEntry.objects.filter(pk=entry.pk).update(user_id=2)

    assert ViewEntry.objects.get().user_id == 1


def test_the_trail_of_views_refuses_a_delete():
    entry = factories.ViewEntryFactory()

    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        entry.delete()

    assert ViewEntry.objects.count() == 1


def test_the_trail_of_views_refuses_a_truncate():
    factories.ViewEntryFactory()

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE accounts_viewentry")

    assert ViewEntry.objects.count() == 1


def test_the_trail_of_a_child_shows_the_newest_look_first():
    first = factories.ViewEntryFactory(pupils=[1, 2])
    factories.ViewEntryFactory(pupils=[2])
    last = factories.ViewEntryFactory(pupils=[1])

    assert list(ViewEntry.objects.of_pupil(1)) == [last, first]


def test_history_keeps_an_insert_an_update_and_a_delete():
    need = factories.NeedFactory(need_type=NeedType.SEMH)
    key = need.pk
    need.need_type = NeedType.ASD
    need.save()
    need.delete()

    kept = [(row.pgh_label, row.need_type) for row in events_of(Need).filter(pgh_obj_id=key)]

    assert kept == [("insert", "SEMH"), ("update", "ASD"), ("delete", "ASD")]


def test_history_keeps_rows_that_are_written_in_bulk():
    made = Organisation.objects.bulk_create(
        [Organisation(kind="school", name="One"), Organisation(kind="school", name="Two")]
    )
    ids = [row.pk for row in made]
    Organisation.objects.filter(pk__in=ids).update(postcode="W6 9JU")
    Organisation.objects.filter(pk__in=ids).delete()

    labels = events_of(Organisation).filter(pgh_obj_id__in=ids).values_list("pgh_label", flat=True)

    assert sorted(labels) == ["delete"] * 2 + ["insert"] * 2 + ["update"] * 2


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_history_refuses_to_be_changed(deed):
    pupil = factories.PupilFactory()
    rows = Pupil.pgh_event_model.objects.filter(pgh_obj_id=pupil.pk)

    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        rows.update(surname="Other") if deed == "update" else rows.delete()


def test_history_names_who_wrote():
    with pghistory.context(user=42, page="/pupils/"):
        pupil = factories.PupilFactory()

    event = events_of(Pupil).get(pgh_obj_id=pupil.pk)

    assert event.pgh_context["user"] == 42
    assert event.pgh_created_at <= timezone.now()


def test_history_keeps_no_password():
    names = {field.name for field in factories.UserFactory().pgh_event_model._meta.get_fields()}

    assert "password" not in names
    assert "email" in names


def test_the_triggers_of_the_history_need_not_fail_to_learn_that_nothing_is_ignored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pgtrigger.ignore', true)")
        assert cursor.fetchone() == ("{}",)
