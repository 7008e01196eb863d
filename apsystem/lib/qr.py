"""QR codes, drawn on the server as SVG: no other service learns of an address."""

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

SCALE, QUIET = 5, 4


def qr_svg(address: str, label: str) -> SafeString:
    """Draw an address as a QR code that says in words what it is."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        scale=SCALE, border=QUIET, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    return format_html(
        '<div class="app-qr" role="img" aria-label="{}">{}</div>',
        label,
        mark_safe(drawn),  # noqa: S308 - drawn by the library: rectangles alone
    )
