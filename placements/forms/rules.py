"""The form of a rule of a tier."""

from django import forms

from apsystem.lib.forms import DateField, RowForm
from placements.models import TierRule
from placements.models.rule import LONGEST_HALF_TERM, REVIEW_SCHOOL_DAYS

LONGEST_WEEKS = 200


class RuleForm(RowForm):
    """What holds for placements of a tier that start on a day or later."""

    submit_label = "Save the rule"

    starts_on = DateField(
        label="First day of the rule",
        help_text="It holds for placements that start on this day or later",
    )
    longest_weeks = forms.IntegerField(
        label="Longest length in weeks (optional)",
        required=False,
        min_value=1,
        max_value=LONGEST_WEEKS,
        help_text="Calendar weeks. Leave it empty where there is no limit.",
        error_messages={
            "invalid": "Enter a whole number of weeks",
            "min_value": "Enter one week or more",
            "max_value": f"Enter {LONGEST_WEEKS} weeks or fewer",
        },
    )

    review_school_days = forms.IntegerField(
        label="School days from one review to the next",
        initial=REVIEW_SCHOOL_DAYS,
        min_value=1,
        max_value=LONGEST_HALF_TERM,
        help_text="A placement is reviewed at least once a half term",
        error_messages={
            "invalid": "Enter a whole number of school days",
            "min_value": "Enter one school day or more",
            "max_value": f"Enter {LONGEST_HALF_TERM} school days or fewer",
        },
    )

    class Meta:
        model = TierRule
        fields = ["starts_on", "longest_weeks", "review_school_days"]
