"""Sign-in through an identity provider: a real one in small, which can also lie."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from callback.keys import Role
from callback.oidc import OpenIdProvider
from callback.people.members import disable_user, get_user
from tests.console.conftest import Console, Visit

ISSUER = "https://id.example"
CLIENT = "callback"
SECRET = "a secret between two"


class Company:
    """An identity provider. `claims` change what it says, `key` what it signs with."""

    def __init__(self, now: int) -> None:
        self.known = RSAKey.generate_key(2048, {"kid": "1"})
        self.key = self.known
        self.now = now
        self.claims: dict[str, Any] = {}
        self.asked: dict[str, str] = {}
        self.issuer = ISSUER
        routes = [
            Route("/.well-known/openid-configuration", self.describe),
            Route("/keys", self.keys),
            Route("/token", self.token, methods=["POST"]),
        ]
        self.app = Starlette(routes=routes)

    async def describe(self, _: Request) -> JSONResponse:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{ISSUER}/authorize",
                "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/keys",
            }
        )

    async def keys(self, _: Request) -> JSONResponse:
        return JSONResponse({"keys": [self.known.as_dict(private=False)]})

    async def token(self, request: Request) -> JSONResponse:
        form = await request.form()
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        authorization = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        assert request.headers["Authorization"] == f"Basic {authorization}"
        if form["code"] != "good" or challenge != self.asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        claims = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": "person-1",
            "email": "Agent@example.com",
            "email_verified": True,
            "nonce": self.asked["nonce"],
            "iat": self.now,
            "exp": self.now + 60,
        } | self.claims
        said = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode({"alg": "RS256", "kid": "1"}, said, self.key)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})


@pytest.fixture
def company(console: Console) -> Company:
    company = Company(int(console.office.clock.now().timestamp()))
    runtime = console.office.runtime
    settings = runtime.settings.model_copy(update={"oidc_issuer": ISSUER})
    object.__setattr__(runtime, "settings", settings)
    console.app.state.identity_provider = OpenIdProvider(
        ISSUER, CLIENT, SECRET, httpx2.ASGITransport(company.app)
    )
    return company


async def send_away(company: Company, visit: Visit) -> str:
    """Go to the provider as far as its page; return the state with which one comes back."""
    answer = await visit.get("/sign-in/company", 303)
    there = urlsplit(answer.headers["Location"])
    assert f"{there.scheme}://{there.netloc}{there.path}" == f"{ISSUER}/authorize"
    company.asked = {name: values[0] for name, values in parse_qs(there.query).items()}
    assert company.asked["code_challenge_method"] == "S256"
    assert company.asked["redirect_uri"].endswith("/sign-in/company/return")
    return company.asked["state"]


async def come_back(visit: Visit, state: str, code: str = "good") -> str:
    path = f"/sign-in/company/return?code={code}&state={state}"
    return str((await visit.get(path, 303)).headers["Location"])


async def test_an_invited_user_comes_in_and_is_known_from_then_on(
    console: Console, company: Company
) -> None:
    visit = console.stranger()
    assert "Sign in with the company account" in (await visit.get("/sign-in")).text
    assert await come_back(visit, await send_away(company, visit)) == "/"
    assert "agent@example.com" in (await visit.get("/account")).text
    # Another address, even a colleague's, does not make her somebody else.
    company.claims = {"email": "admin@example.com"}
    again = console.stranger()
    assert await come_back(again, await send_away(company, again)) == "/"
    assert "agent@example.com" in (await again.get("/account")).text


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "stranger@example.com"},
        {"email_verified": False},
        {"email_verified": None},
        {"nonce": "another's"},
        {"nonce": None},
        {"aud": "another client"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
    ],
)
async def test_what_the_provider_does_not_vouch_for_lets_nobody_in(
    console: Console, company: Company, claims: dict[str, Any]
) -> None:
    company.claims = claims
    visit = console.stranger()
    assert "company=failed" in await come_back(visit, await send_away(company, visit))
    page = await visit.get("/sign-in?company=failed")
    assert "did not work" in page.text
    await visit.get("/account", 303)


async def test_a_forged_signature_lets_nobody_in(console: Console, company: Company) -> None:
    company.key = RSAKey.generate_key(2048, {"kid": "1"})
    visit = console.stranger()
    assert "company=failed" in await come_back(visit, await send_away(company, visit))


async def test_only_the_browser_that_was_sent_away_comes_back(
    console: Console, company: Company
) -> None:
    visit, other = console.stranger(), console.stranger()
    state = await send_away(company, visit)
    assert "company=failed" in await come_back(other, state)
    assert "company=failed" in await come_back(visit, "another")
    assert "company=failed" in await come_back(visit, state, "bad")


async def test_a_disabled_user_stays_out(console: Console, company: Company) -> None:
    async with console.office.runtime.work() as work:
        await disable_user(work, await get_user(work, console.users[Role.AGENT].id))
    visit = console.stranger()
    assert "company=failed" in await come_back(visit, await send_away(company, visit))


async def test_a_provider_of_another_name_is_not_used(console: Console, company: Company) -> None:
    company.issuer = "https://elsewhere.example"
    answer = await console.stranger().get("/sign-in/company", 303)
    assert "company=failed" in answer.headers["Location"]


async def test_without_a_provider_there_is_no_such_door(console: Console) -> None:
    visit = console.stranger()
    assert "company account" not in (await visit.get("/sign-in")).text
    await visit.get("/sign-in/company", 404)
