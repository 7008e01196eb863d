"""Documents of a referral: attached, read, taken out."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.lib.test_documents import huge_picture, word
from tests.referrals.pages import *  # noqa: F403 - fixtures
from tests.referrals.pages import text, url

pytestmark = pytest.mark.django_db


def test_a_document_is_attached_read_and_taken_out_again(school, world):
    draft = world.own.draft
    path = url("documents", draft)
    school.post(path, {"file": SimpleUploadedFile("Plan.pdf", b"%PDF-1.7 here\n%%EOF")})
    attachment = draft.attachments.get()

    answer = school.get(reverse("referrals:document", args=[attachment.uid]))

    assert answer["Content-Disposition"] == 'attachment; filename="Plan.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer.content.startswith(b"%PDF-1.7 here")
    school.post(reverse("referrals:detach", args=[attachment.uid]))
    assert "Nothing is attached yet" in text(school.get(path))
    assert school.get(reverse("referrals:document", args=[attachment.uid])).status_code == 404


def test_a_document_that_cannot_be_kept_is_refused_beside_the_box(school, world):
    page = school.post(
        url("documents", world.own.draft), {"file": SimpleUploadedFile("a.exe", b"MZ")}
    )

    assert "not a kind of file that can be kept" in text(page)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("report.pdf", b"MZ\x90 renamed", "not what its ending says"),
        ("photo.png", huge_picture(), "more pixels than can be kept"),
        ("bomb.docx", word({"word/a.xml": b"0" * (101 * 1024 * 1024)}), "unpacks to far more"),
    ],
    ids=["renamed exe", "65,000 pixels", "docx bomb"],
)
def test_what_a_file_hides_is_told_beside_the_box_and_nothing_is_kept(
    school, world, name, content, words
):
    page = school.post(
        url("documents", world.own.draft), {"file": SimpleUploadedFile(name, content)}
    )

    assert words in text(page)
    assert page.context["form"].errors["file"]
    assert not world.own.draft.attachments.exists()


def test_a_file_name_with_a_path_is_kept_without_it(school, world):
    path = url("documents", world.own.draft)
    file = SimpleUploadedFile("plan.pdf", b"%PDF-1.7\n%%EOF")
    file._name = "../../etc/plan.pdf"

    school.post(path, {"file": file})

    attachment = world.own.draft.attachments.get()
    assert attachment.document.name == "plan.pdf"
    assert ".." not in attachment.document.file.name


def test_several_documents_are_attached_at_once_and_the_wrong_one_is_named(school, world):
    files = [SimpleUploadedFile(name, b"%PDF-1.7\n%%EOF") for name in ("a.pdf", "b.pdf", "c.exe")]

    page = text(school.post(url("documents", world.own.draft), {"file": files}))

    assert "2 documents are attached" in page
    assert "c.exe is not a kind of file" in page
    assert world.own.draft.attachments.count() == 2


def test_a_document_of_a_sent_referral_is_not_taken_out(school, world):
    attachment = world.own.attachment

    page = school.post(reverse("referrals:detach", args=[attachment.uid]), follow=True)

    assert "its documents stay" in text(page)
    attachment.document.file.delete(save=False)
    path = reverse("referrals:document", args=[attachment.uid])
    assert school.get(path).status_code == 404
