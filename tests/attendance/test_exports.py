"""Reading session exports: headings, layouts, cells, and what is wrong with them in sentences."""

from datetime import date

import pytest

from apsystem.lib.tables import ImportRefused
from attendance.actions.exports import read_day, read_header, read_session
from attendance.actions.reading import FileReading, Whose

ANN, BEN, ZOE = 1, 2, 3
KNOWN = [
    (ANN, "A205100024001", "Ann", "Ash", "", date(2010, 3, 1)),
    (BEN, "B205100024002", "Ben", "O'Brien", "Benny", date(2010, 4, 2)),
    (ZOE, None, "Zoë", "Birch", "", date(2011, 5, 3)),
]
MON, TUE = date(2024, 9, 16), date(2024, 9, 17)
AM, PM = 0, 1
LONG = "UPN,Date,Session,Mark\n"


def read(text, mapping=None, encoding="utf-8"):
    """Read a file with the columns that its headings name."""
    raw = text if isinstance(text, bytes) else text.encode(encoding)
    reading = FileReading(raw, mapping or read_header(raw).proposal(), Whose(KNOWN))
    return [line[1:] for line in reading], reading


def marks(text, **given):
    return read(text, **given)[0]


def problems(text, **given):
    return read(text, **given)[1].problems.sentences


ONE_DAY = [(ANN, MON, AM, "/"), (ANN, MON, PM, "\\")]


@pytest.mark.parametrize(
    "text",
    [
        LONG + "A205100024001,16/09/2024,AM,/\nA205100024001,16/09/2024,PM,\\\n",
        "Unique Pupil Number;Attendance Date;AM/PM;Attendance Code\r\n"
        "a2051 0002 4001;2024-09-16;am;/\r\nA205100024001;2024-09-16T00:00:00;pm;\\\r\n",
        "upn\tdate\tsession\tcode\n\nA205100024001\tMon 16 Sep 2024\tMorning\t /\n"
        "A205100024001\t16-Sep-24\tAfternoon\t\\\n",
        'Student,Date of birth,Date,AM,PM\n"Ash, Ann",01/03/2010,16.9.2024,/,\\\n',
        "Forename,Surname,Date,AM Mark,PM Mark\nANN,ash,16/9/24,/,\\\n",
        "UPN,16/09/2024 AM,16/09/2024 PM\nA205100024001,/,\\\n",
        "Name,DOB,Mon 16 Sep 2024 AM,Mon 16 Sep 2024 PM,Total\nAnn Ash,2010-03-01,/,\\,2\n",
        "UPN,16/09/2024\nA205100024001,/\\\n",
        "UPN,16/09/2024,,17/09/2024,\n,AM,PM,AM,PM\nA205100024001,/,\\,-,\n",
        "Cedar Centre,,\nAttendance from September,,\n\nUPN,16/09/2024AM,16/09/2024:PM\n"
        "A205100024001,/,\\\n",
    ],
    ids=["long", "semicolons", "tabs", "daily", "two names", "wide", "wide by name", "both marks",
         "two rows of headings", "a title"],
)  # fmt: skip
def test_each_layout_says_the_same(text):
    assert marks(text) == ONE_DAY


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_each_encoding_is_read(encoding):
    text = "Name,Date,Session,Mark\nZoë Birch,16/09/2024,AM,/\n"

    assert marks(text, encoding=encoding) == [(ZOE, MON, AM, "/")]


def test_a_blank_or_a_dash_is_no_mark():
    found, reading = read("UPN,16/09/2024 AM,16/09/2024 PM,17/09/2024\nA205100024001,-,,--\n")

    assert (found, reading.blank, reading.problems.count) == ([], 4, 0)


def test_codes_of_two_characters_stand_in_one_cell_with_another():
    assert marks("UPN,16/09/2024\nA205100024001,C2L\nB205100024002,y1y1\n") == [
        (ANN, MON, AM, "C2"),
        (ANN, MON, PM, "L"),
        (BEN, MON, AM, "Y1"),
        (BEN, MON, PM, "Y1"),
    ]


@pytest.mark.parametrize("name", ["Ben O'Brien", "O’Brien, Ben", "BENNY OBRIEN", "o'brien benny"])  # noqa: RUF001
def test_a_name_is_found_without_case_order_or_kind_of_apostrophe(name):
    text = f'Name,Date,Session,Mark\n"{name}",16/09/2024,AM,N\n'

    assert marks(text) == ([(BEN, MON, AM, "N")] if "OBRIEN" not in name else [])


def test_a_pupil_without_a_upn_here_is_found_by_name_and_birthday_beside_an_unknown_one():
    head = "UPN,Name,DOB,Date,Session,Mark\n"

    assert marks(head + "Z205100024009,Zoe Birch,03/05/2011,16/09/2024,AM,/\n") == [
        (ZOE, MON, AM, "/")
    ]
    assert problems(head + "Z205100024009,Ann Ash,01/03/2010,16/09/2024,AM,/\n") == [
        "Row 2: no pupil with the UPN Z205100024009 is placed here."
    ]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("Z205100024009,16/09/2024,AM,/", "no pupil with the UPN Z205100024009 is placed here"),
        (",16/09/2024,AM,/", "there is neither a UPN nor a name"),
        ("A205100024001,31/02/2024,AM,/",
         "'31/02/2024' is not a real date. Write it like 16/09/2026"),
        ("A205100024001,16/09/1024,AM,/",
         "'16/09/1024' is not a real date. Write it like 16/09/2026"),
        ("A205100024001,,AM,/", "there is no date"),
        ("A205100024001,16/09/2024,,/", "there is no session"),
        ("A205100024001,16/09/2024,P3,/", "'P3' is no session. Write AM or PM"),
        ("A205100024001,16/09/2024,AM,Present", "'Present' is not an attendance code"),
        ("A205100024001,16/09/2024,AM,=1+1", "a formula stands where a mark is expected"),
        ("A205100024001,=TODAY(),AM,/", "a formula stands where the date is expected"),
        ("A205100024001,16/09/2024,@A1,/", "a formula stands where AM or PM is expected"),
        ("=A1,16/09/2024,AM,/", "a formula stands where the pupil is expected"),
        ("A205100024001,16/09/2024", "fewer cells than columns"),
        ("A205100024001,16/09/2024,AM,/,N", "more cells than columns"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_row_is_a_sentence_with_its_number(row, sentence):
    text = LONG + "A205100024001,16/09/2024,PM,\\\n" + row + "\n"

    assert problems(text) == [f"Row 3: {sentence}."]
    assert marks(text) == [(ANN, MON, PM, "\\")]


def test_two_pupils_of_one_name_need_more():
    twins = [*KNOWN, (4, None, "Ann", "Ash", "", date(2012, 1, 1))]
    raw = b"Name,Date,Session,Mark\nAnn Ash,16/09/2024,AM,/\n"
    reading = FileReading(raw, read_header(raw).proposal(), Whose(twins))

    assert list(reading) == []
    assert reading.problems.sentences == [
        "Row 2: 2 pupils are called Ann Ash. The UPN must say which."
    ]
    dated = b"Name,DOB,Date,Session,Mark\nAnn Ash,1/1/2012,16/09/2024,AM,/\n"
    assert [
        line[1] for line in FileReading(dated, read_header(dated).proposal(), Whose(twins))
    ] == [4]


def test_one_mark_where_two_are_expected_is_refused():
    assert problems("UPN,16/09/2024\nA205100024001,C1\n") == [
        "Row 2: 'C1' are not two marks, of the morning and the afternoon."
    ]


def test_the_first_twenty_are_shown_and_the_others_counted():
    rows = "Z205100024009,16/09/2024,AM,/\n" * 300

    found = problems(LONG + rows)

    assert len(found) == 21
    assert found[0].startswith("Row 2:")
    assert found[19].startswith("Row 21:")
    assert found[20] == "And 280 more."


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n\n", "The file is empty."),
        (LONG.encode("utf-16-le"), "The file holds bytes that are no text. Save it as CSV (UTF-8)."),
        (b"UPN,Date\0,Session,Mark\n", "The file holds bytes that are no text. "
         "Save it as CSV (UTF-8)."),
        (b"PK\x03\x04rest", "The file is a workbook, not a CSV file. Save it as CSV (UTF-8)."),
        (b"UPN,Date,Date,Mark\n", "Row 1: the column Date stands there twice."),
        (b"Colour,Shape\nred,round\n",
         "Row 1: no column says which pupil a row is about: a UPN, or a name."),
        (b"Surname,Date,Session,Mark\n", "Row 1: a surname needs the first name beside it."),
        (b"UPN,Date,Mark\n", "Row 1: marks need the session (AM or PM) beside them."),
        (b"UPN,Session,Mark\n", "Row 1: marks need the date beside them."),
        (b"UPN,Form\n", "Row 1: no column holds marks: there is neither a column of marks, nor are "
         "there columns with a date as their heading, like 16/09/2026 AM."),
        (b'UPN,Date,Session,Mark\nA205100024001,"16/09/2024,AM,/\n',
         "Row 2: a quotation mark is opened and never closed."),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(raw, sentence):
    with pytest.raises(ImportRefused) as refused:
        read(raw)

    assert refused.value.errors == [sentence]


def test_a_mapping_that_names_a_missing_column_is_refused():
    with pytest.raises(ImportRefused, match="the file has no column Pupil No"):
        read(LONG, mapping={"upn": "Pupil No"})


def test_more_marks_than_can_be_held_are_refused(monkeypatch):
    monkeypatch.setattr("attendance.actions.reading.MOST_LINES", 1)

    with pytest.raises(ImportRefused, match=r"more than 1 marks\. Export a shorter time"):
        read(LONG + "A205100024001,16/09/2024,AM,/\n" * 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("16/09/2024", MON),
        ("16/9/24", MON),
        ("2024-09-16", MON),
        ("2024-09-16 00:00:00", MON),
        ("Monday 16 September 2024", MON),
        ("Mon, 16th Sep 2024", MON),
        ("Tuesday, 17-Sep-2024", TUE),
    ],
)
def test_a_date_is_read_day_before_month(text, expected):
    assert read_day(text) == expected


@pytest.mark.parametrize("text", ["09/16/2024", "16 Sep", "16/09", "soon", "16/09/2101", "0"])
def test_what_is_no_date_is_none(text):
    assert isinstance(read_day(text), str)
    assert read_session(f"{text} AM") is None
