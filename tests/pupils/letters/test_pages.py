"""Pages of a letter: nothing typed is lost."""

from django.urls import reverse

from accounts.models import ViewEntry
from accounts.permissions import Role
from placements.letters import CONFIRMATION, DIRECTION
from pupils import actions
from pupils.models import Letter
from pupils.models.letter import Status
from tests import factories


def test_from_the_placement_to_the_issued_letter_on_pages(client, placement, parent, person):
    client.force_login(person(Role.CASEWORKER))
    page = client.get(reverse("placements:detail", args=[placement.uid]))
    path = reverse("pupils:letter-draft", args=[DIRECTION.slug, placement.uid])
    assert path in page.content.decode()
    form = client.get(path).context["form"]
    sent = {
        "uid": str(form.initial["uid"]),
        "addressee": f"contact-{parent.pk}",
        "channel": "hand",
        "given_on_0": "24", "given_on_1": "11", "given_on_2": "2026",
        "review_on_0": "15", "review_on_1": "12", "review_on_2": "2026",
        "power": "academy",
        "why": "Calm.", "times": "9 to 3", "place": "1 Road",
        "review": "We meet.", "challenge": "Talk to us.",
    }  # fmt: skip
    answer = client.post(path, sent)
    again = client.post(path, sent)
    assert answer["Location"] == again["Location"]
    letter = Letter.objects.get()
    assert letter.answers["review_on"] == "2026-12-15"
    detail = client.get(answer["Location"]).content.decode()
    assert "a colleague must approve it" in detail
    assert "How it was counted" in detail
    preview = client.get(reverse("pupils:letter-pdf", args=[letter.uid]))
    assert preview["Content-Type"] == "application/pdf"
    assert preview["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert preview["Content-Disposition"].startswith("attachment")
    assert placement.pupil.surname not in preview["Content-Disposition"]
    assert preview["Cache-Control"] == "no-store"
    assert ViewEntry.objects.filter(act="file", pupils=[placement.pupil_id]).exists()

    client.force_login(person(Role.MANAGER))
    client.post(reverse("pupils:letter-approve", args=[letter.uid]))
    issue = reverse("pupils:letter-issue", args=[letter.uid])
    wrong = client.post(issue, {"channel": "hand", "given_on_0": "25", "given_on_1": "11",
                                "given_on_2": "2026"})  # fmt: skip
    assert "earliest first day" in wrong.content.decode()
    assert 'value="25"' in wrong.content.decode()
    client.post(issue, {"channel": "hand", "given_on_0": "24", "given_on_1": "11",
                        "given_on_2": "2026"})  # fmt: skip
    letter.refresh_from_db()
    assert letter.status == Status.ISSUED

    pupil_page = reverse("reporting:pupil", args=[placement.pupil.uid])
    told = client.get(pupil_page).content.decode()
    assert f"Letter {letter.reference}: {DIRECTION.title}" in told
    client.force_login(person(Role.SCHOOL_STAFF))
    assert f"Letter {letter.reference}" in client.get(pupil_page).content.decode()
    assert (
        client.get(reverse("pupils:letter-pdf", args=[letter.uid])).content == letter.read_file()
    )


def test_a_stale_page_keeps_what_was_typed(client, write, caseworker, manager):
    letter = write()
    client.force_login(caseworker)
    path = reverse("pupils:letter-change", args=[letter.uid])
    actions.change_letter(letter, by=manager, words="Theirs.")
    sent = {
        "revision": "0",
        "addressee": f"contact-{letter.contact_id}",
        "words": "An hour of mine.",
    }

    page = client.post(path, sent).content.decode()
    assert "saved this letter while you were writing" in page
    assert "An hour of mine." in page
    assert client.post(path, sent | {"revision": "1"}).status_code == 302
    letter.refresh_from_db()
    assert letter.words == "An hour of mine."


def test_a_preview_that_cannot_be_printed_says_why(client, write, caseworker):
    letter = write(words="😀")
    client.force_login(caseworker)

    answer = client.get(reverse("pupils:letter-pdf", args=[letter.uid]), follow=True)

    assert "cannot be printed: 😀" in answer.content.decode()


def test_nul_is_refused_beside_its_field(client, placement, parent, caseworker):
    client.force_login(caseworker)
    path = reverse("pupils:letter-draft", args=[CONFIRMATION.slug, placement.uid])

    page = client.post(path, {"addressee": f"contact-{parent.pk}", "words": "a\0b"})

    assert "holds a character that cannot be kept" in page.content.decode()
    assert not Letter.objects.exists()


def test_a_kind_or_a_case_that_does_not_exist_is_404(client, placement, caseworker):
    client.force_login(caseworker)
    referral = factories.ReferralFactory()

    for kind, case in (("no-such", placement.uid), (CONFIRMATION.slug, referral.uid)):
        assert client.get(reverse("pupils:letter-draft", args=[kind, case])).status_code == 404
