"""Charts: shapes and words that say the same, and nothing that a name could break out of."""

from decimal import Decimal
from xml.etree import ElementTree as ET

from apsystem.lib.charts import Bar, HeatRow, Square, bars, heat_map

SVG = "{http://www.w3.org/2000/svg}"


def read(drawn):
    whole = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    return ET.fromstring(whole)  # noqa: S314 - our own drawing


def test_bars_carry_their_figures_and_say_where_there_is_none():
    drawn = read(bars([Bar("Autumn", Decimal("50.05")), Bar("Spring", None)], "Attendance", "one"))

    assert [rect.get("width") for rect in drawn.iter(f"{SVG}rect")] == ["56.1", "0.0"]
    told = [text.text for text in drawn.iter(f"{SVG}text")]
    assert told == ["Autumn", "50.1%", "Spring", "no sessions"]
    assert drawn.find(f"{SVG}desc").text == "Autumn: 50.1%. Spring: no possible sessions"
    assert drawn.get("aria-labelledby") == "one-title one-told"


def test_a_heat_map_has_a_square_for_each_mark_and_a_gap_for_none():
    rows = [HeatRow("2 Sep", [Square("/", "present"), None, Square("N", "unauthorised")])]

    drawn = read(heat_map(rows, ["Mon", "Tue"], "Marks", "Three sessions.", "heat"))

    assert len(list(drawn.iter(f"{SVG}rect"))) == 2
    letters = [group.find(f"{SVG}text").text for group in drawn.iter(f"{SVG}g")]
    assert letters == ["/", "N"]


def test_text_is_escaped():
    drawn = bars([Bar("<script>", Decimal(1))], "<b>", "x")

    assert "<script>" not in drawn
    assert "<b>" not in drawn
