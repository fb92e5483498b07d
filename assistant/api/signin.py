"""People who sign in with OpenID Connect (extra `oidc`): the way there, the way back, and the session that follows.

Guarantee: who someone is comes from an ID token that their provider signed, for this client, in answer to this browser
(state, nonce and PKCE are Authlib's); an email names someone only when the provider says that it verified it. A session
is a signed name and its hour, out of reach of scripts, and ends after twelve hours; nothing of it is kept here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from itsdangerous import BadSignature, URLSafeTimedSerializer

from assistant.access.access import Access
from ingest.errors import ClapvertError, ErrorCode
from ingest.settings import Settings

COOKIE = "clapvert_person"
STATE_COOKIE = "clapvert_signin"
_HOURS = 12


class Sessions:
    """Gives a session to who signed in, and reads those it gave."""

    def __init__(self, secret: bytes) -> None:
        self._signer = URLSafeTimedSerializer(
            secret, salt="clapvert.person", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def person(self, request: Request) -> str | None:
        """Who signed in; None when nobody did, or too long ago."""
        try:
            said = self._signer.loads(request.cookies.get(COOKIE, ""), max_age=_HOURS * 3600)
        except BadSignature:
            return None
        return said if isinstance(said, str) else None

    def open(self, name: str, request: Request, response: Response) -> None:
        """Keep a name in a cookie. It comes along when a link elsewhere leads here, as a provider's way back does;
        what another site asks for in a visitor's name is refused by `origin`."""
        secure = request.url.scheme == "https"
        value = str(self._signer.dumps(name))
        response.set_cookie(COOKIE, value, max_age=_HOURS * 3600, httponly=True, samesite="lax", secure=secure)


def router(access: Access, sessions: Sessions, closed: Callable[[Request], Response]) -> APIRouter:
    """The routes `/signin`, `/signin/back`, `/signout`; `closed` is the page of who signed out."""
    settings = access.settings
    routes = APIRouter(include_in_schema=False)
    provider = _provider(settings)

    @routes.get("/signin")
    async def signin(request: Request, next: str = "/") -> Response:
        """Go to the provider."""
        request.session["next"] = next if _is_ours(next) else "/"
        base = (settings.public_url or str(request.base_url)).rstrip("/")
        to: Response = await provider.authorize_redirect(request, f"{base}/signin/back")
        return to

    @routes.get("/signin/back")
    async def back(request: Request) -> Response:
        """Come back from it, with a name."""
        from authlib.integrations.starlette_client import OAuthError
        from joserfc.errors import JoseError

        try:
            token = await provider.authorize_access_token(request)
        except (OAuthError, JoseError) as exc:
            raise _refused("Le fournisseur d'identité n'a pas confirmé votre connexion.") from exc
        name = _name(token.get("userinfo") or {}, settings.oidc_name)
        onward = RedirectResponse(request.session.pop("next", "/"), 303)
        request.session.clear()
        sessions.open(name, request, onward)
        await run_in_threadpool(access.trail.add, access.person(name).name, "GET /signin/back", "/signin/back", 303)
        return onward

    @routes.post("/signout")
    def signout(request: Request) -> Response:
        """Close the session; a page of its own says so, for any other would lead back to the provider."""
        said = closed(request)
        said.delete_cookie(COOKIE)
        return said

    return routes


def _provider(settings: Settings) -> Any:
    """The client of the provider; its addresses are read from it at the first use."""
    try:
        from authlib.integrations.starlette_client import OAuth
    except ModuleNotFoundError as exc:
        raise ClapvertError(
            ErrorCode.EXTRA_MISSING,
            "Se connecter par OpenID Connect demande Authlib.",
            "Installez-le : pip install 'clapvert[oidc]'.",
        ) from exc
    assert settings.oidc_issuer is not None
    oauth = OAuth()
    oauth.register(
        "provider",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None,
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
    )
    return oauth.provider


def _name(claims: dict[str, Any], claim: str) -> str:
    said = claims.get(claim)
    if claim == "email" and claims.get("email_verified") is not True:
        raise _refused("Votre adresse n'est pas vérifiée par le fournisseur d'identité.")
    if not isinstance(said, str) or not said.strip() or len(said) > 200:
        raise _refused("Le fournisseur d'identité ne dit pas qui vous êtes.")
    return said.strip()


def _is_ours(path: str) -> bool:
    """Whether a path stays on this server."""
    return path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()


def _refused(detail: str) -> ClapvertError:
    return ClapvertError(ErrorCode.KEY_MISSING, detail, "Recommencez : /signin")
