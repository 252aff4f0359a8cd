"""The report's e-mail: one row for each line and period, claimed before it is sent and kept as proof."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlmodel import Field, SQLModel

LEASE = timedelta(minutes=5)
"""How long a worker that is sending may be silent before another sends."""
AGAIN_AFTER = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
"""How long after each failure it is tried again; after the last it is given up."""
KEPT_FOR = timedelta(days=400)


class ReportMail(SQLModel, table=True):
    """The e-mail about `days` local days of a line up to `last`.

    `attempts` counts claims; `claimed_until` ends the lease of the worker that sends. `trouble` is what the
    last attempt met, or whom the server refused. Ends with `sent_at` or `given_up_at`.
    """

    __tablename__ = "report_mail"

    key: str = Field(primary_key=True, max_length=64)
    line_id: str = Field(foreign_key="line.id")
    last: date
    days: int
    created_at: datetime = Field(index=True)
    not_before: datetime
    claimed_until: datetime | None = None
    attempts: int = 0
    trouble: str = Field(default="", max_length=200)
    sent_at: datetime | None = None
    given_up_at: datetime | None = None

    @property
    def over(self) -> bool:
        """Tell whether nothing more is done about it."""
        return self.sent_at is not None or self.given_up_at is not None

    def failed(self, at: datetime, trouble: str) -> None:
        """Note a failure: try again later, or give up."""
        self.trouble, self.claimed_until = trouble[:200], None
        if self.attempts > len(AGAIN_AFTER):
            self.given_up_at = at
        else:
            self.not_before = at + AGAIN_AFTER[self.attempts - 1]


def key_of(line_id: str, last: date, days: int) -> str:
    """Return the name of one line's e-mail about one period."""
    return f"{line_id}:{last.isoformat()}:{days}"
