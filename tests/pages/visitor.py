"""The web application on a test's own database, spoken to as ASGI, and somebody who visits it."""

import asyncio
import html
import re
import sys
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "use_cases"))  # their stories

from shouwen.mount.app import Application


class Site:
    """Runs on the loop of `house`; close it before the house."""

    def __init__(self, house):
        self.house, self.app = house, Application(house.settings, house.dsn)
        house.run(self._start())

    async def _start(self):
        self._told, answers = asyncio.Queue(), asyncio.Queue()
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        self._task = asyncio.create_task(self.app(scope, self._told.get, answers.put))
        await self._told.put({"type": "lifespan.startup"})
        assert (await answers.get())["type"] == "lifespan.startup.complete"

    def close(self):
        async def stop():
            await self._told.put({"type": "lifespan.shutdown"})
            await self._task

        self.house.run(stop())

    def visitor(self, who=""):
        """Somebody, logged in where `who` is a reference or a login name of the demo."""
        visitor = Visitor(self)
        if who:
            assert visitor.post("/login/demo", {"who": who}).status == 303
            visitor.get("/my" if who.startswith("ZK") else "/desk")
        return visitor


class Answer:
    """Status, headers by lower-case name, body; `text` of a page, `said` without its tags."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode()

    @property
    def said(self):
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", self.text)))

    def fields(self, name):
        """The values of a form's fields of that name."""
        return [html.unescape(found) for found in re.findall(rf'name="{re.escape(name)}" value="([^"]*)"', self.text)]


class Visitor:
    """A browser without a screen: cookies, CSRF token, forms."""

    def __init__(self, site):
        self.site, self.cookies, self.csrf = site, {}, ""

    def get(self, path, **headers):
        return self.send("GET", path, **headers)

    def post(self, path, fields, **headers):
        """A form as a browser posts it; `fields` is a dict, or pairs where a name repeats."""
        pairs = list(fields.items()) if isinstance(fields, dict) else list(fields)
        body = urlencode([("csrf", self.csrf), *pairs]).encode()
        return self.send("POST", path, body, content_type="application/x-www-form-urlencoded", **headers)

    def send(self, method, path, body=b"", **headers):
        """Any request; header names with underscores."""
        answer = self.site.house.run(self._send(method, path, body, headers))
        for value in answer.headers.get("set-cookie", "").split("\n"):
            jar = SimpleCookie(value)
            self.cookies |= {name: morsel.value for name, morsel in jar.items()}
        token = re.search(rb'<meta name="csrf" content="([^"]+)"', answer.body)
        self.csrf = token[1].decode() if token else self.csrf
        return answer

    async def _send(self, method, path, body, headers):
        parts = urlsplit(path)
        named = {"host": "desk.test", "content_length": str(len(body))} | headers
        if self.cookies:
            named["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": parts.path, "raw_path": parts.path.encode(), "query_string": parts.query.encode(),
            "root_path": "", "headers": [(n.replace("_", "-").encode(), v.encode()) for n, v in named.items()],
            "client": ("127.0.0.1", 5000), "server": ("desk.test", 80), "state": {},
        }  # fmt: skip
        sent = []

        unread = [body]

        async def receive():
            if not unread:
                await asyncio.Event().wait()  # connected for as long as the answer takes
            unread.clear()
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message):
            sent.append(message)

        await self.site.app(scope, receive, send)
        start = sent[0]
        found = {}
        for name, value in start["headers"]:
            key, text = name.decode().lower(), value.decode()
            found[key] = f"{found[key]}\n{text}" if key in found else text
        return Answer(start["status"], found, b"".join(m.get("body", b"") for m in sent[1:]))
