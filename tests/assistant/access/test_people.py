"""People who sign in: by a proxy's header, by OpenID Connect; what they may do, and what is theirs."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from assistant.api.signin import COOKIE
from ingest.index.pipeline import Library
from tests.assistant.access.conftest import Closed, closed_over
from tests.assistant.support import BILANS, problem
from tests.serving import serving_app

HEADER = "X-Forwarded-User"


@pytest.fixture
def proxied(library: Library) -> Closed:
    return closed_over(
        library.settings, access="auto", person_header=HEADER, trusted_proxies="10.1.0.0/16", admins="lea"
    )


def person(closed: Closed, name: str, peer: str = "10.1.2.3") -> TestClient:
    return TestClient(closed.app, client=(peer, 1), headers={HEADER: name})


class TestProxy:
    def test_who_the_proxy_names_is_served_and_nobody_else(self, proxied: Closed) -> None:
        assert proxied.access.closed
        assert person(proxied, "lea").get("/api/sources").status_code == 200
        problem(TestClient(proxied.app, client=("10.1.2.3", 1)).get("/api/sources"), 401, "key_missing")

    @pytest.mark.parametrize("peer", ["203.0.113.7", "127.0.0.1", "testclient", "10.2.0.1"])
    def test_the_header_of_anyone_else_is_not_believed(self, proxied: Closed, peer: str) -> None:
        assert person(proxied, "lea", peer).get("/api/sources").status_code == 401

    def test_a_forwarded_address_makes_nobody_a_proxy(self, proxied: Closed) -> None:
        thief = person(proxied, "lea", "203.0.113.7")
        thief.headers["X-Forwarded-For"] = "10.1.2.3"
        assert thief.get("/api/sources").status_code == 401

    def test_a_header_said_twice_names_nobody(self, proxied: Closed) -> None:
        twice = TestClient(proxied.app, client=("10.1.2.3", 1))
        assert twice.get("/api/sources", headers=[(HEADER, "lea"), (HEADER, "marc")]).status_code == 401

    def test_what_is_kept_is_theirs(self, proxied: Closed) -> None:
        lea, marc = person(proxied, "lea"), person(proxied, "marc")
        ident = lea.post("/api/chat", json={"question": BILANS}).json()["conversation_id"]
        assert lea.get(f"/api/conversations/{ident}").status_code == 200
        assert marc.get(f"/api/conversations/{ident}").status_code == 404
        assert "lea" in lea.get("/", headers={"Accept": "text/html"}).text

    def test_administrators_are_named(self, proxied: Closed) -> None:
        assert person(proxied, "lea").get("/api/admin/trail").status_code == 200
        assert person(proxied, "marc").get("/api/admin/trail").status_code == 403
        assert {line.who for line in proxied.access.trail.lines()} == {"person:lea", "person:marc"}

    def test_scopes_are_those_of_the_settings(self, library: Library) -> None:
        asking = closed_over(
            library.settings, access="auto", person_header=HEADER, trusted_proxies="10.1.2.3", people_scopes="ask"
        )
        assert person(asking, "lea").get("/api/sources").status_code == 200
        assert person(asking, "lea").get("/api/label/projects").status_code == 403


class Provider:
    """An OpenID Connect provider on loopback: signs who it is told to sign, and checks what it is sent."""

    def __init__(self) -> None:
        jwk = pytest.importorskip("joserfc.jwk", reason="needs the extra oidc")
        self.claims: dict[str, Any] = {"sub": "u-1", "email": "lea@ecole.fr", "email_verified": True}
        self.key = jwk.RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})
        self.signs_with = self.key
        self.audience = "clapvert"
        self.address = ""
        self._codes: dict[str, dict[str, str]] = {}
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.configuration),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/jwks", self.jwks),
            ]
        )

    def configuration(self, _: Request) -> JSONResponse:
        at = {f"{n}_endpoint": f"{self.address}/{p}" for n, p in (("authorization", "authorize"), ("token", "token"))}
        return JSONResponse(
            {"issuer": self.address, "jwks_uri": f"{self.address}/jwks", **at, "response_types_supported": ["code"],
             "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"]}
        )  # fmt: skip

    def authorize(self, request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self._codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    async def token(self, request: Request) -> JSONResponse:
        from joserfc import jwt

        form = {k: str(v) for k, v in (await request.form()).items()}
        asked = self._codes.pop(form["code"], None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        basic = base64.b64decode(request.headers.get("authorization", "Basic ").split(" ")[1]).decode()
        if asked is None or challenge != asked["code_challenge"] or basic != "clapvert:secret-du-client":
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {"iss": self.address, "aud": self.audience, "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        signed = jwt.encode({"alg": "RS256", "kid": "1"}, claims | self.claims, self.signs_with)
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": signed})

    def jwks(self, _: Request) -> JSONResponse:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})


@pytest.fixture
def provider() -> Iterator[Provider]:
    pytest.importorskip("authlib", reason="needs the extra oidc")
    found = Provider()
    with serving_app(found.app) as address:
        found.address = address
        yield found


Sign = Callable[..., httpx.Client]


@pytest.fixture
def signing(provider: Provider, library: Library) -> Iterator[Sign]:
    """`signing(name_claim)` → a browser that has been through the provider."""
    browsers: list[httpx.Client] = []
    servers: list[Any] = []

    def through(claim: str = "sub", start: str = "/sources?x=1") -> httpx.Client:
        closed = closed_over(
            library.settings, access="auto", oidc_issuer=provider.address, oidc_client_id="clapvert",
            oidc_client_secret=SecretStr("secret-du-client"), oidc_name=claim,
        )  # fmt: skip
        assert closed.access.closed
        server = serving_app(closed.app)
        browser = httpx.Client(
            base_url=server.__enter__(),
            follow_redirects=True,
            trust_env=False,
            timeout=30,
            headers={"Accept": "text/html"},
        )
        servers.append(server)
        browsers.append(browser)
        browser.last = browser.get(start)  # type: ignore[attr-defined]
        browser.trail = closed.access.trail.lines  # type: ignore[attr-defined]
        return browser

    yield through
    for browser in browsers:
        browser.close()
    for server in servers:
        server.__exit__()


class TestOpenIdConnect:
    def test_a_page_leads_to_the_provider_and_back(self, signing: Sign) -> None:
        browser = signing()
        assert browser.last.status_code == 200  # type: ignore[attr-defined]
        assert urlsplit(str(browser.last.url)).path == "/sources"  # type: ignore[attr-defined]
        assert "u-1" in browser.last.text  # type: ignore[attr-defined]
        assert browser.trail()[-1].did == "GET /signin/back"  # type: ignore[attr-defined]
        asked = browser.post("/api/chat", json={"question": BILANS})
        assert asked.status_code == 200
        assert browser.get(f"/api/conversations/{asked.json()['conversation_id']}").status_code == 200
        assert "Se reconnecter" in browser.post("/signout").text
        assert COOKIE not in browser.cookies
        assert browser.get("/api/sources", headers={"Accept": "application/json"}).status_code == 401

    def test_an_email_names_someone_once_it_is_verified(self, signing: Sign, provider: Provider) -> None:
        assert "lea@ecole.fr" in signing("email").last.text  # type: ignore[attr-defined]
        provider.claims["email_verified"] = False
        refused = signing("email")
        assert refused.last.status_code == 401  # type: ignore[attr-defined]
        assert COOKIE not in refused.cookies

    def test_a_token_that_the_provider_did_not_sign_for_us_opens_nothing(
        self, signing: Sign, provider: Provider
    ) -> None:
        from joserfc import jwk

        provider.signs_with = jwk.RSAKey.generate_key(2048, {"kid": "1"})
        forged = signing()
        provider.signs_with, provider.audience = provider.key, "une-autre-application"
        for_another = signing()
        provider.audience, provider.claims["sub"] = "clapvert", ""
        nobody = signing()
        for browser in (forged, for_another, nobody):
            assert browser.last.status_code == 401  # type: ignore[attr-defined]
            assert COOKIE not in browser.cookies

    def test_a_way_back_that_this_browser_did_not_start_opens_nothing(self, signing: Sign) -> None:
        browser = signing()
        browser.cookies.clear()
        for path in ("/signin/back", "/signin/back?code=x&state=y", "/signin/back?error=access_denied&state=y"):
            assert browser.get(path).status_code == 401
            assert COOKIE not in browser.cookies

    @pytest.mark.parametrize(
        "to", ["https://ailleurs.example/", "//ailleurs.example", "/\\ailleurs.example", "javascript:x"]
    )
    def test_the_way_back_stays_here(self, signing: Sign, to: str) -> None:
        browser = signing(start=f"/signin?{urlencode({'next': to})}")
        assert urlsplit(str(browser.last.url)).netloc == urlsplit(str(browser.base_url)).netloc  # type: ignore[attr-defined]
        assert urlsplit(str(browser.last.url)).path == "/"  # type: ignore[attr-defined]

    def test_a_session_is_signed_and_ends(self, signing: Sign, monkeypatch: pytest.MonkeyPatch) -> None:
        browser = signing()
        kept = browser.cookies[COOKIE]
        as_json = {"Accept": "application/json"}
        for forged in (kept[:-1] + ("E" if kept[-1] != "E" else "I"), "u-1", "", kept.split(".")[0]):
            other = httpx.get(
                f"{browser.base_url}/api/sources", cookies={COOKIE: forged}, headers=as_json, trust_env=False
            )
            assert other.status_code == 401
        now = time.time()
        monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + 13 * 3600)
        assert browser.get("/api/sources", headers=as_json).status_code == 401


def test_the_provider_is_asked_with_state_nonce_and_pkce(signing: Sign) -> None:
    browser = signing()
    browser.follow_redirects = False
    asked = parse_qs(urlsplit(browser.get("/signin").headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["state"][0]
    assert asked["nonce"][0]
    assert asked["scope"] == ["openid email profile"]
