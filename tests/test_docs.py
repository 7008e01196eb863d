"""The pages of docs/ agree with the code, and lead somewhere."""

import re
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command

from apsystem.management.commands.make_docs import PAGES
from reporting.kpis import REGISTRY

ROOT = Path(project.BASE_DIR)
WRITTEN = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")], key=lambda page: page.as_posix()
)
LINK = re.compile(
    r"(?<!!)\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)"
)  # pictures are looked at, not tested


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_generated_page_is_up_to_date(name):
    assert (ROOT / "docs" / name).read_text("utf-8") == PAGES[name](), "Run make docs"


def test_check_names_the_page_that_is_stale(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    call_command("make_docs", verbosity=0)
    call_command("make_docs", check=True)
    (tmp_path / "docs" / "kpis.md").write_text("Something else", "utf-8")

    with pytest.raises(CommandError, match=r"^Stale: kpis\.md\."):
        call_command("make_docs", check=True)
    assert (tmp_path / "docs" / "kpis.md").read_text("utf-8") == "Something else"


def test_the_dictionary_holds_every_figure():
    page = (ROOT / "docs" / "kpis.md").read_text("utf-8")

    assert [slug for slug in REGISTRY if f'<a id="{slug}"></a>' not in page] == []


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_within_the_project_lead_somewhere(page):
    links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_what_the_containers_write_lies_on_a_volume():
    """Their own file system is read-only, so a folder without a volume refuses every upload."""
    image, compose = ((ROOT / name).read_text() for name in ("Dockerfile", "docker-compose.yml"))
    web, worker, beat = (
        re.search(rf"^  {name}:$.*?^$", compose, re.MULTILINE | re.DOTALL)[0]
        for name in ("web", "worker", "beat")
    )

    documents = re.search(r"DOCUMENTS_ROOT=(\S+)", image)[1]
    schedule = re.search(r"BEAT_FILE=(\S+)/\w+", image)[1]

    assert f"documents:{documents}" in web
    assert f"documents:{documents}" in worker
    assert f"beat:{schedule}" in beat
    assert compose.endswith("volumes:\n  postgres:\n  valkey:\n  beat:\n  documents:\n")


def test_every_setting_of_the_environment_is_in_the_example():
    read = set(
        re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "apsystem/settings.py").read_text())
    )
    shown = set(re.findall(r"^#?\s?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert "SECRET_KEY" in read
    assert sorted(read - shown) == []
