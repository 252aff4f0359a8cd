"""`python -m tests.acceptance.faults`: the long run, over both databases and several seeds."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.acceptance.faults.hour import Plan, Report, play


def options() -> argparse.Namespace:
    grammar = argparse.ArgumentParser(prog="python -m tests.acceptance.faults", description=__doc__)
    grammar.add_argument("--databases", default="sqlite,postgres,sqlite,postgres")
    grammar.add_argument("--seed", type=int, default=1, help="of the first run")
    grammar.add_argument("--promises", type=int, default=500, help="in each run")
    grammar.add_argument("--kills", type=int, default=55, help="at least, in each run")
    grammar.add_argument("--seconds", type=float, default=500, help="real ones, of each run")
    grammar.add_argument("--rate", type=float, default=4)
    grammar.add_argument("--longest-pause", type=float, default=3)
    grammar.add_argument("--agents", type=int, default=24)
    grammar.add_argument("--keep", type=Path, help="a folder for logs and archives")
    return grammar.parse_args()


async def run(asked: argparse.Namespace) -> list[Report]:
    reports = []
    for number, database in enumerate(asked.databases.split(",")):
        plan = Plan(
            database,
            asked.seed + number,
            asked.promises,
            asked.kills,
            asked.seconds,
            asked.rate,
            asked.longest_pause,
            agents=asked.agents,
        )
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
            folder = Path(temporary)
            if asked.keep is not None:
                folder = asked.keep / f"{database}-{plan.seed}"
                folder.mkdir(parents=True)
            report = await play(plan, folder)
        sys.stdout.write(report.as_text() + "\n")
        sys.stdout.flush()
        reports.append(report)
    return reports


def main() -> int:
    """Run, print the sum, and fail if anything was wrong."""
    reports = asyncio.run(run(options()))
    wrong = sum(len(report.verdict.everything()) for report in reports)
    sys.stdout.write(
        f"in all: {sum(report.promised for report in reports)} promises, "
        f"{sum(report.kills for report in reports)} kills, {wrong} wrong\n"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
