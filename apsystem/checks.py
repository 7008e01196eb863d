"""System checks: what `manage.py check` refuses to let pass."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access import permission_of


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every route of the URL map with its view."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        elif isinstance(entry, URLPattern):
            yield route, entry.callback


@register()
def every_view_names_its_permission(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse a view that says neither which permission opens it nor that it is open to all."""
    return [
        Error(
            f"The view of /{route} names no permission.",
            hint="Mark it with @requires(Permission.…) or @open_to_all.",
            id="apsystem.E001",
        )
        for route, view in patterns()
        if permission_of(view) is None
    ]
