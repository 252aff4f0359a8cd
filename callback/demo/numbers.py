"""Telephone numbers that are nobody's.

The exchange 555 with 0100 to 0199 is kept for fiction in every area of North America; the areas below share
one time zone, so that everybody called back lives by the clock of the line.
"""

from __future__ import annotations

from typing import Final

# fmt: off
AREAS: Final = (
    617, 305, 404, 202, 215, 412, 919, 704, 803, 516, 518, 607, 716, 585, 315, 914, 845, 201, 973, 908, 609,
    856, 732, 302, 410, 301, 443, 240, 703, 804, 757, 540, 434, 571,
)
# fmt: on
LINE_NUMBER: Final = "+12125550199"


def number_of(person: int) -> str:
    """Return the number of the n-th person of a day.

    Raises:
        ValueError: there are more people than fictitious numbers.

    """
    area, ending = divmod(person, 100)
    if area >= len(AREAS):
        raise ValueError(f"the demo knows only {len(AREAS) * 100} fictitious numbers")
    return f"+1{AREAS[area]}55501{ending:02d}"


def agent_number(agent: int) -> str:
    """Return the number of the n-th agent's phone.

    Raises:
        ValueError: there are more agents than numbers.

    """
    if not 0 <= agent < 99:
        raise ValueError("the demo knows only 99 agents")
    return f"+121255501{agent:02d}"
