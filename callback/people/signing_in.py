"""Use cases: sign in, set a password by link, change it.

A password is looked at between two transactions, never inside one: it takes as long as ten of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import col, select

from callback.errors import NotAllowed
from callback.people.attempts import SignInAttempt, count_attempt, forgive
from callback.people.link import user_of_link, void_links
from callback.people.passwords import check_password, hash_password, is_outdated, is_password
from callback.people.session import end_sessions, open_session
from callback.people.user import User
from callback.runtime import Runtime


class TooManyAttempts(NotAllowed):
    """So many attempts have failed that nobody may try for a quarter of an hour."""


@dataclass(frozen=True)
class Browser:
    """Who asks: the network address, and what the browser calls itself."""

    address: str = ""
    device: str = ""


async def sign_in(runtime: Runtime, email: str, password: str, browser: Browser) -> str:
    """Return the secret of a new session for who gives her password.

    Raises:
        TooManyAttempts: for this account or from this address.
        NotAllowed: no such user, not this password, or disabled; which of them is not said.

    """
    async with runtime.work() as work:
        attempt = await count_attempt(work.session, email, browser.address, work.now)
        found = await work.session.exec(
            select(User).where(col(User.email) == email.strip().lower())
        )
        user = found.first()
    if attempt is None:
        raise TooManyAttempts("too many attempts; try again in a quarter of an hour")
    known = user if user is not None and user.disabled_at is None else None
    if not await is_password(known.password_hash if known else None, password) or known is None:
        raise NotAllowed("the e-mail address or the password is wrong")
    return await _open(runtime, known.id, attempt, password, browser)


async def _open(
    runtime: Runtime, user_id: str, attempt: SignInAttempt, password: str, browser: Browser
) -> str:
    async with runtime.database.reading() as session:
        outdated = is_outdated((await session.get_one(User, user_id)).password_hash or "")
    better = await hash_password(password) if outdated else None
    async with runtime.work() as work:
        user = await work.session.get_one(User, user_id, with_for_update=True)
        if user.disabled_at is not None:
            raise NotAllowed("the e-mail address or the password is wrong")
        if better is not None:
            user.password_hash = better
        (await work.session.get_one(SignInAttempt, attempt.id)).succeeded = True
        await work.session.flush()
        await forgive(work.session, attempt.account)
        _, secret = open_session(work.session, user, work.now, browser.device, browser.address)
    return secret


async def take_up_link(runtime: Runtime, link_secret: str, password: str, browser: Browser) -> str:
    """Set the password of a link's user, end her sessions, and return the secret of a new one.

    Raises:
        NotAllowed: the link cannot be used (any more).
        InvalidInput: the password is not accepted; the link stays usable.

    """
    async with runtime.database.reading() as session:
        user = await user_of_link(session, link_secret, runtime.clock.now())
    check_password(password, user.email, user.name)
    password_hash = await hash_password(password)
    async with runtime.work() as work:
        user = await user_of_link(work.session, link_secret, work.now, locked=True)
        await void_links(work.session, user.id, work.now)
        await end_sessions(work.session, user.id, work.now)
        user.password_hash = password_hash
        _, secret = open_session(work.session, user, work.now, browser.device, browser.address)
    return secret


async def change_password(
    runtime: Runtime, user: User, old: str, new: str, browser: Browser
) -> str:
    """Change a password that the user knows; end all her sessions and return the secret of a new one.

    Raises:
        NotAllowed: `old` is not her password, or was guessed at too often.
        InvalidInput: the new one is not accepted.

    """
    async with runtime.work() as work:
        attempt = await count_attempt(work.session, user.email, browser.address, work.now)
    if attempt is None:
        raise TooManyAttempts("too many attempts; try again in a quarter of an hour")
    if not await is_password(user.password_hash, old):
        raise NotAllowed("the present password is wrong")
    check_password(new, user.email, user.name)
    password_hash = await hash_password(new)
    async with runtime.work() as work:
        changed = await work.session.get_one(User, user.id, with_for_update=True)
        changed.password_hash = password_hash
        await forgive(work.session, attempt.account)
        await void_links(work.session, user.id, work.now)
        await end_sessions(work.session, user.id, work.now)
        _, secret = open_session(work.session, changed, work.now, browser.device, browser.address)
    return secret
