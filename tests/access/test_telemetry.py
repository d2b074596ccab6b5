"""What a client chooses itself becomes no part of logs, metrics or events if it could be about a person."""

import logging
from collections.abc import Callable

import pytest
from flask import Flask

NIK = "3517014708530417"


@pytest.mark.parametrize("sent", [NIK, f"nik-{NIK}", f"{NIK}:visit", f"a.{NIK}.b"])
@pytest.mark.parametrize("header", ["X-Request-Id", "X-Correlation-Id"])
def test_an_id_that_holds_a_persons_number_is_not_taken_over(
    make_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture, header: str, sent: str
) -> None:
    with caplog.at_level(logging.INFO):
        answer = make_app("reporting").test_client().get("/v1/nowhere", headers={header: sent})
    assert NIK not in f"{answer.headers}{answer.text}{caplog.text}"


@pytest.mark.parametrize(
    "sent",
    [
        "01933d5c8a7e7f2ab4cb7b747f666541",
        "01933d5c-8a7e-7f2a-b4cb-7b747f666541",
        "portal-1:42",
        "0" * 32,
        f"{NIK}ab",
    ],
)
def test_any_other_id_is_taken_over(make_app: Callable[..., Flask], sent: str) -> None:
    answer = make_app("reporting").test_client().get("/v1/nowhere", headers={"X-Request-Id": sent})
    assert answer.headers["X-Request-Id"] == sent


def test_a_made_up_method_makes_no_series_of_its_own(
    make_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture
) -> None:
    client = make_app("reporting").test_client()
    with caplog.at_level(logging.INFO):
        assert client.open("/v1/summary", method=NIK).status_code == 405
    assert NIK not in client.get("/metrics").text
    lines = [vars(record) for record in caplog.records if record.name == "helix.requests"]
    assert [line["method"] for line in lines] == ["other"]
