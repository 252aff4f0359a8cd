"""Use cases of administrators: invite, change, disable and reset users."""

from __future__ import annotations

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.agents.agent import Agent
from callback.audit import COMMAND_LINE, AuditEvent, write_down
from callback.errors import InvalidInput, NotAllowed, NotFound
from callback.ids import new_id
from callback.keys import Role
from callback.people.link import LinkKind, make_link, void_links
from callback.people.session import end_sessions
from callback.people.user import User, email_of
from callback.runtime import Work


async def create_user(
    work: Work,
    email: str,
    name: str,
    role: Role,
    *,
    language: str = "en",
    agent_id: str | None = None,
    by: str = COMMAND_LINE,
) -> User:
    """Make a user, who can sign in once she has a password; `by` whom is written into the audit log.

    Raises:
        InvalidInput: an address or a name that cannot be used, or one that is taken.

    """
    email, name = email_of(email), name.strip()
    if not 1 <= len(name) <= 80:
        raise InvalidInput("name", "takes 1 to 80 characters")
    if await _by_email(work.session, email) is not None:
        raise InvalidInput("email", f"{email} has an account already")
    user = User(
        id=new_id(work.now),
        email=email,
        name=name,
        role=role,
        language=language,
        created_at=work.now,
    )
    await link_agent(work, user, agent_id)
    work.session.add(user)
    await work.session.flush()
    write_down(work.session, work.now, by, AuditEvent.USER_CREATED, email, role)
    return user


async def link_agent(work: Work, user: User, agent_id: str | None) -> None:
    """Say whose desk is this user's.

    Raises:
        InvalidInput: there is no such agent, or the desk is somebody else's.

    """
    if agent_id is not None:
        if await work.session.get(Agent, agent_id) is None:
            raise InvalidInput("agent_id", f"there is no agent {agent_id}")
        with work.session.no_autoflush:
            holder = await work.session.exec(
                select(User).where(col(User.agent_id) == agent_id, col(User.id) != user.id)
            )
        if holder.first() is not None:
            raise InvalidInput("agent_id", "this agent's desk is another user's")
    user.agent_id = agent_id


async def invite(work: Work, user: User, by: str = COMMAND_LINE) -> str:
    """Return the secret of a link with which the user sets her first password, or a new one."""
    if user.disabled_at is not None:
        raise NotAllowed(f"{user.email} is disabled; enable the account first")
    write_down(work.session, work.now, by, AuditEvent.USER_INVITED, user.email)
    kind = LinkKind.INVITATION if user.password_hash is None else LinkKind.RESET
    return await make_link(work.session, user, kind, work.now)


async def change_role(work: Work, user: User, role: Role, by: str = COMMAND_LINE) -> None:
    """Give a user another role.

    Raises:
        NotAllowed: nobody would be left who administers.

    """
    if role != Role.ADMIN:
        await _keep_an_admin(work, user)
    if user.role != role:
        detail = f"{user.role} → {role}"
        write_down(work.session, work.now, by, AuditEvent.USER_CHANGED, user.email, detail)
    user.role = role


async def disable_user(work: Work, user: User, by: str = COMMAND_LINE) -> None:
    """Let a user in no more; her sessions end and her links become useless.

    Raises:
        NotAllowed: nobody would be left who administers.

    """
    if user.disabled_at is not None:
        return
    await _keep_an_admin(work, user)
    user.disabled_at = work.now
    write_down(work.session, work.now, by, AuditEvent.USER_DISABLED, user.email)
    await end_sessions(work.session, user.id, work.now)
    await void_links(work.session, user.id, work.now)


def enable_user(work: Work, user: User, by: str = COMMAND_LINE) -> None:
    """Let a disabled user in again."""
    if user.disabled_at is not None:
        write_down(work.session, work.now, by, AuditEvent.USER_ENABLED, user.email)
    user.disabled_at = None


async def _keep_an_admin(work: Work, user: User) -> None:
    if user.role != Role.ADMIN or user.disabled_at is not None:
        return
    admins = await work.session.exec(
        select(User.id)
        .where(col(User.role) == Role.ADMIN, col(User.disabled_at).is_(None))
        .with_for_update()
    )
    if set(admins.all()) <= {user.id}:
        raise NotAllowed("this is the last administrator; make another one first")


async def get_user(work: Work, user_id: str) -> User:
    """Return a user, locked for this work.

    Raises:
        NotFound: there is none.

    """
    user = await work.session.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound("user", user_id)
    return user


async def user_with(work: Work, email: str) -> User:
    """Return the user who signs in under an address, locked for this work.

    Raises:
        NotFound: there is none.

    """
    user = await _by_email(work.session, email_of(email))
    if user is None:
        raise NotFound("user", email)
    return user


async def list_users(session: AsyncSession) -> list[User]:
    """Return all users by name."""
    found = await session.exec(select(User).order_by(func.lower(col(User.name)), col(User.id)))
    return list(found.all())


async def _by_email(session: AsyncSession, email: str) -> User | None:
    found = await session.exec(select(User).where(col(User.email) == email).with_for_update())
    return found.first()
