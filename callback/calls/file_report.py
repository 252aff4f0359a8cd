"""What was mended or left out of a file, in sentences."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class FileReport:
    """What was read: rows in all, and how many were left out, by reason."""

    rows: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """Return a sentence on everything that was mended or left out."""
        said = [
            f"{number:,} of {self.rows:,} rows left out: {why}."
            for why, number in self.left_out.most_common()
        ]
        return said + self.notes
