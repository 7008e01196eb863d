"""Pagination with its state in the address, and files that a page hands out."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

ROWS_A_PAGE = 50


def page_of(request: HttpRequest, rows: QuerySet | Sequence[Any], size: int = ROWS_A_PAGE) -> Page:
    """Return the page of rows that the address asks for; the nearest one where it does not exist.

    Two queries: the count and the rows.
    """
    return Paginator(rows, size).get_page(request.GET.get("page"))


def attachment(content: bytes, media_type: str, name: str) -> HttpResponse:
    """Hand out a file to be saved. Whatever is in it, a browser runs nothing of it."""
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return response
