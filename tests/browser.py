"""Looking at pages in a real browser.

A page test asks for `browser_page` and calls it with an app and a path:

    @pytest.mark.browser
    @pytest.mark.parametrize("width", WIDTHS)
    def test_the_board_can_be_read_by_everyone(app, browser_page, width):
        page = browser_page(app, "/board", width=width)
        assert_accessible(page)

The test fails where the page asks another host for anything, a script fails, or the
Content-Security-Policy refuses something.
"""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Route, sync_playwright
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

# A screen and a phone.
WIDTHS = (1280, 390)

_HEIGHTS = {1280: 800, 390: 844}
_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # All rules run; only what they found wrong is described, element by element.
    "resultTypes": ["violations"],
}


class _Handler(WSGIRequestHandler):
    # A browser opens connections ahead and may never ask anything on them.
    timeout = 5.0


class _Server(ThreadedWSGIServer):
    # Closing it waits for the answers in hand: one left behind would still hold a database connection.
    daemon_threads = False


def assert_accessible(page: Page) -> None:
    """Fail with every violation axe finds, and where the page is wider than the screen."""
    # What was clicked on may still be without its styles.
    page.wait_for_load_state("load")
    found = Axe().run(page, options=_RULES)
    assert found.violations_count == 0, found.generate_report()
    beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert beyond <= 0, f"the page is {beyond} pixels wider than the screen"


def follow(page: Page, what: Locator | str) -> None:
    """Click on what leads to a page, and wait until that page is there: a click alone comes back before."""
    with page.expect_navigation():
        (page.locator(what) if isinstance(what, str) else what).click()


def sign_in(page: Page, username: str, password: str) -> None:
    """Sign in on the page that asks for it."""
    page.fill("#username", username)
    page.fill("#password", password)
    follow(page, "main button[type=submit]")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One headless Chromium for each test process."""
    with sync_playwright() as playwright:
        # The system's own where there is one; else the one that `playwright install` brought.
        browser = playwright.chromium.launch(
            executable_path=which("chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Flask], str]]:
    """Return a function that serves an app on a free port and returns its address."""
    running: dict[int, tuple[_Server, threading.Thread]] = {}

    def start(app: Flask) -> str:
        if id(app) not in running:
            server = _Server("127.0.0.1", 0, app, _Handler)
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            running[id(app)] = (server, thread)
        return f"http://127.0.0.1:{running[id(app)][0].server_port}"

    yield start
    for server, thread in running.values():
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def browser_page(chromium: Browser, serve: Callable[[Flask], str]) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a path of an app at a width, light or dark, and returns the page.

    Calls of one test share nothing: each has its own cookies. `javascript=False` is the page as it
    is without any script. `expected` lists parts of messages that the console may show.
    """
    faults: list[str] = []
    opened: list[Page] = []

    def show(
        app: Flask,
        path: str = "/",
        *,
        width: int = 1280,
        dark: bool = False,
        javascript: bool = True,
        expected: tuple[str, ...] = (),
    ) -> Page:
        address = serve(app)
        context = chromium.new_context(
            base_url=address,
            viewport={"width": width, "height": _HEIGHTS.get(width, 800)},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            locale="id-ID",
            reduced_motion="reduce",
        )
        page = context.new_page()
        opened.append(page)
        _watch(page, urlsplit(address).netloc, faults, expected)
        page.goto(path)
        return page

    yield show
    for page in opened:
        page.context.close()
    assert not faults, "\n".join(faults)


def _watch(page: Page, host: str, faults: list[str], expected: tuple[str, ...]) -> None:
    def keep_inside(route: Route, request: Request) -> None:
        if urlsplit(request.url).netloc == host:
            route.continue_()
        else:
            faults.append(f"a request left the host: {request.url}")
            route.abort()

    def read_console(message: ConsoleMessage) -> None:
        # A page that is a problem is announced as one: that is no fault of the page.
        own_status = (
            message.text.startswith("Failed to load resource") and message.location["url"] == page.url
        )
        if message.type == "error" and not own_status and not any(part in message.text for part in expected):
            faults.append(f"the console says: {message.text}")

    page.route("http*://**", keep_inside)
    page.on("console", read_console)
    page.on("pageerror", lambda error: faults.append(f"a script failed: {error}"))


def picture(page: Page, path: Path) -> None:
    """Save the whole page as a picture, to look at."""
    page.screenshot(path=str(path), full_page=True)
