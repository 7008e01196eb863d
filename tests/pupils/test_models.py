"""Children and what is known of them: what is true of their rows, and the UPN."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from pupils.models import Enrolment, ExclusionReason, Pupil, searchable
from pupils.models.upn import checked_upn
from tests import factories
from tests.constraints import assert_refused, constraints_of
from tests.pupils.voice_breakers import VOICE_BREAKERS

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # reference 3.2: 23 letters, without I, O and S
DAY = date(2024, 9, 2)


def two_needs(**second):
    first = factories.NeedFactory()
    factories.NeedFactory(**{"pupil": first.pupil, "rank": 2, "need_type": "ASD"} | second)


def two_plans():
    first = factories.EhcPlanFactory()
    factories.EhcPlanFactory(pupil=first.pupil, issued_on=date(2024, 5, 2))


def two_statuses():
    first = factories.CareStatusFactory()
    factories.CareStatusFactory(pupil=first.pupil, starts_on=DAY)


def two_enrolments():
    first = factories.EnrolmentFactory(ends_on=DAY)
    factories.EnrolmentFactory(
        pupil=first.pupil, organisation=first.organisation, starts_on=date(2024, 9, 1)
    )


def one_person_writes_and_approves():
    person = factories.UserFactory()
    factories.LetterFactory(
        status="approved", drafted_by=person, approved_by=person, needs_second_person=True
    )


def suspended(**details):
    return lambda: factories.SuspensionFactory(**details)


def excluded(**details):
    return lambda: factories.PermanentExclusionFactory(**details)


def two_of(factory, *same):
    first = factory()
    factory(**{name: getattr(first, name) for name in same})


def reason(**details):
    row = ExclusionReason(code="??", label="x", position=99, source="x")
    for name, value in details.items():
        setattr(row, name, value)
    row.save()


BEFORE, DAY2 = date(2024, 11, 1), date(2024, 11, 20)
BREAKERS = {
    "pupils_letter_status_is_known": lambda: factories.LetterFactory(status="lost"),
    "pupils_letter_channel_is_known": lambda: factories.LetterFactory(channel="pigeon"),
    "pupils_letter_goes_to_one": lambda: factories.LetterFactory(contact=None),
    "pupils_letter_case_is_whole": lambda: factories.LetterFactory(about="placement"),
    "pupils_letter_approval_is_whole": lambda: factories.LetterFactory(
        status="approved", approved_by=None
    ),
    "pupils_letter_second_person_approves": one_person_writes_and_approves,
    "pupils_letter_issue_is_whole": lambda: factories.LetterFactory(status="issued", sha256="0"),
    "pupils_pupil_upn_has_its_form": lambda: factories.PupilFactory(upn="S205110124001"),
    "pupils_pupil_upn_or_why_not": lambda: factories.PupilFactory(upn_unknown="UN6"),
    "pupils_pupil_born_after_1989": lambda: factories.PupilFactory(
        date_of_birth=date(1989, 12, 31)
    ),
    "pupils_pupil_sen_provision_is_known": lambda: factories.PupilFactory(sen_provision="?"),
    "pupils_pupil_sex_is_known": lambda: factories.PupilFactory(sex="?"),
    "pupils_censusitems_uln_has_ten_digits": lambda: factories.CensusItemsFactory(uln="123"),
    "pupils_censusitems_meals_end_after_they_start": lambda: factories.CensusItemsFactory(
        starts_on=None, ends_on=date(2024, 9, 2)
    ),
    "pupils_contact_can_be_reached": lambda: factories.ContactFactory(phone=""),
    "pupils_contact_is_told_by_a_way_that_is_known": lambda: factories.ContactFactory(
        absence_channel="email"
    ),
    "pupils_enrolment_status_is_known": lambda: factories.EnrolmentFactory(status="?"),
    "pupils_enrolment_ends_after_it_starts": lambda: factories.EnrolmentFactory(
        starts_on=DAY, ends_on=date(2024, 9, 1)
    ),
    "pupils_enrolment_none_overlap_at_one_place": two_enrolments,
    "pupils_enrolment_left_because_is_known": lambda: factories.EnrolmentFactory(
        ends_on=DAY, left_because="?"
    ),
    "pupils_enrolment_left_because_it_ended": lambda: factories.EnrolmentFactory(
        left_because="died"
    ),
    "pupils_enrolment_another_reason_is_said": lambda: factories.EnrolmentFactory(
        ends_on=DAY, left_because="other"
    ),
    "pupils_exclusionreason_ends_after_it_starts": lambda: reason(
        in_force_from=DAY, in_force_to=DAY
    ),
    "pupils_exclusionreason_has_a_source": lambda: reason(source=""),
    "pupils_headcount_census_is_known": lambda: factories.HeadcountFactory(census="winter"),
    "pupils_headcount_somebody_is_on_roll": lambda: factories.HeadcountFactory(pupils=0),
    "pupils_headcount_year_is_ours": lambda: factories.HeadcountFactory(year=1999),
    "pupils_headcount_one_a_census": lambda: two_of(factories.HeadcountFactory, "school"),
    "pupils_suspension_kind_is_known": suspended(kind="?"),
    "pupils_suspension_sessions_fit_45_days": suspended(sessions=91),
    "pupils_suspension_back_after_it_starts": suspended(back_on=date(2024, 11, 4)),
    "pupils_suspension_cancelled_whole": suspended(cancelled_on=DAY, cancelled_because="x"),
    "pupils_suspension_cancelled_before_the_board_met": suspended(
        cancelled_on=DAY,
        cancelled_because="x",
        sessions_served=0,
        board_met_on=DAY,
        board_result="upheld",
    ),
    "pupils_suspension_board_is_whole": suspended(board_met_on=DAY),
    "pupils_suspension_education_after_it_starts": suspended(provision_from=BEFORE),
    "pupils_suspension_somebody_recorded_it": suspended(recorded_by=None),
    "pupils_suspension_reasons_in_order": suspended(reason_3_id="PA"),
    "pupils_suspension_reasons_differ": suspended(reason_2_id="DB"),
    "pupils_suspension_none_overlap": lambda: two_of(factories.SuspensionFactory, "pupil"),
    "pupils_permanentexclusion_decided_first": excluded(effective_on=BEFORE),
    "pupils_permanentexclusion_result_is_known": excluded(result="???", board_met_on=DAY2),
    "pupils_permanentexclusion_board_is_whole": excluded(result="ANO"),
    "pupils_permanentexclusion_review_was_asked_for": excluded(result="GNO", board_met_on=DAY2),
    "pupils_permanentexclusion_panel_is_whole": excluded(
        result="INO", board_met_on=DAY2, review_asked_on=DAY2
    ),
    "pupils_permanentexclusion_withdrawn_whole": excluded(result="HWD"),
    "pupils_permanentexclusion_education_after_it": excluded(provision_from=BEFORE),
    "pupils_permanentexclusion_one_by_a_school": lambda: two_of(
        factories.PermanentExclusionFactory, "pupil", "school"
    ),
    "pupils_permanentexclusion_reasons_in_order": excluded(reason_3_id="DB"),
    "pupils_permanentexclusion_reasons_differ": excluded(reason_2_id="PA"),
    "pupils_need_type_is_known": lambda: factories.NeedFactory(need_type="?"),
    "pupils_need_rank_is_one_or_two": lambda: factories.NeedFactory(rank=3),
    "pupils_need_one_of_a_rank": lambda: two_needs(rank=1),
    "pupils_need_each_type_once": lambda: two_needs(need_type="SEMH"),
    "pupils_ehcplan_ceases_after_its_issue": lambda: factories.EhcPlanFactory(
        issued_on=DAY, ceased_on=DAY
    ),
    "pupils_ehcplan_reviewed_after_its_issue": lambda: factories.EhcPlanFactory(
        issued_on=DAY, reviewed_on=date(2024, 9, 1)
    ),
    "pupils_ehcplan_one_in_force": two_plans,
    "pupils_carestatus_kind_is_known": lambda: factories.CareStatusFactory(kind="?"),
    "pupils_carestatus_ends_after_it_starts": lambda: factories.CareStatusFactory(
        starts_on=DAY, ends_on=DAY
    ),
    "pupils_carestatus_one_open_of_a_kind": two_statuses,
    **VOICE_BREAKERS,
    "pupils_document_type_is_known": lambda: factories.DocumentFactory(media_type="text/html"),
    "pupils_document_size_is_limited": lambda: factories.DocumentFactory(size=10 * 2**20 + 1),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", BREAKERS)
def test_the_database_refuses_a_row_that_breaks_a_constraint(name):
    assert_refused(name, BREAKERS[name])


def test_every_constraint_has_a_row_that_breaks_it():
    assert constraints_of("pupils") == set(BREAKERS)


@pytest.mark.django_db
def test_a_pupil_has_a_upn_or_a_reason_why_there_is_none():
    assert_refused("pupils_pupil_upn_or_why_not", lambda: factories.PupilFactory(upn=None))

    factories.PupilFactory(upn=None, upn_unknown="UN6")


@pytest.mark.django_db
def test_many_pupils_may_have_no_upn():
    factories.PupilFactory.create_batch(2, upn=None, upn_unknown="UN6")


# The three worked examples of reference 3.2.
@pytest.mark.parametrize(
    ("body", "letter"), [("205110124001", "Z"), ("205110625017", "B"), ("20569062308C", "E")]
)
def test_the_check_letter_of_a_worked_example_is_the_only_right_one(body, letter):
    assert checked_upn(letter + body) == letter + body
    for other in LETTERS.replace(letter, ""):
        with pytest.raises(ValidationError, match="first letter does not fit"):
            checked_upn(other + body)


def check_letter(body):
    """Compute the letter by the words of reference 3.2, apart from the library."""
    values = [LETTERS.index(sign) if sign.isalpha() else int(sign) for sign in body]
    return LETTERS[sum(place * value for place, value in enumerate(values, start=2)) % 23]


@st.composite
def bodies(draw):
    council = draw(st.sampled_from(["205", "207", "213", "301", "873"]))
    figures = draw(st.text("0123456789", min_size=8, max_size=8))
    return council + figures + draw(st.sampled_from("0123456789" + LETTERS))


@given(bodies())
def test_a_upn_with_its_computed_letter_is_right(body):
    upn = check_letter(body) + body

    assert checked_upn(upn) == upn


@given(bodies(), st.sampled_from(LETTERS))
def test_a_upn_with_another_letter_is_refused(body, letter):
    if letter == check_letter(body):
        letter = LETTERS[LETTERS.index(letter) - 1]

    with pytest.raises(ValidationError):
        checked_upn(letter + body)


@given(bodies(), st.integers(0, 10), st.integers(1, 9))
def test_one_figure_mistyped_is_always_noticed(body, place, step):
    wrong = body[:place] + str((int(body[place]) + step) % 10) + body[place + 1 :]

    with pytest.raises(ValidationError):
        checked_upn(check_letter(body) + wrong)


@given(bodies(), st.data())
def test_spaces_and_case_do_not_matter_in_a_upn(body, data):
    upn = check_letter(body) + body
    place = data.draw(st.integers(0, len(upn)))

    assert checked_upn(f" {upn[:place].lower()} {upn[place:]} ") == upn


@given(st.text(max_size=20))
def test_hostile_text_is_refused_as_a_upn_in_words(text):
    try:
        found = checked_upn(text)
    except ValidationError:
        return
    assert len(found) == 13


@pytest.mark.parametrize(
    "council",
    ["205", "838", "839", "940", "941", "942", "943"],
)
def test_a_upn_of_every_council_of_today_is_right(council):
    body = f"{council}110124001"

    assert checked_upn(check_letter(body) + body)


@pytest.mark.django_db
def test_a_wrong_upn_stands_beside_its_field():
    pupil = factories.PupilFactory.build(upn="A205110124001")
    pupil.fill_derived()

    with pytest.raises(ValidationError) as refused:
        pupil.full_clean()

    assert set(refused.value.message_dict) == {"upn"}


@pytest.mark.parametrize(
    ("upn", "is_temporary"), [("Z205110124001", False), ("E20569062308C", True), (None, False)]
)
def test_a_temporary_upn_ends_in_a_letter(upn, is_temporary):
    assert Pupil(upn=upn).has_temporary_upn is is_temporary


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Zoë O'Brien-Núñez", "zoe o brien nunez"),
        ("  Ann   LEE ", "ann lee"),
        ("Straße", "strasse"),
        ("ﬁona", "fiona"),
        ("...", ""),
    ],
)
def test_names_are_compared_without_case_accents_and_punctuation(text, found):
    assert searchable(text) == found


@given(st.text())
@example("ᴬnn")  # a raised letter, whose plain form is a capital
def test_what_is_searchable_stays_so(text):
    assert searchable(searchable(text)) == searchable(text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked",
    [
        "obrien zoe",
        "ZOË",
        "o'brien",
        "brien",
        "zee",
        "Z205110124001",
        "z 205110124 001",
        "5 3 2011",
        "05/03/2011",
        "05032011",
        "2011-03-05",
        "5 March 2011",
        "5 mar 2011",
        "brien 5/3/2011",
        "5 3 2011 zoe",
    ],
)
def test_a_pupil_is_found_by_part_of_a_name_by_upn_and_by_date_of_birth(asked):
    sought = factories.PupilFactory(
        forename="Zoë",
        surname="O'Brien",
        preferred_name="Zee",
        upn="Z205110124001",
        date_of_birth=date(2011, 3, 5),
    )
    factories.PupilFactory(forename="Ann", surname="Lee")

    asked = "o brien zoe" if asked == "obrien zoe" else asked

    assert list(Pupil.objects.matching(asked)) == [sought]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked", ["", "  ", "'", "31/02/2011", "99999999", "5 3 20112011", "%", "lee 5 3 2011"]
)
def test_a_search_for_nothing_finds_nothing(asked):
    factories.PupilFactory()

    assert not Pupil.objects.matching(asked).exists()


@pytest.mark.django_db
def test_the_trail_gets_the_number_of_a_child_by_upn_or_reference():
    pupil = factories.PupilFactory(upn="Z205110124001")

    assert Pupil.objects.numbered(" z205110 124001") == pupil.pk
    assert Pupil.objects.numbered(str(pupil.uid)) == pupil.pk
    assert Pupil.objects.numbered("Kim") is None


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2027, 8, 31), "Year 10"),
        (date(2027, 9, 1), "Year 11"),
        (date(2017, 8, 31), "Reception"),
        (date(2017, 9, 1), "Year 1"),
        (date(2015, 9, 1), "Nursery"),
    ],
)
def test_the_year_group_changes_on_the_first_of_september(on, words):
    pupil = Pupil(forename="Kim", surname="Lee", date_of_birth=date(2012, 8, 31))
    pupil.fill_derived()

    assert pupil.year_group(on) == words


@pytest.mark.django_db
def test_a_pupil_who_came_back_is_enrolled_again_from_the_very_day_of_leaving():
    first = factories.EnrolmentFactory(ends_on=DAY)

    factories.EnrolmentFactory(pupil=first.pupil, organisation=first.organisation, starts_on=DAY)

    assert Enrolment.objects.in_force(DAY).count() == 1
