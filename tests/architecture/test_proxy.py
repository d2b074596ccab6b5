"""The proxy tells what it refuses itself as the services do."""

import json
import re
from pathlib import Path

from shared.http.openapi import PROBLEM

CONFIGURATION = (Path(__file__).parents[2] / "deploy" / "nginx" / "helix.conf").read_text("utf-8")


def _map(variable: str) -> dict[str, str]:
    """Return the lines of one of nginx's maps."""
    found = re.search(rf"^map \S+ \{variable} \{{\n(.*?)^\}}", CONFIGURATION, re.MULTILINE | re.DOTALL)
    assert found is not None
    return dict(re.findall(r'^ +(\S+) "?(.*?)"?;$', found[1], re.MULTILINE))


def test_what_it_answers_to_a_program_is_a_problem() -> None:
    (body,) = re.findall(r"return 200 '(\{.*\})';", CONFIGURATION)
    problem = json.loads(re.sub(r"\$status", "502", body))
    assert set(PROBLEM["required"]) <= problem.keys() <= PROBLEM["properties"].keys()


def test_each_status_that_it_gives_itself_has_its_words() -> None:
    given = {
        status
        for codes in re.findall(r"^ +error_page ([\d =]+) /", CONFIGURATION, re.MULTILINE)
        for status in (codes.split("=")[1:] or codes.split())
    }
    assert given >= {"404", "413", "502", "503", "504"}
    for words in (_map("$refusal_code"), _map("$refusal_title")):
        assert given == words.keys() - {"default"}
    assert all(re.fullmatch("[a-z_]+", code) for code in _map("$refusal_code").values())
