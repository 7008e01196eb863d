"""People who mark registers over HTTP as a browser does, and write down what they were told."""

import http.client
import json
import random
import threading
import time
import uuid
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

CODES = ["/", "L", "N", "I"]
PATIENCE = 30  # times a device sends the same lines
SECONDS = 20
FOUND, REDIRECT = 200, 302


class History:
    """What was sent and answered, a line each, written down as it happens."""

    def __init__(self, path: Path) -> None:
        self.lines = path.open("w", encoding="utf-8")
        self.lock = threading.Lock()
        self.acknowledged = 0

    def add(self, outcome: str, write: dict[str, str]) -> None:
        with self.lock:
            self.lines.write(json.dumps({**write, "outcome": outcome}) + "\n")
            self.lines.flush()
            self.acknowledged += outcome == "acknowledged"


@dataclass
class Seen:
    """A line as the page shows it."""

    row: str
    version: int
    tag: str
    code: str


class Page(HTMLParser):
    """The form of a register, read from its HTML as a browser reads it."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.sent = {}
        self.shown = []
        self.problems = set()
        self.select = ""
        self.is_inside = False
        self.feed(body.decode())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.is_inside |= tag == "form" and "data-register" in given
        if not self.is_inside:
            return
        if tag == "li" and "data-line" in given:
            self.shown.append((given["data-line"], int(given["data-version"])))
            if "line--problem" in given["class"]:
                self.problems.add(given["data-line"])
        elif tag == "input" and (given.get("type") != "radio" or "checked" in given):
            self.sent[given["name"]] = given.get("value", "")
        elif tag == "select":
            self.select = given["name"]
        elif tag == "option" and "selected" in given:
            self.sent[self.select] = given["value"]

    def handle_endtag(self, tag):
        self.is_inside &= tag != "form"

    @property
    def lines(self) -> list[Seen]:
        """Return the lines, each with the code and the tag that stand in it."""
        found = []
        for row, version in self.shown:
            code, _, _, tag = self.sent[f"was-{row}"].split("|")
            found.append(Seen(row, version, tag, code))
        return found


class Editor(threading.Thread):
    """One person at one browser: opens a register, changes some lines, sends them, goes on."""

    def __init__(
        self, url: str, cookie: str, paths: list[str], history: History, seed: int
    ) -> None:
        super().__init__(daemon=True)
        self.address = url.removeprefix("http://")
        self.cookies = {cookie.split("=", maxsplit=1)[0]: cookie.split("=")[1]}
        self.paths = paths
        self.history = history
        self.chance = random.Random(seed)  # noqa: S311 - an order, not a secret
        self.is_over = threading.Event()
        self.error = None

    def run(self) -> None:
        try:
            while not self.is_over.is_set():
                self.edit(self.chance.choice(self.paths))
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.error = error

    def edit(self, path: str) -> None:
        """Open a register and change a few of its lines, by the form or tap by tap."""
        page = self.open(path)
        if page is None:
            return
        chosen = self.chance.sample(page.lines, self.chance.randint(1, 4))
        time.sleep(self.chance.random() * 0.05)  # somebody thinks; others are quicker
        writes = [
            {
                "tag": uuid.uuid4().hex,
                "saw": line.tag,
                "line": f"{path} {line.row}",
                "code": self.chance.choice([code for code in CODES if code != line.code]),
            }
            for line in chosen
        ]
        send = self.post_form if self.chance.random() < 0.5 else self.post_taps
        send(path, page, chosen, writes)

    def open(self, path: str) -> Page | None:
        answer = self.ask("GET", path)
        return Page(answer[1]) if answer and answer[0] == FOUND else None

    def post_form(self, path, page, chosen, writes) -> None:
        """Send the whole form once, as a browser does; no answer is no answer."""
        sent = dict(page.sent)
        for line, write in zip(chosen, writes, strict=True):
            reason = write["code"] == "I"
            sent |= {
                f"code-{line.row}": "N" if reason else write["code"],
                f"why-{line.row}": "I" if reason else "N",
                f"note-{line.row}": write["tag"],
                f"reason-{line.row}": "A test",
            }
        answer = self.ask("POST", path, urlencode(sent), "application/x-www-form-urlencoded")
        told = Page(answer[1]) if answer and answer[0] == FOUND else None
        for line, write in zip(chosen, writes, strict=True):
            if told is not None and line.row in told.problems:
                self.history.add("refused", write)
            elif told is not None or (answer and answer[0] == REDIRECT):
                self.history.add("acknowledged", write)
            else:
                self.history.add("unknown", write)

    def post_taps(self, path, page, chosen, writes) -> None:
        """Send lines with keys, as the script does, until there is an answer."""
        lines = [
            {"row": int(line.row), "code": write["code"], "seen": line.version,
             "key": str(uuid.uuid4()), "reason": "A test", "note": write["tag"],
             "minutes": "", "left": ""}
            for line, write in zip(chosen, writes, strict=True)
        ]  # fmt: skip
        told = {}
        for _ in range(PATIENCE):
            answer = self.ask(
                "POST", path, json.dumps({"lines": lines}), "application/json",
                {"X-Register": "1", "X-CSRFToken": page.sent["csrfmiddlewaretoken"]},
            )  # fmt: skip
            if answer and answer[0] == FOUND:
                told = json.loads(answer[1])["lines"]
                break
            time.sleep(0.2)
        for line, write in zip(lines, writes, strict=True):
            found = told.get(line["key"])
            outcome = "refused" if found and found["problem"] else "acknowledged"
            self.history.add(outcome if found else "unknown", write)

    def ask(self, method, path, body=None, kind="", headers=None) -> tuple[int, bytes] | None:
        """Return status and body, or None where nothing came back."""
        connection = http.client.HTTPConnection(self.address, timeout=SECONDS)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        given = {"Cookie": cookies, **({"Content-Type": kind} if kind else {}), **(headers or {})}
        try:
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            whole = answer.read()
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
            return None
        finally:
            connection.close()
        for cookie in answer.msg.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, whole
