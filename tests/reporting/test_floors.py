"""The hand-written statements of the benchmark count what the figures count.

Most of them also find the same children, the same print of their rows, and the same small print.
"""

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils.timezone import localdate

from apsystem.lib.calendar import academic_year
from bench import floors
from reporting.kpis import REGISTRY, Period
from reporting.models import Coverage


def test_each_figure_has_a_statement():
    assert all("SELECT" in floors.statement(slug) for slug in REGISTRY)
    assert set(floors.statements_of_all()) | set(floors.OF_ATTENDANCE) == set(REGISTRY)


@pytest.mark.django_db
def test_the_statements_count_the_demo_borough_as_the_figures_do(settings, capsys):
    settings.DEMO = True
    call_command("seed_demo", pupils=70, years=3)
    today, found, apart, wrong = localdate(), set(), set(), []
    for year in range(academic_year(today) - 2, academic_year(today) + 1):
        period = Period.of(year, Coverage.YEAR, today)
        given = floors.parameters(period)
        for slug, measure in REGISTRY.items():
            total = measure.total(period)
            with connection.cursor() as cursor:
                cursor.execute(floors.statement(slug), given)
                told = cursor.fetchone()
            wrong += [] if floors.agree(total, told) else [(slug, year, total, told)]
            found |= {slug} if total.denominator else set()
            apart |= {name for name, count in total.counts.items() if count}

    assert not wrong
    assert found == set(REGISTRY)  # none is alike because it counts nothing
    assert len(apart) > 10  # nor is the small print: half of its sorts are in the demo borough
