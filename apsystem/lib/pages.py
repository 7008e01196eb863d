"""Pagination with its state in the address."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

ROWS_A_PAGE = 50


def page_of(request: HttpRequest, rows: QuerySet | Sequence[Any], size: int = ROWS_A_PAGE) -> Page:
    """Return the page of rows that the address asks for; the nearest one where it does not exist.

    Two queries: the count and the rows.
    """
    return Paginator(rows, size).get_page(request.GET.get("page"))
