"""A program that reads what stands in a spreadsheet from its input, and writes the spreadsheet.

It knows nothing of this service: the libraries are large, and no worker should hold them.
"""

import json
import sys
from io import BytesIO
from typing import Any

import gptables
import pandas as pd
from gptables.core.gptable import FormatList

AS_TYPED = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}


def written(content: dict[str, Any]) -> bytes:
    """Return the workbook: a cover, contents, notes, and one table a sheet."""
    stream, symbols = BytesIO(), content["symbols"]
    legend = [f"{symbol} is {words}." for symbol, words in symbols.items()]
    gptables.write_workbook(
        stream,
        {sheet["label"]: _sheet(sheet, symbols, legend) for sheet in content["sheets"]},
        cover=gptables.Cover(
            title=_plain(content["title"]),
            intro=[_plain(text) for text in content["intro"]],
            about=legend,
            contact=[_plain(text) for text in content["contact"]],
        ),
        notes_table=pd.DataFrame(content["notes"], columns=["Note", "Note text"]),
        workbook_options=AS_TYPED,
    )
    return stream.getvalue()


def _sheet(sheet: dict[str, Any], symbols: dict[str, str], legend: list[str]) -> gptables.GPTable:
    cells = [
        [cell if cell in symbols or not isinstance(cell, str) else _plain(cell) for cell in row]
        for row in sheet["rows"]
    ]
    return gptables.GPTable(
        pd.DataFrame(cells, columns=sheet["heads"], dtype=object),
        sheet["label"].lower().replace(" ", "_"),
        sheet["title"],
        index_columns={2: 0},
        legend=[*legend],
        table_notes={head: f"$${note}$$" for head, note in sheet["notes"].items()},
    )


def _plain(text: str) -> FormatList:
    """Keep text from being read as a note or a link, for which the library has its markup."""
    return FormatList([{}, text])


if __name__ == "__main__":
    sys.stdout.buffer.write(written(json.load(sys.stdin)))
