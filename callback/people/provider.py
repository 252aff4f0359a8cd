"""Sign-in through a company's own identity provider: a port, and who is let in by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlmodel import col, select

from callback.errors import NotAllowed
from callback.people.session import open_session
from callback.people.signing_in import Browser
from callback.people.user import User
from callback.runtime import Runtime


class IdentityRefused(NotAllowed):
    """The provider did not say who it is, or says somebody who has no account here."""


@dataclass(frozen=True)
class Identity:
    """Whom the provider vouches for. `email` is None unless the provider has verified it."""

    subject: str
    email: str | None


@dataclass(frozen=True)
class Handshake:
    """Random texts of one sign-in: they tie what comes back to the browser that was sent away."""

    state: str
    nonce: str
    verifier: str


class IdentityProvider(Protocol):
    """What we ask of an identity provider."""

    async def address(self, handshake: Handshake, return_to: str) -> str:
        """Return where the browser is sent to sign in.

        Raises:
            IdentityRefused: the provider does not answer.

        """
        ...

    async def identify(
        self, code: str, handshake: Handshake, return_to: str, now: datetime
    ) -> Identity:
        """Return for whom the code stands with which the browser came back.

        Raises:
            IdentityRefused: it stands for nobody, was meant for somebody else, or is too old.

        """
        ...


async def sign_in_as(runtime: Runtime, identity: Identity, browser: Browser) -> str:
    """Return the secret of a new session of whom the provider vouches for.

    Nobody gets an account by it: she must have been invited under the address that the provider has verified.
    From then on she is known by the provider's own name for her, whatever becomes of the address.

    Raises:
        IdentityRefused: she has no account, or is disabled.

    """
    async with runtime.work() as work:
        found = await work.session.exec(
            select(User).where(col(User.subject) == identity.subject).with_for_update()
        )
        user = found.first()
        if user is None and identity.email is not None:
            found = await work.session.exec(
                select(User)
                .where(col(User.email) == identity.email.lower(), col(User.subject).is_(None))
                .with_for_update()
            )
            user = found.first()
        if user is None or user.disabled_at is not None:
            raise IdentityRefused("there is no account for this person")
        user.subject = identity.subject
        _, secret = open_session(work.session, user, work.now, browser.device, browser.address)
    return secret
