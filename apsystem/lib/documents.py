"""Files that people attach: their type is read from the content, and nothing hidden is kept."""

import io
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePath, PureWindowsPath
from typing import BinaryIO

from django.core.exceptions import ValidationError
from PIL import Image, ImageOps

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError)
CHUNK = 1 << 16
MOST_UNPACKED = 100 * 1024 * 1024
MOST_PARTS = 2_000
LONGEST_NAME = 120
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ENDINGS = {".pdf": PDF, ".jpg": JPEG, ".jpeg": JPEG, ".png": PNG, ".docx": WORD}
TELL = "Attach a PDF, a Word document (.docx), or a JPEG or PNG picture."


@dataclass(frozen=True)
class Checked:
    """A file that may be kept: a plain name, its media type by content, and the content."""

    name: str
    media_type: str
    content: bytes


def checked(given_name: str, file: BinaryIO) -> Checked:
    """Return the file as it may be kept, or raise ValidationError in plain words.

    Pictures are drawn anew, so that no place or camera data stays in them (ASVS 5.0, V5).
    """
    name = plain_name(given_name)
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValidationError(f"{name} has more than 10 MB. Attach a smaller file.")
    if not content:
        raise ValidationError(f"{name} is empty. Save it again, or attach another file.")
    expected = ENDINGS.get(PurePath(name).suffix.lower())
    if expected is None:
        raise ValidationError(f"{name} is not a kind of file that can be kept. {TELL}")
    if expected == PDF:
        _check_pdf(name, content)
    elif expected == WORD:
        _check_word(name, content)
    else:
        content = _drawn_anew(name, expected, content)
    return Checked(name, expected, content)


def plain_name(given: str) -> str:
    """Return a file's name without folders, control characters or tricks of direction."""
    last = PurePath(PureWindowsPath(given).name).name
    kept = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*\\/').strip(". ")
    stem, ending = PurePath(kept or "document").stem, PurePath(kept or "document").suffix
    return f"{stem[:LONGEST_NAME]}{ending[:10]}"


def _not_what_it_says(name: str) -> ValidationError:
    return ValidationError(
        f"{name} is not what its ending says, or it is damaged. Open it, save it again, and "
        f"attach the new file. {TELL}"
    )


def _check_pdf(name: str, content: bytes) -> None:
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-2048:]:
        raise _not_what_it_says(name)


def _check_word(name: str, content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            entries = parts.infolist()
            names = {entry.filename for entry in entries}
            is_bomb = len(entries) > MOST_PARTS or _unpacks_too_far(parts)
    except BROKEN as error:
        raise _not_what_it_says(name) from error
    if not {"[Content_Types].xml", "word/document.xml"} <= names:
        raise _not_what_it_says(name)
    if is_bomb:
        raise ValidationError(f"{name} unpacks to far more than it says. Save it as a PDF.")
    if any(part.lower().endswith("vbaproject.bin") for part in names):
        raise ValidationError(f"{name} holds macros. Save it without them, or as a PDF.")


def _unpacks_too_far(parts: zipfile.ZipFile) -> bool:
    """Unpack the parts and count, up to the limit: what the directory says may be forged."""
    left = MOST_UNPACKED
    for entry in parts.infolist():
        entry.file_size = 2 * MOST_UNPACKED  # to be read to its true end, or past the limit
        with parts.open(entry) as part:
            while found := part.read(CHUNK):
                left -= len(found)
                if left < 0:
                    return True
    return False


def _drawn_anew(name: str, expected: str, content: bytes) -> bytes:
    kind = "PNG" if expected == PNG else "JPEG"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            picture = Image.open(io.BytesIO(content), formats=[kind])
            is_huge = picture.width * picture.height > MOST_PIXELS
            out = b"" if is_huge else _pixels_only(picture, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        is_huge, out = True, b""
    except (OSError, ValueError, SyntaxError, Warning) as error:
        raise _not_what_it_says(name) from error
    if is_huge:
        raise ValidationError(
            f"{name} has more pixels than can be kept. Make the picture smaller: at most "
            f"{MOST_PIXELS // 1_000_000} million."
        )
    return out


def _pixels_only(picture: Image.Image, kind: str) -> bytes:
    """Return a new picture made from the pixels: what else the file held is left behind."""
    upright = ImageOps.exif_transpose(picture)
    clean = Image.frombytes(upright.mode, upright.size, upright.tobytes())
    if upright.mode == "P" and (palette := upright.getpalette()):
        clean.putpalette(palette)
    out = io.BytesIO()
    clean.save(out, kind, quality=90)
    return out.getvalue()
