"""Every named page under axe, at phone and desktop width, with scripts and without."""

import json
import os
import re

import pytest
from django.urls import reverse

from accounts.access import OPEN
from accounts.permissions import GRANTS, Permission, Role
from tests import world as worlds
from tests.browser.conftest import AXE
from tests.routes import routes

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.no_cover]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = [360, 1280]
# The words of a page do not depend on the database: a second run elsewhere may leave axe out.
IS_UNDER_AXE = os.environ.get("AXE", "1") != ""
PARTS = 4  # pieces that workers can share out between them
# Pages whose button does what it says at once: nothing is left to be wrong.
SENT_AT_ONCE = {
    "account_logout",
    "referrals:withdraw",
    "referrals:check",
    "referrals:filter-delete",
    "attendance:register",
    "reintegration:panel-reopen",
    "pupils:voice-renew",
    "pupils:voice-cancel",
}
NO_PAGE = {"healthz", "favicon.ico", "accounts:switch", "accounts:link-send", "referrals:document",
           "referrals:assign", "referrals:detach", "referrals:undo", "accounts:stay", "accounts:feed-make",
           "accounts:feed-revoke", "reporting:feed", "pupils:letter-pdf", "pupils:letter-approve",
           "pupils:letter-revise", "placements:commissioned-file", "placements:school-census-file",
           "placements:census-file", "attendance:home-week", "attendance:import-give-up",
           "attendance:api-marks", "attendance:api-description", "reporting:statistics-file",
           "reintegration:panel-publish", "reintegration:panel-close", "reintegration:panel-action-done",
           "reporting:panel-pack", "reporting:pack-pdf", "reporting:pack-file", "reporting:pack-workbook",
           "reporting:tables-export", "reporting:terms-file",
           "pupils:voice-recording", "pupils:say-recording", "pupils:say-leave"}  # fmt: skip
# Links of which the world holds a spent one: a page in words, and no child.
SPENT = {"attendance:reply", "reintegration:version"}
LINKS = {"reporting:follow-up": "asked", "outreach:evaluation": "evaluation"}
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
    if route.name in LINKS:
        return reverse(route.name, args=[world.own.outreach[LINKS[route.name]].token])
    kwargs = world.arguments(route.pattern, route.name, worlds.OWN)
    path = reverse(route.name, kwargs=kwargs) if kwargs else f"/{route.pattern}"
    return path + {"reporting:search": "?q=zqx", "reporting:dashboard": "?sex=F", "reporting:who-looked": f"?pupil={world.own.pupil.uid}"}.get(route.name, "")  # fmt: skip


def violations(page) -> list[str]:
    if not IS_UNDER_AXE:
        return []
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    rules = {"type": "tag", "values": TAGS}
    options = json.dumps({"runOnly": rules, "resultTypes": ["violations"]})
    found = page.evaluate(f"axe.run(document, {options})")
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in found["violations"]]


def sideways(page) -> str:
    width = page.evaluate("document.documentElement.scrollWidth")
    room = page.evaluate("document.documentElement.clientWidth")
    return f"{width} px wide in {room}" if width > room else ""


def looked_at(page, name) -> list[str]:
    """Look at a page at the width of a phone and of a desk; a page is loaded once for both."""
    problems = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found = [*violations(page), *filter(None, [sideways(page)])]
        problems += [f"{name} at {width} px: {problem}" for problem in found]
    return problems


def has_one_form(page, route) -> bool:
    buttons = page.locator("main form[method=post] button[type=submit]").count()
    return buttons == 1 and route.name not in SENT_AT_ONCE


# What a page consists of, but for the marks that scripts leave to say that they came.
BODY = """() => {
  const body = document.body.cloneNode(true);
  body.className = "";
  body.querySelectorAll("script, [name=csrfmiddlewaretoken]").forEach(one => one.remove());
  body.querySelectorAll("*").forEach(one => [...one.attributes].forEach(({ name }) => {
    if (/^(nonce|data-govuk-.*-init)$/.test(name)) one.removeAttribute(name);
  }));
  return body.innerHTML.replace(/\\s+/g, " ");
}"""


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_keeps_the_rules_with_scripts_and_without(world, page_of, part):
    problems, tabs, bare_tabs = [], {}, {}
    for route in list(pages())[part::PARTS]:
        role = visitor(route)
        if role not in tabs:
            user = world.people[role] if role else None
            tabs[role], bare_tabs[role] = page_of(user), page_of(user, width=WIDTHS[0])
            bare_tabs[role].route("**/*", strip)
        page, bare = tabs[role], bare_tabs[role]
        path = address(world, route)
        page.goto(path)
        assert page.title().endswith("Alternative provision"), route.name
        problems += looked_at(page, route.name)
        problems += without_scripts(bare, path, route, page.evaluate(BODY))
        if has_one_form(page, route):
            with page.expect_navigation():
                page.click("main form[method=post] button[type=submit]")
            problems += looked_at(page, f"{route.name}, with errors,")
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


def without_scripts(page, path, route, body) -> list[str]:
    """Look at a page whose scripts did not come, unless it is the page they would leave as it is."""
    answer = page.goto(path)
    assert answer.status == (404 if route.name in SPENT else 200), route.name
    assert page.locator("h1").count() == 1, route.name
    assert page.locator("main").inner_text().strip(), route.name
    found = [] if page.evaluate(BODY) == body else violations(page)
    return [f"{route.name}, without scripts: {one}" for one in [*found, sideways(page)] if one]


def strip(route):
    """Hand on a page without its scripts: axe itself is one, and cannot run where none may."""
    if route.request.resource_type != "document":
        return route.continue_()
    answer = route.fetch()
    return route.fulfill(
        response=answer, body=re.sub(r"(?s)<script.*?</script>", "", answer.text())
    )
