"""The whole academic year 2024/25, looked at when it is over."""

from datetime import date

import pytest

from reporting.kpis import Period
from reporting.models import Coverage

AFTER = date(2025, 9, 1)


@pytest.fixture
def whole_year(calendar) -> Period:
    return Period.of(2024, Coverage.YEAR, AFTER)
