"""Proof that a number is the asker's own: a code is texted to it and has to come back."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Field, SQLModel, col, delete

from callback.dialogue.notices import Purpose, code_notice
from callback.ids import new_id
from callback.lines.line import Line
from callback.promises.texting import write_text
from callback.runtime import Work

CODE_DIGITS = 6
CODE_LASTS = timedelta(minutes=10)
MOST_TRIES = 5
FORGOTTEN_AFTER = timedelta(days=1)


class NumberProof(SQLModel, table=True):
    """A wish for a callback that waits for its code. `start_at` is the chosen time, None as soon as possible.

    Only a keyed hash of the code is kept. `tries` counts wrong ones; `used_at` is when the right one came.
    """

    __tablename__ = "number_proof"

    id: str = Field(primary_key=True, max_length=32)
    line_id: str = Field(foreign_key="line.id")
    phone_number: str = Field(max_length=20)
    language: str = Field(max_length=16)
    start_at: datetime | None = None
    code_hash: str = Field(max_length=64)
    tries: int = 0
    created_at: datetime
    expires_at: datetime = Field(index=True)
    used_at: datetime | None = None


class Verdict(StrEnum):
    """What came of a code that was sent back."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"


def hash_of(proof_id: str, code: str, secret: str) -> str:
    """Return what is kept of a code; without the secret it cannot be searched."""
    return hmac.new(secret.encode(), f"{proof_id}:{code}".encode(), hashlib.sha256).hexdigest()


async def ask_for_proof(
    work: Work, line: Line, number: str, language: str, start: datetime | None, secret: str
) -> NumberProof | None:
    """Text a code to a number and remember what is wanted; None where the phone or the line takes no texts.

    Wishes that expired a day ago are forgotten, and their numbers with them.
    """
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    proof_id = new_id(work.now)
    says = code_notice(line.name, code)
    until = work.now + CODE_LASTS
    if write_text(work, line, number, language, Purpose.CODE, says, until=until) is None:
        return None
    proof = NumberProof(
        id=proof_id,
        line_id=line.id,
        phone_number=number,
        language=language,
        start_at=start,
        code_hash=hash_of(proof_id, code, secret),
        created_at=work.now,
        expires_at=until,
    )
    await work.session.exec(
        delete(NumberProof).where(col(NumberProof.expires_at) < work.now - FORGOTTEN_AFTER)
    )
    work.session.add(proof)
    return proof


def judge(proof: NumberProof, code: str, secret: str, now: datetime) -> Verdict:
    """Judge a code that came back; a wrong one counts, and after a few, or too late, none is right any more."""
    if proof.used_at is not None or now > proof.expires_at or proof.tries >= MOST_TRIES:
        return Verdict.OVER
    digits = "".join(code.split())
    if hmac.compare_digest(hash_of(proof.id, digits, secret), proof.code_hash):
        proof.used_at = now
        return Verdict.RIGHT
    proof.tries += 1
    return Verdict.OVER if proof.tries >= MOST_TRIES else Verdict.WRONG
