"""Pagination with its state in the address, and files that a page hands out."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet, Subquery, Value, Window
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

ROWS_A_PAGE = 50
MOST_DIGITS = 6  # of the number of a page


def page_of(
    request: HttpRequest,
    rows: QuerySet | Sequence[Any],
    size: int = ROWS_A_PAGE,
    *,
    counted: QuerySet | None = None,
) -> Page:
    """Return the page of rows that the address asks for; the nearest one where it does not exist.

    Two queries: the count and the rows. `counted` are the same rows without what is told of them,
    which the count would join.
    """
    paginator = Paginator(rows, size)
    if counted is not None:
        paginator.count = counted.count()
    return paginator.get_page(request.GET.get("page"))


def page_in_one(
    request: HttpRequest,
    rows: QuerySet,
    size: int = ROWS_A_PAGE,
    *,
    counted: QuerySet | None = None,
) -> Page:
    """Return the page as `page_of` does, for rows that are dear to find: they are sought once.

    One query: the count comes with the rows. Where the page does not exist, `page_of` is asked.
    `counted` are those of the rows that are asked for, in the same order: they are counted and cut,
    and what is told of a row is looked for on the page only.
    """
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isdecimal() and len(asked) <= MOST_DIGITS else 0
    start = max(number - 1, 0) * size
    if counted is None:
        found = list(rows.annotate(in_all=Window(Count("*")))[start : start + size])
    else:
        cut = rows.filter(pk__in=counted.values("pk")[start : start + size])
        found = list(cut.annotate(in_all=Subquery(_number_of(counted))))
    if number < 1 or (number > 1 and not found):
        if counted is not None:
            rows = rows.filter(pk__in=counted.values("pk"))
        return page_of(request, rows, size, counted=counted)
    paginator = Paginator(rows, size)
    paginator.count = found[0].in_all if found else 0
    return Page(found, number, paginator)


def _number_of(rows: QuerySet) -> QuerySet:
    """Return the one row that says how many there are, for a query around it."""
    everything = rows.order_by().annotate(every=Value(1)).values("every")
    return everything.annotate(number=Count("*")).values("number")


def attachment(content: bytes, media_type: str, name: str) -> HttpResponse:
    """Hand out a file to be saved. Whatever is in it, a browser runs nothing of it."""
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return response
