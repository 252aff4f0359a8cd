"""The Calls resource."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from callback.simulator.call import Call, StatusEvents
from callback.simulator.dates import span_of
from callback.simulator.detection import Detection
from callback.simulator.exchange import Exchange
from callback.simulator.legs import place
from callback.simulator.rest.asked import Asked
from callback.simulator.rest.endpoints import check_endpoints
from callback.simulator.rest.paging import page_of
from callback.simulator.rest.refusals import Refusal, not_found
from callback.simulator.rest.resources import call_json
from callback.simulator.steps import GoTo, Inline, Source
from callback.simulator.twiml.dial import CALL_EVENTS

LONGEST_TWIML = 4_000
LONGEST_SEND_DIGITS = 32


def create(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Queue a call."""
    from_, to = check_endpoints(exchange, asked)
    source = _source(exchange, asked)
    if source is None:
        raise Refusal(21205)
    timeout_s = asked.integer("Timeout", 60, 1, 600, 21208)
    limit_s = asked.integer("TimeLimit", 14_400, 1, 86_400)
    detection = detection_of(asked, "AsyncAmdStatusCallback")
    events = status_events_of(asked)
    fallback = asked.url("FallbackUrl")
    fallback_method = asked.http_method("FallbackMethod")
    digits = asked.text("SendDigits")
    if len(digits) > LONGEST_SEND_DIGITS or digits.strip("0123456789*#wW"):
        raise Refusal(21206, detail=digits)
    call = exchange.new_call("outbound-api", from_, to, status_events=events)
    call.time_limit_s = limit_s
    if fallback:
        call.fallback = (fallback, fallback_method)
    if digits:
        detection = None
    exchange.dispatcher.submit(
        call, lambda: place(exchange, call, source, timeout_s, detection, digits)
    )
    return 201, call_json(call, exchange.account)


def fetch(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Return one call."""
    return 200, call_json(find(exchange, asked.names["sid"]), exchange.account)


def update(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Redirect or end a call."""
    call = find(exchange, asked.names["sid"])
    source = _source(exchange, asked)
    status = asked.text("Status")
    if status not in ("", "canceled", "completed"):
        raise Refusal(20001, detail=f"Status={status!r}")
    if call.ended:
        raise Refusal(21220)
    if asked.has("TimeLimit"):
        call.time_limit_s = asked.integer("TimeLimit", call.time_limit_s, 1, 86_400)
    if told := asked.url("StatusCallback", 21609):
        known = call.status_events.events if call.status_events else frozenset({"completed"})
        call.status_events = StatusEvents(told, asked.http_method("StatusCallbackMethod"), known)
    if fallback := asked.url("FallbackUrl"):
        call.fallback = (fallback, asked.http_method("FallbackMethod"))
    if status:
        if status == "canceled" and call.status not in ("queued", "ringing"):
            raise Refusal(21220)
        call.hang_up(f"REST: {status}")
    elif source is not None:
        if call.status != "in-progress" and call.direction != "inbound":
            raise Refusal(21220)
        call.redirect(source)
    return 200, call_json(call, exchange.account)


def delete(exchange: Exchange, asked: Asked) -> tuple[int, None]:
    """Strike an ended call from the books."""
    call = find(exchange, asked.names["sid"])
    if not call.ended:
        raise Refusal(20409, 409)
    del exchange.calls[call.sid]
    return 204, None


def listed(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Return calls, newest first."""
    wanted = [
        _same("To", asked, lambda call: call.to),
        _same("From", asked, lambda call: call.from_),
        _same("Status", asked, lambda call: call.status),
        _same("ParentCallSid", asked, lambda call: call.parent_sid or ""),
        within("StartTime", asked, lambda call: call.started_at),
        within("EndTime", asked, lambda call: call.ended_at),
    ]
    tests = [test for test in wanted if test is not None]
    found = [
        call for call in reversed(exchange.calls.values()) if all(test(call) for test in tests)
    ]
    return 200, page_of(
        asked, "calls", found, lambda call: call.sid, lambda call: call_json(call, exchange.account)
    )


def find(exchange: Exchange, sid: str) -> Call:
    """Return a call, or refuse."""
    call = exchange.calls.get(sid)
    if call is None:
        raise not_found(f"Calls/{sid}")
    return call


def status_events_of(asked: Asked) -> StatusEvents | None:
    """Return who is to be told of a call's events."""
    url = asked.url("StatusCallback", 21609)
    method = asked.http_method("StatusCallbackMethod")
    events = asked.words("StatusCallbackEvent", frozenset({"completed"}), CALL_EVENTS)
    return StatusEvents(url, method, events) if url else None


def detection_of(asked: Asked, told: str, *, in_background: bool = False) -> Detection | None:
    """Return what machine detection was asked for."""
    mode = asked.text("MachineDetection")
    if mode in ("", "false"):
        return None
    if mode not in ("Enable", "DetectMessageEnd"):
        raise Refusal(21234, detail=f"MachineDetection={mode!r}")

    def setting(name: str, default: int, low: int, high: int) -> int:
        return asked.integer(f"MachineDetection{name}", default, low, high, 21234)

    return Detection(
        mode,
        setting("Timeout", 30, 3, 60),
        setting("SpeechThreshold", 2_400, 1_000, 6_000) / 1000,
        setting("SpeechEndThreshold", 1_200, 500, 5_000) / 1000,
        setting("SilenceTimeout", 5_000, 2_000, 10_000) / 1000,
        in_background=in_background or asked.text("AsyncAmd").lower() == "true",
        told_url=asked.url(told),
        told_method=asked.http_method(f"{told}Method"),
    )


def within(
    name: str, asked: Asked, instant_of: Callable[[Any], datetime | None]
) -> Callable[[Any], bool] | None:
    """Return a test for a filter on time: equal, before (`<`) and after (`>`), bounds included."""
    bounds: list[Callable[[datetime], bool]] = []
    try:
        for sign in ("", "<", ">"):
            if text := asked.text(name + sign):
                # the library sends a date as its midnight, and equality asks for that day
                first, last = span_of(text if sign else text[:10])
                if sign != "<":
                    bounds.append(lambda at, first=first: at >= first)  # type: ignore[misc]
                if sign != ">":
                    bounds.append(lambda at, last=last: at <= last)  # type: ignore[misc]
    except ValueError as error:
        raise Refusal(20001, detail=str(error)) from error
    if not bounds:
        return None

    def test(item: Any) -> bool:
        at = instant_of(item)
        return at is not None and all(bound(at) for bound in bounds)

    return test


def _same(
    name: str, asked: Asked, value_of: Callable[[Call], str]
) -> Callable[[Call], bool] | None:
    wanted = asked.text(name)
    return (lambda call: value_of(call) == wanted) if wanted else None


def _source(exchange: Exchange, asked: Asked) -> Source | None:
    url, twiml = asked.url("Url"), asked.text("Twiml")
    if asked.has("ApplicationSid") and not url:
        raise Refusal(21218, detail="applications are not simulated")
    if url and twiml:
        exchange.problems.add(32019, level="warning")
    if url:
        return GoTo(url, asked.http_method("Method"))
    if len(twiml) > LONGEST_TWIML:
        raise Refusal(32018)
    return Inline(twiml) if twiml else None
