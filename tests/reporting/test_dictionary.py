"""The dictionary of the figures: on the page and in docs/, under the strategy's priorities."""

import re
from html import unescape

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.permissions import Role
from reporting.kpis import PRIORITIES, REGISTRY


def headings(found):
    """Return the measures under each heading, in the order in which they are read."""
    groups = {}
    for level, text in found:
        if text in PRIORITIES.values():
            groups[text] = []
        elif level == 3:
            groups[list(groups)[-1]].append(text)
    return groups


EXPECTED = {
    title: [row.title for row in REGISTRY.values() if row.priority == priority]
    for priority, title in PRIORITIES.items()
}


@pytest.mark.django_db
def test_the_page_says_of_every_figure_what_it_counts(client, person):
    client.force_login(person(Role.LEADERSHIP))

    page = unescape(client.get(reverse("reporting:dictionary")).content.decode())

    found = re.findall(r"<h([23])[^>]*>(?:<a[^>]*>)?([^<]+)<", page)
    assert headings((int(level), text) for level, text in found) == EXPECTED
    for slug, measure in REGISTRY.items():
        assert f'href="{reverse("reporting:measure", args=[slug])}"' in page
        for words in (measure.definition, measure.exclusions, measure.source):
            assert words in page, slug
    assert reverse("reporting:dictionary") in client.get(reverse("reporting:dashboard")).text


def test_the_written_dictionary_is_in_the_same_order():
    page = (settings.BASE_DIR / "docs" / "kpis.md").read_text("utf-8")

    found = re.findall(r"^(##+) (.+)$", page, re.MULTILINE)
    assert headings((len(marks), text) for marks, text in found) == EXPECTED
