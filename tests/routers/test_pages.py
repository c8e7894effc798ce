"""What a person sees who opens the service in a browser: plain pages, and nothing from anywhere else."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import httpx
import pytest

from service.pages import prefers_html
from service.problems import PROBLEMS
from service.remedies import REMEDIES, remedy

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
ENGLISH = BROWSER | {"Accept-Language": "en"}
PAGES = ("/", "/problems", "/problems/stale")


class Seen(HTMLParser):
    """The text of a page, the addresses that it leads to, and those that it loads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.links, self.loads, self.tags = "", [], [], set[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            assert not name.startswith("on"), "no script in an attribute"
            assert name != "style"
            if name in ("href", "src"):
                (self.links if tag == "a" else self.loads).append(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        (BROWSER["Accept"], True),
        ("text/html", True),
        ("text/html, application/json;q=0.9", True),
        ("text/html;q=0.5, application/json", False),
        ("application/json, text/html", False),
        ("text/html;q=0", False),
        ("application/json", False),
        ("*/*", False),
        ("text/htmlx", False),
        ("", False),
    ],
)
def test_a_page_is_for_whoever_wants_it_more_than_json(accept: str, page: bool) -> None:
    assert prefers_html(accept) == page


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_loads_nothing_and_runs_nothing(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers=BROWSER)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    seen, policy = Seen(answer.text), answer.headers["content-security-policy"]
    assert seen.loads == ["data:,"], "an empty icon, so that none is asked for"
    assert not seen.tags & {"script", "img", "iframe", "form", "object"}
    assert all(link.startswith("/") and not link.startswith("//") for link in seen.links)
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    (style,) = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
    assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in policy
    assert '<meta name="viewport" content="width=device-width' in answer.text


@pytest.mark.parametrize("path", PAGES)
async def test_pages_and_json_are_open_to_all_and_kept_apart(client: httpx.AsyncClient, path: str) -> None:
    for headers in (BROWSER, {"Accept": "application/json"}, {"Accept": "*/*"}):
        answer = await client.get(path, headers=headers | {"Authorization": ""})
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=3600"
        assert answer.headers["vary"].startswith("Accept, Accept-Language")
        assert answer.headers["content-type"].startswith("text/html" if headers is BROWSER else "application/json")


async def test_every_link_leads_somewhere(client: httpx.AsyncClient) -> None:
    paths = {link for path in PAGES for link in Seen((await client.get(path, headers=BROWSER)).text).links}
    paths |= set((await client.get("/")).json().values())
    assert {"/docs", "/openapi.json", "/problems", "/health/ready"} < paths
    each = {path for path in paths if path.startswith("/problems/")}  # there is one for every code, see below
    for path in (*(paths - each), min(each), max(each)):
        assert (await client.get(path, headers=BROWSER)).status_code == 200, path


async def test_a_problem_tells_what_happened_and_what_to_do(client: httpx.AsyncClient) -> None:
    told = (await client.get("/problems/stale", headers={"Accept-Language": "en"})).json()
    assert told["type"] == "/problems/stale"
    assert told["status"] == 412
    for headers, language in ((ENGLISH, "en"), (BROWSER, "vi")):
        page = await client.get("/problems/stale", headers=headers)
        seen = Seen(page.text)
        assert f'<html lang="{language}">' in page.text
        assert page.headers["content-language"] == language
        for said in (PROBLEMS["stale"].title[language], remedy(412)[language], "412"):
            assert said in seen.text
        assert "/problems" in seen.links


async def test_all_problems_are_listed_in_both_languages(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/problems")).json()
    assert listed["next"] is None
    assert {item["type"] for item in listed["items"]} == {f"/problems/{code}" for code in PROBLEMS}
    assert all(set(item["title"]) == set(item["remedy"]) == {"vi", "en"} for item in listed["items"])
    seen = Seen((await client.get("/problems", headers=BROWSER)).text)
    for code, meaning in PROBLEMS.items():
        assert f"/problems/{code}" in seen.links
        assert all(title in seen.text for title in meaning.title.values())


def test_there_is_a_remedy_for_every_status() -> None:
    assert {meaning.status for meaning in PROBLEMS.values()} <= set(REMEDIES)
    assert all(all(words.values()) and set(words) == {"vi", "en"} for words in REMEDIES.values())


async def test_an_unknown_problem_is_a_problem_for_a_browser_too(client: httpx.AsyncClient) -> None:
    answer = await client.get("/problems/<b>", headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "<b>" not in answer.text


async def test_the_documentation_loads_its_own_files_alone(client: httpx.AsyncClient) -> None:
    answer = await client.get("/docs", headers=BROWSER | {"Authorization": ""})
    seen, policy = Seen(answer.text), answer.headers["content-security-policy"]
    assert seen.loads == ["data:,", "/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/start.js"]
    assert "<script>" not in answer.text
    assert "unsafe" not in policy
    assert set(re.findall(r"\S+-src [^;]*", policy)) == {
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src data:",
        "connect-src 'self'",
    }
    for path in seen.loads[1:]:
        file = await client.get(path, headers={"Authorization": ""})
        assert file.headers["content-type"].startswith(("text/css", "text/javascript")), "nosniff: browsers heed it"
        held = {"If-None-Match": file.headers["etag"]}
        assert (await client.get(path, headers=held)).status_code == 304
    start = (await client.get("/docs/start.js")).text
    assert "validatorUrl: null" in start, "or the page sends the document away"
    assert re.findall(r"https?:|//", start) == []
    style = (await client.get("/docs/swagger-ui.css")).text
    assert all(address.startswith("data:") for address in re.findall(r"url\([\"']?([^)\"']+)", style))
    assert "@import" not in style


@pytest.mark.parametrize("name", ["none", "redoc.standalone.js", "favicon.png", "..%2Fcore.py", "%2e%2e", "core.py"])
async def test_no_other_file_is_given_out(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/docs/{name}")).status_code in (404, 307)
    assert "import" not in (await client.get(f"/docs/{name}")).text


async def test_the_documents_operations_are_not_the_pages(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert not {path for path in paths if path == "/" or path.startswith("/docs")}
    assert {"/problems", "/problems/{code}"} < set(paths)
