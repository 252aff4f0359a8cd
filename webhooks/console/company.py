"""Sign in through the company's own identity provider, where one is set."""

from __future__ import annotations

import hmac
import secrets

from fastapi import Request, Response

from callback.errors import NotFound
from callback.people.provider import Handshake, IdentityProvider, IdentityRefused, sign_in_as
from webhooks.console.cookies import drop_handshake, handshake_of, keep_handshake, keep_session
from webhooks.console.pages import Pages
from webhooks.console.rendering import go_to
from webhooks.console.signing_in import browser_of
from webhooks.requests import Office, runtime_of

pages = Pages()
RETURN = "/sign-in/company/return"
FAILED = "/sign-in?company=failed"


def provider_of(request: Request) -> IdentityProvider:
    """Return the provider that the settings name, made when the first user asks.

    Raises:
        NotFound: none is set.

    """
    state, settings = request.app.state, runtime_of(request).settings
    if not settings.oidc_issuer:
        raise NotFound("identity provider", "OIDC_ISSUER")
    provider: IdentityProvider | None = getattr(state, "identity_provider", None)
    if provider is None:
        # The library belongs to an extra, and is there only where a provider is set.
        from callback.oidc import OpenIdProvider

        provider = OpenIdProvider(
            settings.oidc_issuer,
            settings.oidc_client_id,
            settings.oidc_client_secret.get_secret_value(),
        )
        state.identity_provider = provider
    return provider


@pages.get("/sign-in/company", who=None)
async def away(request: Request, office: Office) -> Response:
    """Send the browser to the provider."""
    handshake = Handshake(*(secrets.token_urlsafe(32) for _ in range(3)))
    return_to = office.settings.public_base_url + RETURN
    try:
        answer = go_to(await provider_of(request).address(handshake, return_to))
    except IdentityRefused:
        return go_to(FAILED)
    keep_handshake(request, answer, handshake)
    return answer


@pages.get(RETURN, who=None)
async def back(request: Request, office: Office, code: str = "", state: str = "") -> Response:
    """Sign in whom the provider vouches for, in the browser that was sent away and in no other."""
    handshake = handshake_of(request)
    if handshake is None or not hmac.compare_digest(handshake.state.encode(), state.encode()):
        return go_to(FAILED)
    return_to = office.settings.public_base_url + RETURN
    try:
        identity = await provider_of(request).identify(
            code, handshake, return_to, office.clock.now()
        )
        secret = await sign_in_as(office, identity, browser_of(request))
    except IdentityRefused:
        return go_to(FAILED)
    answer = go_to("/")
    keep_session(request, answer, secret)
    drop_handshake(request, answer)
    return answer
