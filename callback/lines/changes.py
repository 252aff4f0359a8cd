"""A line's settings over time: what is being drafted, and every change that was made, by whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from callback.audit import AuditEvent, write_down
from callback.ids import new_id
from callback.lines.directory import line_numbers_of
from callback.lines.editing import change_line
from callback.lines.line import Line
from callback.runtime import Work

UNSEEN = frozenset({"id", "created_at"})
SHOWN = 50


class LineDraft(SQLModel, table=True):
    """Settings of a line that nobody hears of yet, as they were typed: they may still be wrong."""

    __tablename__ = "line_draft"

    line_id: str = Field(primary_key=True, foreign_key="line.id")
    typed: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    by: str = Field(max_length=80)
    at: datetime


class LineChange(SQLModel, table=True):
    """One change of a line: each field with what it was and what it became."""

    __tablename__ = "line_change"

    id: str = Field(primary_key=True, max_length=32)
    line_id: str = Field(foreign_key="line.id", index=True)
    at: datetime
    by: str = Field(max_length=80)
    fields: dict[str, list[Any]] = Field(default_factory=dict, sa_type=JSON)


async def settings_of(session: AsyncSession, line: Line) -> dict[str, Any]:
    """Return all that a line is set to, in values that JSON knows."""
    fields = line.model_dump(mode="json", exclude=set(UNSEEN))
    numbers = await line_numbers_of(session, line.id)
    return fields | {
        "numbers": [each.number for each in numbers],
        "number_languages": {each.number: each.language for each in numbers if each.language},
    }


async def publish(work: Work, line: Line, fields: dict[str, Any], by: str) -> LineChange | None:
    """Change a line, write down what has changed, and drop its draft; None where nothing has.

    Raises:
        InvalidInput: a field that cannot be used; the error names it.

    """
    before = await settings_of(work.session, line)
    await change_line(work, line, fields)
    await work.session.flush()
    await discard(work, line.id)
    after = await settings_of(work.session, line)
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if not changed:
        return None
    change = LineChange(
        id=new_id(work.now), line_id=line.id, at=work.now, by=by[:80], fields=changed
    )
    work.session.add(change)
    write_down(
        work.session, work.now, by, AuditEvent.LINE_CHANGED, line.name, ", ".join(sorted(changed))
    )
    return change


async def keep_draft(work: Work, line_id: str, typed: dict[str, str], by: str) -> None:
    """Keep what was typed, instead of an earlier draft."""
    await discard(work, line_id)
    work.session.add(LineDraft(line_id=line_id, typed=typed, by=by[:80], at=work.now))


async def discard(work: Work, line_id: str) -> None:
    """Drop the draft of a line, if there is one."""
    draft = await work.session.get(LineDraft, line_id, with_for_update=True)
    if draft is not None:
        await work.session.delete(draft)
        await work.session.flush()


async def changes_of(session: AsyncSession, line_id: str) -> list[LineChange]:
    """Return the latest changes of a line, the newest first."""
    found = await session.exec(
        select(LineChange)
        .where(col(LineChange.line_id) == line_id)
        .order_by(col(LineChange.id).desc())
        .limit(SHOWN)
    )
    return list(found.all())
