"""Reading a CSV file as a person saved it, and refusing it in sentences with row numbers. Pure."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping

ERRORS_SHOWN = 20
DELIMITERS = ",;\t"
BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and ods; xls
SAVE_IT = "Save it as CSV (UTF-8)."


class ImportRefused(Exception):
    """A file cannot be taken in. Nothing was saved. `errors` are sentences with row numbers."""

    def __init__(self, errors: list[str]) -> None:
        """Keep the sentences."""
        super().__init__("\n".join(errors))
        self.errors = errors


class Row(dict[str, str]):
    """The cells of a row by column, and `place`, its number as a spreadsheet shows it."""

    def __init__(self, place: int, cells: Mapping[str, str]) -> None:
        """Keep the row's number beside its cells."""
        super().__init__(cells)
        self.place = place


def refuse(errors: list[str]) -> None:
    """Raise ImportRefused with the first sentences, where there are any."""
    if errors:
        more = len(errors) - ERRORS_SHOWN
        raise ImportRefused(errors[:ERRORS_SHOWN] + ([f"And {more} more."] if more > 0 else []))


def read_table(raw: bytes, *, wanted: Collection[str] | None = None) -> list[Row]:
    """Read a CSV file in UTF-8, UTF-16 or cp1252, cells trimmed. Raise ImportRefused.

    Blank rows are passed over. With `wanted` the other columns are dropped, so that a register of
    the whole country with 130 columns fits into memory.
    """
    read = records(raw)
    columns = _columns(next(read, (1, []))[1])
    kept = [name for name in columns if name and (wanted is None or name in wanted)]
    rows, errors = [], []
    for place, cells in read:
        if sentence := _raggedness(cells, columns):
            errors.append(f"Row {place}: {sentence}.")
        elif any(cells):
            named = dict(zip(columns, cells, strict=False))
            rows.append(Row(place, {name: named[name] for name in kept}))
    refuse(errors)
    if not rows:
        raise ImportRefused(["The file has no rows below its column names."])
    return rows


def layout_of(columns: Collection[str], layouts: Mapping[str, Collection[str]]) -> str:
    """Return the layout whose columns are all there. Raise ImportRefused naming what is missing.

    Missing columns are told of the layout that is nearest, or of each where none is near.
    """
    present = set(columns)
    for name, needed in layouts.items():
        if present >= set(needed):
            return name
    most = max(len(present & set(needed)) for needed in layouts.values())
    near = {n: needed for n, needed in layouts.items() if len(present & set(needed)) == most}
    missing = (f"for {name}: {', '.join(sorted(set(near[name]) - present))}" for name in near)
    raise ImportRefused([f"Row 1: these columns are missing {'; or '.join(missing)}."])


def _encoding(raw: bytes) -> str:
    if raw.startswith(WORKBOOKS):
        raise ImportRefused([f"The file is a workbook, not a CSV file. {SAVE_IT}"])
    marked = [name for mark, name in BYTE_ORDER_MARKS.items() if raw.startswith(mark)]
    for encoding in marked or ("utf-8", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return encoding
    raise ImportRefused([f"The file holds bytes that are no text. {SAVE_IT}"])


def records(raw: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with its number, cells trimmed, without keeping the rows. Raise ImportRefused.

    Blank rows are among them: who reads on knows what a row needs.
    """
    stream = io.TextIOWrapper(io.BytesIO(raw), encoding=_encoding(raw), newline="")
    delimiter = max(DELIMITERS, key=stream.readline().count)
    stream.seek(0)
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    place = 0
    try:
        for place, cells in enumerate(reader, start=1):
            yield place, list(map(str.strip, cells))
    except csv.Error as error:
        said = {
            "unexpected end of data": "a quotation mark is opened and never closed",
            f"'{delimiter}' expected after '\"'": "a quotation mark stands inside a cell",
        }.get(str(error), str(error))
        raise ImportRefused([f"Row {place + 1}: {said}."]) from error


def _columns(header: list[str]) -> list[str]:
    twice = sorted({name for name in header if name and header.count(name) > 1})
    refuse([f"Row 1: the column {name} stands there twice." for name in twice])
    if not any(header):
        raise ImportRefused(["Row 1: there are no column names."])
    return header


def _raggedness(cells: list[str], columns: list[str]) -> str:
    if not any(cells):
        return ""
    if len(cells) < len(columns):
        return "fewer cells than columns"
    unnamed = [cell for place, cell in enumerate(cells) if not "".join(columns[place : place + 1])]
    return "more cells than columns" if any(unnamed) else ""
