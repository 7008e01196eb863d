"""Every text that can hold something about a child holds a token in the small borough.

A leak is then found in whatever field it happens, by the sweeps that look for tokens.
"""

import json

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import models

from tests import world as worlds
from tests.test_architecture import children_models

TEXTS = (models.CharField, models.TextField, models.JSONField)
# What no token fits into, and why it tells nothing of a child by itself.
WITHOUT = {
    "the hash of a secret or of a file": {
        "outreach.Evaluation.token_hash",
        "outreach.FollowUp.token_hash",
        "pupils.Letter.sha256",
        "pupils.Voice.number_hash",
        "pupils.Voice.token_hash",
        "reintegration.Version.token_hash",
    },
    "a code, or a number that others gave": {
        "attendance.MarkAmendment.amended",
        "attendance.MarkAmendment.original",
        "attendance.TakenBack.code",
        "placements.SchoolPlacement.ukprn",
        "placements.SchoolPlacement.urn",
        "pupils.CareStatus.responsible_authority",
        "pupils.CensusItems.uln",
        "pupils.Pupil.ethnicity",
        "pupils.Pupil.postcode",
        "pupils.Pupil.upn",
    },
    "the name of a question, a field or a kind of letter": {
        "pupils.Letter.about",
        "pupils.Letter.kind",
        "pupils.VoiceAnswer.question",
        "referrals.Entry.answer",
        "referrals.Referral.not_known",
        "referrals.RequestForMore.questions",
    },
    "minutes and times beside a mark, put into words by the system": {
        "attendance.MarkAmendment.amended_beside",
        "attendance.MarkAmendment.original_beside",
    },
}


def texts_of(model):
    """Return the fields into which words about a child can be written."""
    for field in model._meta.concrete_fields:
        inner = field.base_field if isinstance(field, ArrayField) else field
        if isinstance(inner, TEXTS) and not field.choices and not inner.choices:
            yield field


FIELDS = {
    f"{model._meta.label}.{field.name}": (model, field)
    for model in children_models()
    for field in texts_of(model)
}


@pytest.fixture
def world(db):
    return worlds.build()


def test_every_text_about_a_child_holds_a_token(world):
    excepted = {name for names in WITHOUT.values() for name in names}

    without = {
        name
        for name, (model, field) in FIELDS.items()
        if not any(
            worlds.TOKEN.search(json.dumps(value, default=str))
            for value in model._base_manager.values_list(field.name, flat=True)
        )
    }

    assert without == excepted
