"""Template tags for the components that GOV.UK Frontend names. Markup is written here, once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

register = template.Library()


@register.simple_block_tag
def summary_row(content: str, key: str) -> SafeString:
    """Draw a row of a summary list. Empty content says so in words."""
    shown = mark_safe(content) if content.strip() else "Not recorded"  # noqa: S308 - rendered block
    return format_html(
        '<div class="govuk-summary-list__row"><dt class="govuk-summary-list__key">{}</dt>'
        '<dd class="govuk-summary-list__value">{}</dd></div>',
        key,
        shown,
    )


@register.simple_tag
def tag(text: str, colour: str = "") -> SafeString:
    """Draw a status as a tag. The words carry the meaning, the colour only helps."""
    colour_class = f" govuk-tag--{colour}" if colour else ""
    return format_html('<strong class="govuk-tag{}">{}</strong>', colour_class, text)


@register.simple_tag
def status_tag(row: Any) -> SafeString:
    """Draw the status of a row in its own words and colour."""
    return tag(row.get_status_display(), row.TAG_COLOURS.get(row.status, ""))


@register.simple_tag
def table_head(*heads: str | Iterable[object], numeric: str = "") -> SafeString:
    """Draw the head of a table. `numeric` names the columns of figures by place: "2 3".

    A head that is a list of rows is one column for each of them.
    """
    places = {int(place) for place in numeric.split()}
    columns = [column for head in heads for column in ([head] if isinstance(head, str) else head)]
    cells = format_html_join(
        "",
        '<th scope="col" class="govuk-table__header{}">{}</th>',
        (
            (" govuk-table__header--numeric" if place in places else "", head)
            for place, head in enumerate(columns, start=1)
        ),
    )
    return format_html(
        '<thead class="govuk-table__head"><tr class="govuk-table__row">{}</tr></thead>', cells
    )


@register.simple_tag
def table_head_of(heads: Sequence[str]) -> SafeString:
    """Draw the head of a table whose columns follow from its rows."""
    return table_head(*heads)


@register.simple_tag
def link_button(url: str, text: str, kind: str = "") -> SafeString:
    """Draw a link that looks like a button, because it starts something."""
    kind_class = f" govuk-button--{kind}" if kind else ""
    return format_html(
        '<a href="{}" role="button" draggable="false" class="govuk-button{}" '
        'data-module="govuk-button">{}</a>',
        url,
        kind_class,
        text,
    )


@register.filter
def day(value: date | datetime | None) -> str:
    """Write a date: 4 September 2026. Nothing where there is none."""
    if value is None:
        return ""
    return date_format(localtime(value) if isinstance(value, datetime) else value, "j F Y")


@register.filter
def moment(value: datetime | None) -> str:
    """Write a moment: 4 September 2026 at 9:04am."""
    if value is None:
        return ""
    local = localtime(value)
    clock = local.strftime("%I:%M%p").lstrip("0").lower()
    return f"{date_format(local, 'j F Y')} at {clock}"


@register.filter
def one_decimal(value: Decimal | float | None) -> str:
    """Write a figure with one decimal, halves up as DfE rounds. 'no data' where there is none."""
    if value is None:
        return "no data"
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return f"{exact.quantize(Decimal('0.1'), ROUND_HALF_UP):,}"


@register.filter
def percent(value: Decimal | None) -> str:
    """Write a rate of attendance: 41.2%. A rate of nothing is said in words, never 0% or 100%."""
    return "no possible sessions" if value is None else f"{one_decimal(value)}%"


MONEY = "£"


@register.filter
def figure(value: Decimal | None, sign: str) -> str:
    """Write a figure with what it is in: 61.2%, 4.5 per 100 pupils, £61.20."""
    if value is None:
        return "no data"
    return pounds(value) if sign == MONEY else f"{one_decimal(value)}{sign}"


@register.filter
def amount(value: int, sign: str) -> str:
    """Write what stands above the line of a figure: a number, or pence as pounds."""
    return pounds(Decimal(value) / 100) if sign == MONEY else f"{value:,}"


@register.filter
def counts(row: Any, sign: str) -> str:
    """Write what stands above and below the line: 12 of 34, £84.00 for 2."""
    word = "for" if sign == MONEY else "of"
    return f"{amount(row.numerator, sign)} {word} {row.denominator:,}"


@register.filter
def hours(minutes: int | None) -> str:
    """Write minutes as hours with one decimal: 90 as 1.5."""
    return one_decimal(Decimal(minutes or 0) / 60)


@register.filter
def pounds(value: Decimal | None) -> str:
    """Write money: £1,234.50, halves of a penny up. 'no data' where there is none."""
    if value is None:
        return "no data"
    exact = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{'-' if exact < 0 else ''}£{abs(exact):,}"


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """Return the page's query string with some values changed; None takes a value out."""
    return query_of(context["request"], changes)


def query_of(request: HttpRequest, changes: Mapping[str, Any]) -> str:
    """Return a request's query string with some values changed; None takes a value out."""
    values = request.GET.copy()
    for key, value in changes.items():
        values.pop(key, None)
        if value is not None:
            values[key] = value
    return f"?{urlencode(list(values.lists()), doseq=True)}"
