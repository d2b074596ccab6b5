"""What the terminal shows while Helix runs: where to look, and how far it has come."""

import sys
import time
from collections.abc import Mapping
from typing import Any

import requests

_STEPS = {"registered": "on the list", "verified": "verified", "matched": "matched", "delivered": "delivered"}
_SECONDS_BETWEEN_LINES = 60.0


class Progress:
    """Says what has been reached: one line kept up to date in a terminal, a line a minute in a file."""

    def __init__(self, reporting_url: str) -> None:
        self._url = f"{reporting_url}/v1/summary"
        self._session = requests.Session()
        self._etag = ""
        self._shown = ""
        self._said_at = float("-inf")
        self._live = sys.stdout.isatty()

    def say(self, sentence: str) -> None:
        """Print a line of its own."""
        if self._live and self._shown:
            sys.stdout.write("\r\033[K")
        sys.stdout.write(sentence + "\n")
        if self._live and self._shown:
            sys.stdout.write(self._shown)
        sys.stdout.flush()

    def update(self) -> None:
        """Ask reporting how far it is, and show it if it changed."""
        try:
            answer = self._session.get(self._url, headers={"If-None-Match": self._etag}, timeout=3)
            if answer.status_code != 200:
                return
            self._etag = answer.headers.get("ETag", "")
            self._show(sentence_of(answer.json()))
        except (requests.RequestException, ValueError):
            # The dashboard is what people look at; a line that is late here is no failure.
            return

    def _show(self, sentence: str) -> None:
        if sentence == self._shown:
            return
        if self._live:
            sys.stdout.write("\r\033[K" + sentence)
        elif time.monotonic() - self._said_at > _SECONDS_BETWEEN_LINES:
            sys.stdout.write(sentence + "\n")
            self._said_at = time.monotonic()
        else:
            return
        self._shown = sentence
        sys.stdout.flush()

    def close(self) -> None:
        """End the line that is kept up to date."""
        if self._live and self._shown:
            sys.stdout.write("\n")
        self._shown = ""


def sentence_of(summary: Mapping[str, Any]) -> str:
    """Return the funnel and the money of a summary in one line; what is suppressed is `<10`."""
    funnel: Mapping[str, Any] = summary.get("funnel", {})
    counts = ", ".join(f"{_number(funnel.get(step))} {words}" for step, words in _STEPS.items())
    funding: Mapping[str, Any] = summary.get("funding", {})
    return f"households: {counts}; Rp{_number(funding.get('delivered'))} delivered"


def _number(value: Any) -> str:
    found = value.get("value") if isinstance(value, Mapping) else value
    return "<10" if found is None else f"{found:,}"
