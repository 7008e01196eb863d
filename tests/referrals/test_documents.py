"""Documents of a referral: attached, read, taken out."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

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
