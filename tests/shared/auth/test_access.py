"""Who may call what: by token, by key, by cookie; and nobody where no rule is written."""

import re
from collections.abc import Callable
from datetime import timedelta

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from shared import clock
from shared.auth.principal import Principal
from shared.auth.tokens import Tokens
from shared.ids import new_id

Bearer = Callable[..., dict[str, str]]


@pytest.fixture
def app(probe: Callable[..., Flask]) -> Flask:
    return probe()


def sign_in(client: FlaskClient, going: str = "/") -> TestResponse:
    """Sign in as a browser does: with the token that the page holds."""
    form = {"username": "dana", "password": "correct horse battery", "going": going}
    return client.post("/sign-in", data=form | {"csrf_token": form_token(client)})


def form_token(client: FlaskClient) -> str:
    """Return the token that the forms of the browser's pages hold."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)
    assert token
    return token[1]


def test_the_api_asks_for_a_token_or_key(app: Flask) -> None:
    answer = app.test_client().get("/v1/gifts")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.get_json()["code"] == "unauthenticated"


def test_a_role_that_is_not_named_is_refused(app: Flask, bearer: Bearer) -> None:
    assert app.test_client().get("/v1/gifts", headers=bearer(app, "tksk")).status_code == 403


def test_a_route_without_a_rule_answers_nobody(app: Flask, bearer: Bearer) -> None:
    client = app.test_client()
    for headers in ({}, bearer(app, "admin", "donor", "tksk", "planner")):
        answer = client.get("/v1/houses/unruled", headers=headers)
        assert answer.status_code == 404
        assert "secret" not in answer.text


def test_a_token_proves_who_signed_in(app: Flask) -> None:
    client = app.test_client()
    answer = client.post("/v1/tokens", json={"username": "dana", "password": "correct horse battery"})
    assert answer.get_json()["token_type"] == "Bearer"
    assert answer.get_json()["expires_in"] == 900
    headers = {"Authorization": f"Bearer {answer.get_json()['access_token']}"}
    assert client.get("/v1/gifts", headers=headers).status_code == 200


@pytest.mark.parametrize(("username", "password"), [("dana", "wrong"), ("nobody", "correct horse battery")])
def test_a_wrong_name_and_a_wrong_password_look_the_same(app: Flask, username: str, password: str) -> None:
    answer = app.test_client().post("/v1/tokens", json={"username": username, "password": password})
    assert answer.status_code == 401
    assert answer.get_json()["code"] == "wrong_credentials"


def forge(app: Flask, bearer: Bearer, **changed: object) -> dict[str, str]:
    settings = app.config["HELIX"]
    tokens = Tokens(settings)
    good = jwt.decode(bearer(app, "planner")["Authorization"][7:], options={"verify_signature": False})
    forged = jwt.encode(good | changed, tokens._key, algorithm="EdDSA", headers={"kid": "donations"})
    return {"Authorization": f"Bearer {forged}"}


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": 1},
        {"aud": "another"},
        {"iss": "https://elsewhere.example"},
        {"sub": "not-a-uuid"},
        {"sub": str(new_id())},
        {"generation": 2},
        {"generation": None},
    ],
)
def test_a_token_that_is_not_for_us_is_refused(
    app: Flask, bearer: Bearer, changed: dict[str, object]
) -> None:
    client = app.test_client()
    assert client.get("/v1/gifts", headers=forge(app, bearer)).status_code == 200
    answer = client.get("/v1/gifts", headers=forge(app, bearer, **changed))
    assert answer.status_code == 401


def test_a_token_with_another_key_or_none_is_refused(app: Flask) -> None:
    client = app.test_client()
    claims = {"iss": app.config["HELIX"].public_url, "aud": "helix", "sub": "x", "roles": ["admin"]}
    times = {"iat": clock.now(), "exp": clock.now() + timedelta(hours=1)}
    for token in (
        jwt.encode(claims | times, "a guess that is long enough to be a key", algorithm="HS256"),
        jwt.encode(claims | times, None, algorithm="none"),  # type: ignore[arg-type]
        "no.token.at-all",
        "hlx_live_unknown",
    ):
        assert client.get("/v1/gifts", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_key_may_do_what_its_scopes_say(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    key = Principal(id="k", roles=frozenset(), stakeholder=new_id(), scopes=frozenset({"pledges:write"}))
    weak = Principal(id="w", roles=frozenset(), stakeholder=new_id(), scopes=frozenset({"pledges:read"}))
    keys = {"hlx_live_strong": key, "hlx_live_weak": weak}
    monkeypatch.setitem(app.extensions, "helix_authenticate", keys.get)
    client = app.test_client()
    for secret, status in (("hlx_live_strong", 201), ("hlx_live_weak", 403), ("hlx_live_no", 401)):
        headers = {"Authorization": f"Bearer {secret}"}
        assert client.post("/v1/gifts", json={"name": "a"}, headers=headers).status_code == status


def test_a_page_asks_to_sign_in_and_comes_back(app: Flask) -> None:
    client = app.test_client()
    asked = client.get("/mine", headers={"Accept": "text/html"})
    assert asked.status_code == 302
    assert asked.headers["Location"] == "/sign-in?going=/mine"
    answer = sign_in(client, going="/mine")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/mine")
    cookies = answer.headers.getlist("Set-Cookie")
    assert any(cookie.startswith("helix_") for cookie in cookies)
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)
    assert client.get("/mine").text == "page of Dana"
    assert client.get("/v1/gifts").status_code == 401, "the API must not believe a cookie"


def test_nobody_looks_who_asks_for_a_file(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = app.test_client()
    sign_in(client)
    looked_up: list[str] = []
    find = app.extensions["helix_find_account"]

    def watched(account: str, generation: int | None) -> Principal | None:
        looked_up.append(account)
        found: Principal | None = find(account, generation)
        return found

    monkeypatch.setitem(app.extensions, "helix_find_account", watched)
    file = client.get("/static/pages.css")
    assert (file.status_code, file.headers["Cache-Control"]) == (200, "no-cache")
    assert looked_up == []
    client.get("/mine")
    assert len(looked_up) == 1


def test_a_key_is_told_which_scope_it_lacks_and_a_person_that_the_role_does_not_do(
    app: Flask, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    weak = Principal(id="w", roles=frozenset(), stakeholder=new_id(), scopes=frozenset({"pledges:read"}))
    monkeypatch.setitem(app.extensions, "helix_authenticate", {"hlx_live_weak": weak}.get)
    refused = app.test_client().post("/v1/gifts", headers={"Authorization": "Bearer hlx_live_weak"})
    assert refused.get_json()["detail"] == "This key lacks the scope pledges:write."
    monkeypatch.undo()
    person = app.test_client().post("/v1/gifts", headers=bearer(app, "tksk"))
    assert person.get_json()["detail"] == "Your role or key does not allow this."


def test_a_changed_account_is_signed_out(app: Flask) -> None:
    client = app.test_client()
    sign_in(client)
    with app.app_context():
        session = app.extensions["helix_session"]
        session.execute(text("UPDATE account SET generation = generation + 1"))
        session.commit()
    assert client.get("/mine").status_code == 302


@pytest.mark.parametrize(
    "going",
    [
        "//evil.example/x",
        "//[",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/mine\r\nX-Made-Up: yes",
        "/mine\n",
        "/\t/evil.example",
        "\n//evil.example",
        "/mine\x00",
        "/mine\x7f",
        "/mine\x85",
        "/mine\u2028",
    ],
)
def test_signing_in_never_leads_to_another_site(app: Flask, going: str) -> None:
    assert sign_in(app.test_client(), going=going).headers["Location"] == "/"


def test_a_form_that_no_page_of_ours_sent_is_refused(app: Flask) -> None:
    form = {"username": "dana", "password": "correct horse battery"}
    answer = app.test_client().post("/sign-in", data=form)
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers


def test_signing_in_is_limited(probe: Callable[..., Flask]) -> None:
    client = probe(HELIX_SIGN_IN_LIMIT="3 per minute").test_client()
    wrong = {"username": "dana", "password": "wrong"}
    statuses = [client.post("/v1/tokens", json=wrong).status_code for _ in range(5)]
    assert statuses == [401, 401, 401, 429, 429]


def test_area_limits_lists_and_counts_alike(app: Flask, bearer: Bearer) -> None:
    with app.app_context():
        session = app.extensions["helix_session"]
        for desa in ("35.17.01.2001", "35.17.01.2002", "35.17.02.2001"):
            session.execute(
                text("INSERT INTO house (id, desa) VALUES (:id, :desa)"), {"id": new_id(), "desa": desa}
            )
        session.commit()
    client = app.test_client()
    here = client.get("/v1/houses", headers=bearer(app, "tksk", area="35.17.01")).get_json()
    assert here == {"listed": 2, "counted": 2, "everyone": 3}
    village = client.get("/v1/houses", headers=bearer(app, "tksk", area="35.17.01.2002")).get_json()
    assert village == {"listed": 1, "counted": 1, "everyone": 3}
    # A village's code must not open those whose code only begins like it.
    assert client.get("/v1/houses", headers=bearer(app, "tksk", area="35.17.0")).get_json()["listed"] == 0
    assert client.get("/v1/houses", headers=bearer(app, "verifier")).get_json()["listed"] == 3


def test_a_social_worker_without_an_area_sees_nothing(app: Flask, bearer: Bearer) -> None:
    with app.app_context():
        session = app.extensions["helix_session"]
        session.execute(text("INSERT INTO house (id, desa) VALUES (:id, '35.17.01.2001')"), {"id": new_id()})
        session.commit()
    seen = app.test_client().get("/v1/houses", headers=bearer(app, "tksk")).get_json()
    assert (seen["listed"], seen["counted"]) == (0, 0)


def test_guessing_tokens_and_keys_is_slowed_down(probe: Callable[..., Flask], bearer: Bearer) -> None:
    app = probe(HELIX_SIGN_IN_LIMIT="3 per minute")
    client = app.test_client()
    wrong = {"Authorization": "Bearer hlx_live_guess"}
    statuses = [client.get("/v1/gifts", headers=wrong).status_code for _ in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    assert client.get("/v1/gifts", headers=bearer(app, "planner")).status_code == 200


def test_without_a_signing_key_there_are_no_tokens_to_ask_for(probe: Callable[..., Flask]) -> None:
    client = probe(HELIX_DONATIONS_SIGNING_KEY="").test_client()
    credentials = {"username": "dana", "password": "correct horse battery"}
    assert client.post("/v1/tokens", json=credentials).status_code == 404
    assert client.get("/.well-known/jwks.json").get_json() == {"keys": []}
