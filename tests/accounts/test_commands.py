"""The commands that take in schools and add the first people."""

import io
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import Membership, Organisation, User

REGISTER = Path(__file__).parent.parent / "data" / "gias_sample.csv"
STRONG = "correct-horse-battery-staple"

pytestmark = pytest.mark.django_db


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


# --- import_schools ---------------------------------------------------------------------------


def test_the_command_says_what_changed_and_what_was_left_out():
    out = StringIO()

    call_command("import_schools", str(REGISTER), stdout=out)

    lines = out.getvalue().splitlines()
    assert "900001 Alder Primary School: added as school." in lines
    assert lines[-2:] == [
        "Rows left out: 2; they are of other local authorities than 205.",
        "8 added, 0 changed, 0 unchanged.",
    ]


def test_the_command_runs_dry():
    out = StringIO()

    call_command("import_schools", str(REGISTER), "--dry-run", stdout=out)

    assert "Nothing was saved. It would be: 8 added, 0 changed, 0 unchanged." in out.getvalue()
    assert not Organisation.objects.exists()


def test_the_command_fails_with_the_sentences(tmp_path):
    file = tmp_path / "schools.csv"
    file.write_bytes(
        REGISTER.read_bytes().replace(b'"900001"', b'"1"').replace(b'"900002"', b'"2"')
    )

    with pytest.raises(CommandError) as failed:
        call_command("import_schools", str(file))

    assert str(failed.value).splitlines() == [
        "Nothing was saved.",
        "Row 2: URN '1' does not have six digits.",
        "Row 3: URN '2' does not have six digits.",
    ]
    assert failed.value.returncode == 1


def test_the_command_says_that_a_file_is_missing(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_schools", str(tmp_path / "none.csv"))


# --- add_user ------------------------------------------------------------------------------

FIRST = ("add_user", "Ada@Council.Example", "--name", "Ada Admin", "--role", "administrator")


def test_the_first_person_comes_with_the_council():
    out = run(*FIRST, "--organisation", "Test Council", "--kind", "council")

    membership = Membership.objects.get()
    assert membership.organisation.kind == Organisation.Kind.COUNCIL
    assert (membership.role, membership.starts_on) == ("administrator", localdate())
    assert membership.user.email == "ada@council.example"
    assert not membership.user.has_usable_password()
    assert out.splitlines() == [
        "Ada Admin (ada@council.example) now holds the role administrator in Test Council.",
        "No password is set. The person sets one by 'I have forgotten my password' on the "
        "sign-in page.",
    ]


def test_a_person_without_password_gets_a_link_by_forgotten_password(client):
    run(*FIRST, "--organisation", "Test Council", "--kind", "council")

    client.post(reverse("account_reset_password"), {"email": "ada@council.example"})

    assert [message.to for message in mail.outbox] == [["ada@council.example"]]
    assert reverse("account_reset_password") in mail.outbox[0].body


def test_a_password_comes_from_standard_input(monkeypatch, client):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{STRONG}\n"))

    out = run(*FIRST, "--organisation", "Test Council", "--kind", "council", "--password-stdin")

    assert out.endswith("The password is set.\n")
    assert User.objects.get().check_password(STRONG)


def test_a_weak_password_adds_nobody(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("password\n"))

    with pytest.raises(CommandError, match="too short"):
        run(*FIRST, "--organisation", "Test Council", "--kind", "council", "--password-stdin")

    assert not User.objects.exists()
    assert not Organisation.objects.exists()


def test_a_person_gets_another_role_and_only_once():
    school = Organisation.objects.create(kind="school", name="Ash School", urn="900001")
    person = ("add_user", "head@ash.example", "--name", "A Head", "--organisation")

    run(*person, "ash school", "--role", "school-lead")
    again = run(*person, "900001", "--role", "school.lead")
    run(*person, "900001", "--role", "panel_member")

    assert "already holds the role school lead" in again
    assert User.objects.count() == 1
    assert set(Membership.objects.values_list("organisation", "role")) == {
        (school.pk, "school lead"),
        (school.pk, "panel member"),
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"--organisation": "Nowhere"}, "There is no organisation 'Nowhere'"),
        ({"--organisation": "999999"}, "There is no organisation '999999'"),
        ({"--organisation": "999999", "--kind": "council"}, "There is no organisation '999999'"),
        ({"--organisation": "Second", "--kind": "council"}, "Its name is Test Council."),
        ({"--organisation": "Twins"}, "Several organisations are called Twins"),
        ({"--organisation": "Shut"}, "Shut closed on 2020-08-31"),
        ({"--role": "school lead"}, "'school lead' is no role in Test Council"),
        ({"--role": "king"}, "'king' is no role in Test Council. The roles there: administrator"),
        ({"email": "no address"}, "email: Enter a valid email address."),
        ({"--name": " "}, "name: This field cannot be blank."),
        ({"email": "gone@council.example"}, "The account of gone@council.example is closed."),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(changes, said):
    Organisation.objects.create(kind="council", name="Test Council")
    Organisation.objects.create(kind="school", name="Shut", closed_on=date(2020, 8, 31))
    for _ in range(2):
        Organisation.objects.create(kind="provider", name="Twins")
    User.objects.create(email="gone@council.example", name="Gone", is_active=False)
    asked = {
        "email": "new@council.example",
        "--name": "New Person",
        "--role": "manager",
        "--organisation": "Test Council",
        **changes,
    }
    email = asked.pop("email")

    with pytest.raises(CommandError) as refused:
        run("add_user", email, *[word for pair in asked.items() for word in pair])

    assert said in str(refused.value)
    assert not Membership.objects.exists()
    assert User.objects.count() == 1


def test_a_council_needs_a_name_that_fits():
    with pytest.raises(CommandError, match="name: Ensure this value has at most 200"):
        run(*FIRST, "--organisation", "x" * 201, "--kind", "council")

    assert not Organisation.objects.exists()
