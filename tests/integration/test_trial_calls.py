"""Trial calls: placed once whatever happens, never against a rule, and limited, on each kind of database."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import cast

import pytest

from callback.dialing.leg import LEASE, LegOutcome, LegStatus
from callback.dialing.recovery import sweep
from callback.dialing.rules import Rule
from callback.dialing.trial_call import STALE_AFTER, TrialCall
from callback.dialing.trying_out import (
    BY_USER,
    TO_NUMBER,
    TOO_OFTEN,
    ask_for_trial,
    place_trial,
    resolve_trial,
)
from callback.errors import (
    InvalidInput,
    NotFound,
    TelephonyRefused,
    TelephonyUnavailable,
    TelephonyUncertain,
)
from callback.jobs import JobName
from callback.lines.line import Line
from callback.promises.do_not_call import put_on_list
from tests.integration.office import LINE_NUMBER, PUBLIC, Office

NUMBER = "+14155550111"


@pytest.fixture(autouse=True)
def by_day(office: Office) -> None:
    """Eleven in the morning where the phones are: a trial call is no exception from lawful hours."""
    office.clock.move_to(office.clock.now().replace(hour=19))


async def asked(office: Office, line: Line, number: str = NUMBER, by: str = "Ada") -> TrialCall:
    async with office.runtime.work() as work:
        return await ask_for_trial(work, line.id, number, by)


async def now(office: Office, trial: TrialCall) -> TrialCall:
    return cast(TrialCall, await office.again(trial))


async def test_several_workers_place_one_call(office: Office) -> None:
    line = await office.line()
    trial = await asked(office, line, "(415) 555-0111")
    assert [wake.job for wake, _ in office.jobs.wishes] == [JobName.PLACE_TRIAL]
    done = await asyncio.gather(*(place_trial(office.runtime, trial.id) for _ in range(5)))
    assert sorted(done) == [False] * 4 + [True]
    (order,) = office.telephony.orders
    assert (order.to, order.caller_id, order.limit_seconds) == (NUMBER, LINE_NUMBER, 60)
    assert order.answer_url == f"{PUBLIC}/twilio/voice/trial/{trial.id}/answered"
    placed = await now(office, trial)
    assert (placed.status, placed.asked_by) == (LegStatus.PLACED, "Ada")


async def test_one_that_nobody_was_woken_for_is_placed_by_the_sweep(office: Office) -> None:
    trial = await asked(office, await office.line())
    office.clock.move_to(office.clock.now() + timedelta(seconds=2))
    await sweep(office.runtime)
    assert (await now(office, trial)).call_sid is not None


async def test_who_presses_twice_gets_one_call(office: Office) -> None:
    line = await office.line()
    first, second = await asyncio.gather(asked(office, line), asked(office, line))
    assert first.id == second.id


async def test_a_lost_answer_is_asked_after_and_never_placed_again(office: Office) -> None:
    trial = await asked(office, await office.line())
    office.telephony.trouble.append(TelephonyUncertain("no answer"))
    assert not await place_trial(office.runtime, trial.id)
    assert (await now(office, trial)).status == LegStatus.PLACING
    office.clock.move_to(office.clock.now() + LEASE + timedelta(seconds=1))
    await sweep(office.runtime)
    found = await now(office, trial)
    assert found.call_sid is not None
    assert len(office.telephony.orders) == 1


async def test_one_that_was_proven_absent_has_failed(office: Office) -> None:
    trial = await asked(office, await office.line())
    office.telephony.trouble.append(TelephonyUncertain("no answer"))
    await place_trial(office.runtime, trial.id)
    office.telephony.known.clear()
    office.clock.move_to(office.clock.now() + LEASE + timedelta(seconds=1))
    assert await resolve_trial(office.runtime, trial.id)
    ended = await now(office, trial)
    assert (ended.outcome, ended.why) == (LegOutcome.FAILED, "unavailable")
    await sweep(office.runtime)
    assert len(office.telephony.orders) == 1


@pytest.mark.parametrize(
    ("error", "why", "code"),
    [
        (TelephonyRefused("no", 21219), "refused", 21219),
        (TelephonyUnavailable("no connection"), "unavailable", None),
    ],
)
async def test_what_the_telephone_company_says_is_kept(
    office: Office, error: TelephonyRefused | TelephonyUnavailable, why: str, code: int | None
) -> None:
    trial = await asked(office, await office.line())
    office.telephony.trouble.append(error)
    assert not await place_trial(office.runtime, trial.id)
    ended = await now(office, trial)
    assert (ended.outcome, ended.why, ended.code) == (LegOutcome.FAILED, why, code)


async def test_one_that_comes_too_late_is_not_placed(office: Office) -> None:
    trial = await asked(office, await office.line())
    office.clock.move_to(office.clock.now() + STALE_AFTER + timedelta(seconds=1))
    assert not await place_trial(office.runtime, trial.id)
    assert (await now(office, trial)).why == "stale"
    assert office.telephony.orders == []


async def test_rules_of_dialling_count_when_it_is_asked_for_and_when_it_is_placed(
    office: Office,
) -> None:
    line = await office.line()
    assert (await asked(office, line, "+442079460000")).why == Rule.COUNTRY
    trial = await asked(office, line)
    async with office.runtime.work() as work:
        await put_on_list(work, NUMBER, "asked")
    assert not await place_trial(office.runtime, trial.id)
    assert (await now(office, trial)).why == Rule.DO_NOT_CALL
    assert office.telephony.orders == []


async def test_nobody_has_phones_rung_all_day(office: Office) -> None:
    line = await office.line()
    for _ in range(TO_NUMBER.most):
        trial = await asked(office, line)
        await place_trial(office.runtime, trial.id)
        async with office.runtime.work() as work:
            (await work.session.get_one(TrialCall, trial.id)).end(work.now, LegOutcome.COMPLETED)
    assert (await asked(office, line)).why == TOO_OFTEN
    for number in range(BY_USER.most):
        await asked(office, line, f"+1415555{3000 + number}", "Bea")
    last = await asked(office, line, "+14155554000", "Bea")
    assert (last.why, last.outcome) == (TOO_OFTEN, LegOutcome.REFUSED)


async def test_what_is_no_number_or_no_line_is_said_at_once(office: Office) -> None:
    line = await office.line()
    with pytest.raises(InvalidInput):
        await asked(office, line, "nonsense")
    with pytest.raises(NotFound):
        await asked(office, Line(id="0" * 32, **line.model_dump(exclude={"id"})))
