"""Where one can go, and who may: the entries at the top of every page, in their order."""

from __future__ import annotations

from dataclasses import dataclass

from callback.keys import Role
from callback.people.user import User


@dataclass(frozen=True)
class Entry:
    """A page in the navigation; `key` is its name among the words and marks the page that is shown."""

    key: str
    path: str
    who: Role
    needs_desk: bool = False


ENTRIES = (
    Entry("nav.desk", "/desk", Role.AGENT, needs_desk=True),
    Entry("nav.board", "/board", Role.SUPERVISOR),
    Entry("nav.callbacks", "/callbacks", Role.SUPERVISOR),
    Entry("nav.peaks", "/peaks", Role.MANAGER),
    Entry("nav.forecast", "/forecast", Role.MANAGER),
    Entry("nav.staffing", "/staffing", Role.MANAGER),
    Entry("nav.punctuality", "/punctuality", Role.MANAGER),
    Entry("nav.team", "/team", Role.MANAGER),
    Entry("nav.imports", "/imports", Role.MANAGER),
    Entry("nav.lines", "/lines", Role.ADMIN),
    Entry("nav.setup", "/setup", Role.MANAGER),
    Entry("nav.users", "/users", Role.ADMIN),
    Entry("nav.audit", "/audit", Role.ADMIN),
)


def entries_for(user: User) -> list[Entry]:
    """Return the entries that a user may open."""
    return [
        entry
        for entry in ENTRIES
        if user.may(entry.who) and not (entry.needs_desk and user.agent_id is None)
    ]


def home_of(user: User) -> str:
    """Return where a user begins: at the first entry, or at her account if there is none."""
    entries = entries_for(user)
    return entries[0].path if entries else "/account"
