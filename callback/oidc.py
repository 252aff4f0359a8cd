"""The adapter of identity providers: OpenID Connect with PKCE, through authlib; needs the extra `oidc`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from callback.people.provider import Handshake, Identity, IdentityRefused

REQUEST_SECONDS = 5.0
LEEWAY_SECONDS = 60
# A provider that signs with the client's secret, or not at all, is not believed.
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]


class OpenIdProvider:
    """A provider by its issuer's address; where it answers what, it says itself (discovery)."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._transport = transport
        self._described: dict[str, Any] | None = None

    def _client(self, return_to: str = "") -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            client_id=self._client_id,
            client_secret=self._client_secret,
            redirect_uri=return_to,
            scope="openid email",
            code_challenge_method="S256",
            transport=self._transport,
            timeout=REQUEST_SECONDS,
        )

    async def _get(self, url: str) -> dict[str, Any]:
        async with httpx2.AsyncClient(transport=self._transport, timeout=REQUEST_SECONDS) as web:
            answer = await web.get(url)
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
            return found

    async def _description(self) -> dict[str, Any]:
        if self._described is None:
            found = await self._get(f"{self._issuer}/.well-known/openid-configuration")
            if str(found.get("issuer", "")).rstrip("/") != self._issuer:
                raise IdentityRefused("the provider calls itself by another name than OIDC_ISSUER")
            self._described = found
        return self._described

    async def address(self, handshake: Handshake, return_to: str) -> str:
        """Return the provider's own page for signing in."""
        try:
            described = await self._description()
            async with self._client(return_to) as client:
                url, _ = client.create_authorization_url(
                    described["authorization_endpoint"],
                    state=handshake.state,
                    nonce=handshake.nonce,
                    code_verifier=handshake.verifier,
                )
        except (httpx2.HTTPError, KeyError, ValueError) as error:
            raise IdentityRefused("the identity provider does not answer") from error
        return str(url)

    async def identify(
        self, code: str, handshake: Handshake, return_to: str, now: datetime
    ) -> Identity:
        """Exchange the code for a signed statement, and read it."""
        try:
            described = await self._description()
            async with self._client(return_to) as client:
                token = await client.fetch_token(
                    described["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=handshake.verifier,
                )
            published = await self._get(described["jwks_uri"])
            keys = KeySet.import_key_set({"keys": published["keys"]})
            statement = jwt.decode(token["id_token"], keys, algorithms=ALGORITHMS)
            self._check(statement.claims, described["issuer"], handshake, now)
        except (httpx2.HTTPError, AuthlibBaseError, JoseError, KeyError, ValueError) as error:
            raise IdentityRefused("the identity provider did not vouch for anybody") from error
        claims = statement.claims
        verified = claims.get("email_verified") is True
        return Identity(str(claims["sub"]), str(claims["email"]) if verified else None)

    def _check(
        self, claims: dict[str, Any], issuer: str, handshake: Handshake, now: datetime
    ) -> None:
        rules = jwt.JWTClaimsRegistry(
            now=lambda: int(now.timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": self._client_id},
            nonce={"essential": True, "value": handshake.nonce},
            sub={"essential": True},
            exp={"essential": True},
        )
        rules.validate(claims)
