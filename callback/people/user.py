"""The user of the console: a person with a role, and perhaps the agent that she is."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from callback.columns import words
from callback.errors import InvalidInput
from callback.keys import Role, allows

EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,190}")


class Theme(StrEnum):
    """The colours of the pages: the machine's choice, or the user's own."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class User(SQLModel, table=True):
    """A user. `email` is the name under which she signs in, in small letters.

    `password_hash` is null until an invitation was taken up. `agent_id` names the agent whose desk is hers.
    `subject` is what an identity provider calls her.
    """

    __tablename__ = "console_user"

    id: str = Field(primary_key=True, max_length=32)
    email: str = Field(unique=True, max_length=255)
    name: str = Field(max_length=80)
    role: Role = Field(sa_type=words(Role))
    password_hash: str | None = Field(default=None, max_length=255)
    language: str = Field(default="en", max_length=8)
    theme: Theme = Field(default=Theme.SYSTEM, sa_type=words(Theme))
    agent_id: str | None = Field(default=None, foreign_key="agent.id", unique=True)
    subject: str | None = Field(default=None, unique=True, max_length=255)
    disabled_at: datetime | None = None
    created_at: datetime

    def may(self, role: Role) -> bool:
        """Tell whether this user may do what `role` may."""
        return self.disabled_at is None and allows(self.role, role)


def email_of(text: str) -> str:
    """Return an e-mail address as it is kept.

    Raises:
        InvalidInput: it has not the form of one.

    """
    email = text.strip().lower()
    if not EMAIL.fullmatch(email):
        raise InvalidInput("email", "give an address such as ada@example.com")
    return email
