"""Which schools a local authority maintains: the type in the public register says it."""

import pytest

from accounts.actions import import_schools
from accounts.models import Organisation
from tests.accounts.test_import_schools import REGISTER, register, saved

pytestmark = pytest.mark.django_db


def test_the_type_says_which_schools_are_maintained():
    import_schools(REGISTER.read_bytes())

    known = dict(Organisation.objects.values_list("urn", "is_maintained"))
    assert {urn: is_maintained for urn, is_maintained in known.items() if urn.startswith("9")} == {
        "900001": True, "900002": False, "900003": False, "900004": True, "900005": True,
        "900006": True, "900007": True, "900010": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("type_name", "is_maintained"),
    [
        ("Voluntary aided school", True),
        ("Non-maintained special school", False),
        ("Free schools special", False),
        ("Other independent school", False),
        ("Offshore schools", None),
    ],
)
def test_a_type_that_nobody_knows_leaves_it_unknown(type_name, is_maintained):
    import_schools(register({"TypeOfEstablishment (name)": type_name}))

    assert saved().is_maintained is is_maintained


def test_a_school_that_became_an_academy_is_maintained_no_more():
    import_schools(register({}))

    result = import_schools(register({"TypeOfEstablishment (name)": "Academy converter"}))

    assert saved().is_maintained is False
    assert "is maintained was yes, is now no" in result.differences[0]
