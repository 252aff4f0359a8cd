"""`python -m callback.simulator`: the simulator as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import uvicorn

from callback.clock import clock_from
from callback.simulator.account import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, Account
from callback.simulator.app import create_app
from callback.simulator.crowd import crowd_from, planned_calls
from callback.simulator.exchange import Exchange
from callback.simulator.faults import faults_from
from callback.simulator.ids import is_sid
from callback.simulator.people import read_people
from callback.simulator.scenario import PlannedCall, play_scenario, read_scenario
from callback.simulator.transport import AiohttpTransport

log = logging.getLogger("callback.simulator")


def parser() -> argparse.ArgumentParser:
    """Return the command line's grammar."""
    grammar = argparse.ArgumentParser(prog="python -m callback.simulator", description=__doc__)
    grammar.add_argument("--host", default="127.0.0.1")
    grammar.add_argument("--port", type=int, default=4010)
    url = "NUMBER=URL"
    grammar.add_argument("--number", action="append", default=[], metavar=url, help="voice URL")
    grammar.add_argument("--status", action="append", default=[], metavar=url)
    grammar.add_argument("--fallback", action="append", default=[], metavar=url)
    grammar.add_argument("--sms", action="append", default=[], metavar=url)
    grammar.add_argument(
        "--debugger", default="", metavar="URL", help="told of warnings and errors"
    )
    grammar.add_argument("--account-sid", default=DEMO_ACCOUNT_SID)
    grammar.add_argument("--auth-token", default=DEMO_AUTH_TOKEN)
    grammar.add_argument("--clock", default="", help="empty, or START,REAL_START,RATE")
    grammar.add_argument("--scenario", type=Path, help="JSON lines: calls to come")
    grammar.add_argument("--people", type=Path, help="TOML: who has which number")
    grammar.add_argument(
        "--crowd", type=json.loads, metavar="JSON", help="callers from the start on; see the docs"
    )
    grammar.add_argument(
        "--faults",
        type=json.loads,
        default={},
        metavar="JSON",
        help="what goes wrong from the start",
    )
    grammar.add_argument(
        "--archive", type=Path, help="write every request here, a line of JSON each"
    )
    grammar.add_argument("--calls-per-second", type=float)
    grammar.add_argument("--max-calls", type=int)
    grammar.add_argument("--seed", type=int, default=1)
    grammar.add_argument("--log-level", default="warning")
    return grammar


def split_setting(text: str) -> tuple[str, str]:
    """Return number and URL of a `NUMBER=URL` setting.

    Raises:
        ValueError: it is not one.

    """
    number, separator, url = text.partition("=")
    if not separator or not number.startswith("+") or "://" not in url:
        raise ValueError(f"expected +NUMBER=URL, not {text!r}")
    return number, url


def exchange_for(options: argparse.Namespace) -> Exchange:
    """Return an exchange as the command line describes it.

    Raises:
        ValueError: a setting makes no sense.

    """
    if not is_sid(options.account_sid, "AC"):
        raise ValueError(f"{options.account_sid!r} is not an account SID")
    account = Account(
        options.account_sid,
        options.auth_token,
        calls_per_second=options.calls_per_second,
        max_calls=options.max_calls,
        debugger_url=options.debugger,
    )
    exchange = Exchange(
        clock_from(options.clock),
        account,
        AiohttpTransport(),
        seed=options.seed,
        api_base=f"http://{options.host}:{options.port}",
    )
    exchange.suffer(faults_from(options.faults))
    settings = (
        ("voice_url", options.number),
        ("status_callback", options.status),
        ("voice_fallback_url", options.fallback),
        ("sms_url", options.sms),
    )
    for field, texts in settings:
        for text in texts:
            number, url = split_setting(text)
            exchange.set_number(number, **{field: url})
    return exchange


def planned_for(options: argparse.Namespace, exchange: Exchange) -> list[PlannedCall]:
    """Return the calls that scenario and crowd bring, in order of time.

    Raises:
        ValueError: one of them makes no sense, or calls a number that is not the account's.
        OSError: the scenario cannot be read.

    """
    planned: list[PlannedCall] = []
    if options.scenario is not None:
        planned += read_scenario(options.scenario.read_text("utf-8").splitlines())
    if options.crowd is not None:
        crowd = crowd_from(options.crowd)
        planned += planned_calls(crowd, exchange.clock.now(), exchange.people.draw)
    if foreign := {call.to for call in planned} - set(exchange.account.numbers):
        raise ValueError(f"{', '.join(sorted(foreign))}: called, but given no --number")
    return sorted(planned, key=lambda call: call.at)


async def serve(options: argparse.Namespace) -> int:
    """Run until told to stop; 2 where the options make no sense."""
    with contextlib.ExitStack() as files:
        try:
            exchange = exchange_for(options)
            planned = planned_for(options, exchange)
            if options.people is not None:
                for number, persona in read_people(options.people.read_text("utf-8")).items():
                    exchange.people.register(number, persona)
            if options.archive is not None:
                exchange.journal.keep_in(files.enter_context(_archive(options.archive)))
        except (ValueError, TypeError, OSError) as error:
            sys.stderr.write(f"{error}\n")
            return 2
        return await _run(exchange, planned, options)


def _archive(path: Path) -> IO[str]:
    return path.open("a", encoding="utf-8", buffering=1)


async def _run(exchange: Exchange, planned: list[PlannedCall], options: argparse.Namespace) -> int:
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(exchange),
            host=options.host,
            port=options.port,
            log_level=options.log_level,
            access_log=False,
            timeout_graceful_shutdown=1,
            # longer than clients keep idle connections in their pools
            timeout_keep_alive=75,
        )
    )
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    # uvicorn would raise the signal anew after serving, and the exit code would speak of a kill
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment, method-assign]
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop)
    if planned:
        exchange.spawn(play_scenario(exchange, planned))
    try:
        await server.serve()
    finally:
        await exchange.close()
    return 0 if server.started else 1


def collect_seldom() -> None:
    """Keep the garbage collector from reading every live call again and again.

    Calls leave hardly any cycles behind, while thousands of them live on in the books: with Python's own
    thresholds the collector took as much time as all the rest.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1_000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and serve."""
    options = parser().parse_args(arguments)
    logging.basicConfig(level=options.log_level.upper(), format="%(asctime)s %(name)s %(message)s")
    collect_seldom()
    return asyncio.run(serve(options))


if __name__ == "__main__":
    sys.exit(main())
