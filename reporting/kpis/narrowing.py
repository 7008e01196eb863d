"""What a figure is kept to: places, tiers, year groups, and what is recorded of the children."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from reporting.kpis.sessions import Sql, named

# What units can be told apart by, and how that is called.
DIMENSIONS = {
    "provider": "Provider",
    "school": "Home school",
    "tier": "Tier",
    "year-group": "Year group",
    "pupil": "Group of pupils",
}
COLUMNS = {
    "provider": "provider_id",
    "school": "school_id",
    "tier": "tier",
    "year-group": "year_group",
}


@dataclass(frozen=True)
class Narrowing:
    """Which units are counted: those of these groups, and of these children."""

    groups: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # COLUMNS: first, last
    pupils: QuerySet | None = None

    @property
    def asks(self) -> frozenset[str]:
        """Return the dimensions that it asks for."""
        return frozenset([*self.groups, *(["pupil"] if self.pupils is not None else [])])

    def sql(self) -> Sql:
        """Return the condition on a unit."""
        parts = ["true"]
        params: dict[str, object] = {}
        for place, (name, (first, last)) in enumerate(self.groups.items()):
            parts.append(f"{COLUMNS[name]} BETWEEN %(first_{place})s AND %(last_{place})s")
            params |= {f"first_{place}": first, f"last_{place}": last}
        if self.pupils is not None:
            try:
                chosen = named(self.pupils.values("pk"), "chosen")
            except EmptyResultSet:
                return Sql("false", {})
            parts.append(f"pupil_id IN ({chosen.text})")
            params |= chosen.params
        return Sql(" AND ".join(parts), params)


ALL = Narrowing()


def of_provider(provider: int | None) -> Narrowing:
    """Return what keeps figures to a provider; to nobody where there is none."""
    return ALL if provider is None else Narrowing({"provider": (provider, provider)})
