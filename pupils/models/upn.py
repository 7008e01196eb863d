"""The unique pupil number: its form, and the letter that checks it."""

import re

from django.core.exceptions import ValidationError
from stdnum.gb.upn import calc_check_digit

UPN_LENGTH = 13
# Not the package's whole check: its list of councils ends in 2011.
UPN_FORM = re.compile(r"[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]", re.ASCII)


def checked_upn(upn: str) -> str:
    """Return a unique pupil number in its standard form, or raise ValidationError in plain words.

    The check letter is computed as DfE does: reference 3.2; a temporary UPN ends in a letter.
    """
    compact = "".join(upn.split()).upper()
    if len(compact) != UPN_LENGTH:
        raise ValidationError("A UPN has 13 characters, like Z205110124001.")
    if not UPN_FORM.fullmatch(compact):
        raise ValidationError(
            "A UPN is a letter and twelve figures; only the last of them may be a letter. "
            "I, O and S are not used."
        )
    if calc_check_digit(compact[1:]) != compact[0]:
        raise ValidationError(
            "This UPN is not right: its first letter does not fit the other characters. "
            "Check it against the school's record."
        )
    return compact
