"""A small made-up log in the format of the real one, which may not be committed."""

from __future__ import annotations

import gzip
from pathlib import Path

HEADER = (
    "vru+line,call_id,customer_id,priority,type,date,vru_entry,vru_exit,vru_time,"
    "q_start,q_exit,q_time,outcome,ser_start,ser_exit,ser_time,server"
)
# type, date, vru_exit, q_time, outcome, ser_start, ser_exit, server
ROWS = [
    ("PS", "1999-02-08", "9:00:10", 0, "AGENT", "9:00:10", "9:03:10", "S01"),
    ("NE", "1999-02-08", "9:05:00", 30, "AGENT", "9:05:30", "9:35:30", "S02"),
    ("PS", "1999-02-08", "9:10:00", 45, "HANG", "0:00:00", "0:00:00", "NO_SERVER"),
    ("PS", "1999-02-08", "9:12:00", 20, "PHANTOM", "9:12:20", "9:12:25", "NO_SERVER"),
    ("PS", "1999-02-08", "10:15:00", 0, "AGENT", "10:15:00", "10:15:40", "NO_SERVER"),
    ("NW", "1999-02-08", "23:59:54", 33, "AGENT", "0:00:26", "0:01:33", "S03"),
    ("PS", "1999-02-09", "9:00:00", 5, "AGENT", "9:00:05", "9:02:05", "S01"),
]


def row(
    kind: str,
    day: str,
    arrived: str,
    waited: int,
    outcome: str,
    begun: str,
    ended: str,
    server: str,
) -> str:
    return (
        f"AA0101,1,0,0,{kind},{day},{arrived},{arrived},0,{arrived},{arrived},{waited},"
        f"{outcome},{begun},{ended},0,{server}"
    )


def write_log(path: Path, rows: list[tuple[str, str, str, int, str, str, str, str]]) -> Path:
    text = "\n".join([HEADER, *(row(*each) for each in rows)]) + "\n"
    if path.suffix == ".gz":
        with gzip.open(path, "wt") as file:
            file.write(text)
    else:
        path.write_text(text)
    return path
