"""The pages of imports: upload, columns, what would change, confirm, and the record."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import ViewEntry
from accounts.permissions import Role
from attendance.models import Import, ImportFile, Mark, MarkAmendment
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

MONDAY = date(2024, 9, 16)
WIDE = "Pupil;UPN;16/09/2024 AM;16/09/2024 PM\n"
UPLOAD = "/attendance/imports/new/"


@pytest.fixture
def placement(provider):
    return factories.PlacementFactory(provider=provider, pupil__upn=factories.valid_upn(99_007))


@pytest.fixture
def staff(client, provider_staff):
    client.force_login(provider_staff)
    return client


def a_file(text, name="week.csv"):
    return SimpleUploadedFile(name, text.encode("utf-16"), "text/csv")


@pytest.fixture
def upload(staff, placement):
    """Upload the marks of a day, naming the columns where the page asks."""

    def upload(morning, afternoon):
        text = f"{WIDE}{placement.pupil};{placement.pupil.upn};{morning};{afternoon}\n"
        page = staff.post(UPLOAD, {"file": a_file(text)}, follow=True)
        if "columns" in page.redirect_chain[-1][0]:
            page = staff.post(page.redirect_chain[-1][0], {"upn": "UPN"}, follow=True)
        return page

    return upload


def confirm(page, **typed):
    form = page.context["form"]
    sent = {"seen": form["seen"].value() or ""} | typed
    return page.client.post(page.redirect_chain[-1][0], sent, follow=True)


def test_a_file_is_uploaded_looked_at_and_imported(upload):
    page = upload("/", "\\")

    words = page.content.decode()
    assert "2 marks" in words
    assert not Mark.objects.exists()
    done = confirm(page)
    assert "2 marks are new, 0 are changed." in done.content.decode()
    assert Mark.objects.count() == 2
    assert not ImportFile.objects.exists()


def test_the_columns_are_proposed_and_asked_for_once(staff, placement):
    sent = {"file": a_file(f"{WIDE}x;{placement.pupil.upn};/;-\n")}
    page = staff.post(UPLOAD, sent, follow=True)

    form = page.context["form"]
    assert [form[name].value() for name in ("upn", "name")] == ["UPN", "Pupil"]
    assert "date" not in form.fields
    assert "2 columns with a date as heading are read" in page.content.decode()
    refused = staff.post(page.redirect_chain[-1][0], {"send": ""})
    assert "No column says which pupil a row is about" in refused.content.decode()
    staff.post(page.redirect_chain[-1][0], {"upn": "UPN"})

    sent["file"].seek(0)
    again = staff.post(UPLOAD, sent, follow=True)
    assert "columns" not in again.redirect_chain[-1][0]


def test_changes_stand_side_by_side_and_ask_for_a_reason(upload, placement):
    confirm(upload("N", "\\"))

    page = upload("I", "\\")

    difference = page.context["plan"].differences[0]
    assert (difference.before, difference.code, difference.half) == ("N", "I", "morning")
    assert str(placement.pupil) in page.content.decode()
    assert placement.pupil_id in ViewEntry.objects.latest("pk").pupils
    refused = confirm(page)
    assert "Say why marks are changed" in refused.content.decode()
    assert not MarkAmendment.objects.exists()
    confirm(page, reason="Parents rang")
    assert MarkAmendment.objects.get().reason == "Parents rang"


def test_the_same_file_again_says_so_and_offers_nothing_to_confirm(upload):
    confirm(upload("/", "\\"))

    page = upload("/", "\\")

    words = page.content.decode()
    assert "Nothing would change: 2 marks are here already." in words
    assert "This very file was imported on" in words
    assert "Import the marks" not in words


def test_what_is_wrong_is_listed_by_row_and_nothing_can_be_imported(upload):
    page = upload("/", "H")

    words = page.content.decode()
    assert "Nothing can be imported: 1 thing to put right" in words
    assert "Row 2: H on 16 September 2024, afternoon: the code was not in force" in words
    assert "Import the marks" not in words
    sent = page.client.post(page.redirect_chain[-1][0], {"seen": "", "reason": "x"})
    assert "Row 2: H" in sent.content.decode()
    assert not Mark.objects.exists()


def test_a_file_of_too_many_marks_is_refused_in_a_sentence(upload, monkeypatch):
    monkeypatch.setattr("attendance.actions.reading.MOST_LINES", 1)

    page = upload("/", "\\")

    assert "There are more than 1 marks. Export a shorter time" in page.content.decode()
    assert not Mark.objects.exists()


def test_marks_that_moved_meanwhile_are_shown_anew_and_the_reason_stays(upload, placement):
    factories.MarkFactory(placement=placement, code_id="N")
    page = upload("/", "\\")
    Mark.objects.update(code="O", version=2)

    again = confirm(page, reason="She came")

    words = again.content.decode()
    assert "Marks have changed since you looked" in words
    assert 'value="She came"' in words
    assert Mark.objects.get().code_id == "O"
    page.redirect_chain = [(again.request["PATH_INFO"], 302)]
    page.context = again.context
    confirm(page, reason="She came")
    assert MarkAmendment.objects.get().original == "O"


def test_a_workbook_and_no_file_are_refused_beside_the_field(staff):
    for sent, words in (
        ({"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04...")}, "workbook, not a CSV file"),
        ({"file": SimpleUploadedFile("a.csv", b"")}, "The file is empty"),
        ({"send": ""}, "Choose the file"),
    ):
        page = staff.post(UPLOAD, sent)
        assert words in str(page.context["form"].errors["file"])
    assert not Import.objects.exists()


def test_people_of_the_council_choose_the_provider(client, caseworker, provider, placement):
    client.force_login(caseworker)
    text = f"{WIDE}x;{placement.pupil.upn};/;-\n"

    refused = client.post(UPLOAD, {"file": a_file(text)})
    page = client.post(UPLOAD, {"file": a_file(text), "provider": provider.pk}, follow=True)

    assert "Choose whose marks these are" in refused.content.decode()
    assert page.redirect_chain
    assert Import.objects.get().provider == provider


def test_a_file_is_deleted_on_request(upload):
    page = upload("/", "\\")
    row = Import.objects.get()

    done = page.client.post(reverse("attendance:import-give-up", args=[row.uid]), follow=True)

    assert "Nothing was imported from it" in done.content.decode()
    assert not ImportFile.objects.exists()
    record = page.client.get(reverse("attendance:import", args=[row.uid])).content.decode()
    assert "Given up" in record


def test_an_import_that_is_over_is_shown_as_a_record_and_not_confirmed_again(upload):
    page = upload("/", "\\")
    confirm(page)

    again = confirm(page)

    assert "Fingerprint of the file" in again.content.decode()
    assert Mark.objects.count() == 2
    for name in ("import-columns", "import-give-up"):
        url = reverse(f"attendance:{name}", args=[Import.objects.get().uid])
        assert page.client.post(url).status_code == 404


def test_the_list_shows_the_own_imports_with_constant_queries(
    staff, provider, provider_staff, django_assert_num_queries
):
    for _ in range(5):
        factories.ImportFactory(provider=provider, by=provider_staff)
    foreign = factories.ImportFactory(file_name="foreign.csv")
    staff.get("/attendance/imports/")

    with django_assert_num_queries(4):
        page = staff.get("/attendance/imports/")

    assert page.context["page"].paginator.count == 5
    assert "foreign.csv" not in page.content.decode()
    assert staff.get(reverse("attendance:import", args=[foreign.uid])).status_code == 404
    waiting = staff.get("/attendance/imports/?show=waiting")
    assert waiting.context["page"].paginator.count == 5


def test_an_empty_list_says_so(client, person):
    client.force_login(person(Role.PROVIDER_LEAD))

    words = client.get("/attendance/imports/").content.decode()

    assert "No file has been imported." in words
    assert (
        "No file waits for you."
        in client.get("/attendance/imports/?show=waiting").content.decode()
    )
