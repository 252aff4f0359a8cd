"""Idempotency keys: a request repeated under the same key has the first one's answer and no second effect.

The key is written in the transaction of the request itself. Two at once are one: the second waits for the
first to end. A request that is refused leaves nothing behind, so it may be tried again under the same key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel, col, delete

from callback.errors import InvalidInput
from callback.inserting import insert_once
from callback.runtime import Work

KEPT_FOR = timedelta(hours=24)

Answer = dict[str, Any]


class RememberedAnswer(SQLModel, table=True):
    """What was answered to a request. Of `key` and `request` only hashes (SHA-256) are kept."""

    __tablename__ = "remembered_answer"

    key: str = Field(primary_key=True, max_length=64)
    request: str = Field(max_length=64)
    answer: Answer = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = Field(index=True)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


async def once(
    work: Work,
    owner: str,
    key: str | None,
    request: object,
    do: Callable[[], Awaitable[Answer]],
) -> Answer:
    """Return what `do` answers; under a `key` that its `owner` has used within a day, what was answered then.

    `request` is what was asked for, as JSON knows it.

    Raises:
        InvalidInput: the key was used for another request.

    """
    if key is None:
        return await do()
    await work.session.exec(
        delete(RememberedAnswer).where(col(RememberedAnswer.created_at) <= work.now - KEPT_FOR)
    )
    name = _hash(owner, key)
    asked = _hash(json.dumps(request, sort_keys=True))
    is_first = await insert_once(
        work.session, RememberedAnswer, key=name, request=asked, answer={}, created_at=work.now
    )
    remembered = await work.session.get_one(RememberedAnswer, name)
    if is_first:
        remembered.answer = await do()
    elif remembered.request != asked:
        raise InvalidInput(
            "Idempotency-Key", "was used for another request within a day; take a new one"
        )
    return remembered.answer
