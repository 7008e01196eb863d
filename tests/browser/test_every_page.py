"""Every named page under axe, at phone and desktop width, with scripts and without."""

import json

import pytest
from django.urls import reverse

from accounts.access import OPEN
from accounts.permissions import GRANTS, Permission, Role
from tests import world as worlds
from tests.browser.conftest import AXE
from tests.routes import routes

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NO_PAGE = {"healthz", "favicon.ico", "accounts:switch", "accounts:link-send", "referrals:document",
           "referrals:assign", "referrals:detach", "referrals:undo", "accounts:stay", "accounts:feed-make",
           "accounts:feed-revoke", "reporting:feed", "pupils:letter-pdf", "pupils:letter-approve",
           "pupils:letter-revise", "placements:commissioned-file", "placements:school-census-file",
           "placements:census-file", "attendance:home-week"}  # fmt: skip
# Who looks at pages first: roles in an order that reaches every permission early.
ORDER = [Role.MANAGER, Role.SCHOOL_STAFF, Role.PROVIDER_STAFF, Role.LEADERSHIP, *Role]

# Pages of what belongs to one person alone.
OWNERS = dict.fromkeys(["referrals:filter-rename", "referrals:filter-delete"], Role.CASEWORKER)


def pages():
    for route in routes():
        if route.name not in NO_PAGE:
            yield route


def visitor(route):
    if route.permission == OPEN:
        return None
    if route.name in OWNERS:
        return OWNERS[route.name]
    return next(role for role in ORDER if Permission(route.permission) in GRANTS[role])


def address(world, route):
    kwargs = world.arguments(route.pattern, route.name, worlds.OWN)
    path = reverse(route.name, kwargs=kwargs) if kwargs else f"/{route.pattern}"
    return path + {"reporting:search": "?q=zqx", "reporting:who-looked": f"?pupil={world.own.pupil.uid}"}.get(route.name, "")  # fmt: skip


def violations(page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    options = json.dumps({"runOnly": {"type": "tag", "values": TAGS}})
    found = page.evaluate(f"axe.run(document, {options})")
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in found["violations"]]


def sideways(page) -> str:
    width = page.evaluate("document.documentElement.scrollWidth")
    room = page.evaluate("document.documentElement.clientWidth")
    return f"{width} px wide in {room}" if width > room else ""


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_keeps_the_rules_of_accessibility(world, page_of, width):
    problems, tabs = [], {}
    for route in pages():
        role = visitor(route)
        page = tabs.setdefault(role, page_of(world.people[role] if role else None, width=width))
        page.goto(address(world, route))
        assert page.title().endswith("Alternative provision"), route.name
        problems += [f"{route.name}: {found}" for found in violations(page)]
        if found := sideways(page):
            problems.append(f"{route.name}: {found}")
        if page.locator("main form[method=post] button[type=submit]").count() == 1 and (
            route.name
            not in {
                "account_logout",
                "referrals:withdraw",
                "referrals:check",
                "referrals:filter-delete",
                "attendance:register",
            }
        ):
            with page.expect_navigation():
                page.click("main form[method=post] button[type=submit]")
            problems += [f"{route.name}, with errors: {found}" for found in violations(page)]
            problems += [
                f"{route.name}: the error link {target} leads nowhere"
                for target in page.eval_on_selector_all(
                    ".govuk-error-summary a", "links => links.map(link => link.hash)"
                )
                if page.locator(f"[id='{target[1:]}']").count() != 1
            ]
    for page in tabs.values():
        problems += page.off_origin
        problems += [text for text in page.console_errors if "status of" not in text]
    assert problems == []


def test_every_page_works_without_scripts(world, page_of):
    tabs = {}
    for route in pages():
        role = visitor(route)
        page = tabs.setdefault(
            role, page_of(world.people[role] if role else None, width=360, scripts=False)
        )
        answer = page.goto(address(world, route))
        assert answer.status == 200, route.name
        assert page.locator("h1").count() == 1, route.name
        assert page.locator("main").inner_text().strip(), route.name
        assert sideways(page) == "", route.name
