"""The URL map as the sweeps read it: nothing that is added there escapes them."""

from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access import BY_KEY, OPEN, permission_of

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@dataclass(frozen=True)
class Route:
    """One entry of the URL map."""

    pattern: str
    name: str
    permission: str | None

    @property
    def is_open(self) -> bool:
        return self.permission == OPEN

    @property
    def is_by_key(self) -> bool:
        return str(self.permission).startswith(BY_KEY)


def routes() -> list[Route]:
    found = []

    def walk(resolver: URLResolver, prefix: str, space: str) -> None:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                inner = f"{space}{entry.namespace}:" if entry.namespace else space
                walk(entry, prefix + str(entry.pattern), inner)
            elif isinstance(entry, URLPattern):
                found.append(
                    Route(
                        prefix + str(entry.pattern),
                        space + (entry.name or str(entry.pattern)),
                        permission_of(entry.callback),
                    )
                )

    walk(get_resolver(), "", "")
    return sorted(found, key=lambda route: route.name)
