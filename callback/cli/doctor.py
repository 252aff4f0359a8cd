"""What can be wrong with an installation, checked one by one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import func, select

from callback.arq_jobs import connect
from callback.database import Database
from callback.dialing.trying_out import newest_trials
from callback.embedded_redis import EmbeddedRedis
from callback.errors import CallbackError, CallGone, SetupError
from callback.lines.line import Line, LineNumber
from callback.mail import MailFailed, postman_of
from callback.migrations import upgrade
from callback.settings import Settings
from callback.telephony.addresses import Addresses
from callback.telephony.twilio import TwilioTelephony

NO_SUCH_CALL = "CA" + "0" * 32


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    fine: bool
    detail: str


async def diagnose(settings: Settings) -> list[Finding]:
    """Look at everything and return what was found; numbers only where Twilio can be asked."""
    database, twilio = await _database(settings), await _twilio(settings)
    found = [
        database,
        await _redis(settings),
        twilio,
        _public_address(settings),
        _secret_key(settings),
    ]
    if settings.mail_host:
        found.append(await _mail(settings))
    if database.fine and twilio.fine:
        found.append(await _numbers(settings))
    return [*found, await _trial_call(settings)] if database.fine else found


async def _database(settings: Settings) -> Finding:
    try:
        await asyncio.to_thread(upgrade, settings.database_url)
        database = Database(settings.database_url)
        try:
            async with database.reading() as session:
                lines = (await session.exec(select(func.count()).select_from(Line))).one()
                numbers = (await session.exec(select(func.count()).select_from(LineNumber))).one()
        finally:
            await database.close()
    except (SQLAlchemyError, CallbackError, OSError) as error:
        return Finding("database", False, f"{type(error).__name__}; check DATABASE_URL")
    return Finding("database", True, f"up to date, {lines} lines with {numbers} numbers")


async def _redis(settings: Settings) -> Finding:
    embedded = None if settings.redis_url else EmbeddedRedis(settings.data_dir)
    try:
        url = await asyncio.to_thread(embedded.join) if embedded else settings.redis_url
        redis = connect(url, patient=False)
        try:
            await redis.ping()
        finally:
            await redis.aclose(close_connection_pool=True)
    except (RedisError, CallbackError, OSError) as error:
        detail = (
            f"{type(error).__name__}; check REDIS_URL. Promises are kept without it, seconds later"
        )
        return Finding("redis", False, detail)
    finally:
        if embedded is not None:
            embedded.leave()
    return Finding("redis", True, "embedded" if embedded else "answers")


async def _twilio(settings: Settings) -> Finding:
    if not settings.twilio_account_sid or not settings.twilio_auth_token:
        return Finding("twilio", False, "set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
    telephony = _telephony(settings)
    try:
        await telephony.fetch_call(NO_SUCH_CALL)
    except CallGone:
        return Finding("twilio", True, "account and token are right")
    except CallbackError as error:
        return Finding("twilio", False, f"{error}; check account, token and network")
    finally:
        await telephony.close()
    return Finding("twilio", True, "account and token are right")


def _telephony(settings: Settings) -> TwilioTelephony:
    return TwilioTelephony(
        settings.twilio_account_sid,
        settings.twilio_auth_token[0].get_secret_value(),
        settings.twilio_api_base_url,
    )


async def _numbers(settings: Settings) -> Finding:
    """Look whether the numbers of all lines are the account's, and lead here."""
    database, telephony = Database(settings.database_url), _telephony(settings)
    try:
        async with database.reading() as session:
            ours = set((await session.exec(select(LineNumber.number))).all())
        owned = {each.number: each for each in await telephony.owned_numbers()}
    except (SQLAlchemyError, CallbackError, OSError) as error:
        return Finding("numbers", False, f"{type(error).__name__}; they could not be looked at")
    finally:
        await telephony.close()
        await database.close()
    here = Addresses(settings.public_base_url).of_number()
    foreign = sorted(ours - set(owned))
    astray = sorted(each for each in ours & set(owned) if owned[each].addresses != here)
    if foreign:
        return Finding("numbers", False, f"not in the account: {', '.join(foreign)}")
    if astray:
        detail = (
            f"lead elsewhere: {', '.join(astray)}; the page /setup of the console leads them here"
        )
        return Finding("numbers", False, detail)
    return Finding("numbers", True, f"{len(ours)} of lines, all lead here")


async def _trial_call(settings: Settings) -> Finding:
    """Tell of the last test call; that there was none is no fault."""
    database = Database(settings.database_url)
    try:
        async with database.reading() as session:
            trials = await newest_trials(session, 1)
    except SQLAlchemyError as error:
        return Finding("test call", False, f"{type(error).__name__}; it could not be looked at")
    finally:
        await database.close()
    if not trials:
        return Finding("test call", True, "none yet; the page /setup of the console places one")
    trial, line = trials[0]
    when = trial.created_at.isoformat(timespec="minutes")
    if trial.live:
        return Finding("test call", True, f"under way by {line.name} since {when}")
    ended = "answered" if trial.worked else trial.why or trial.outcome or "failed"
    code = f", error {trial.code}" if trial.code is not None else ""
    return Finding("test call", trial.worked, f"{ended} ({line.name}, {when}{code})")


async def _mail(settings: Settings) -> Finding:
    try:
        postman = postman_of(settings)
        if postman is not None:
            await postman.check()
    except SetupError as error:
        return Finding("e-mail", False, str(error))
    except MailFailed as error:
        return Finding("e-mail", False, f"{error}; check MAIL_HOST and what belongs to it")
    to = len(settings.report_mail_to)
    return Finding("e-mail", True, f"the server answers; {settings.report_mail_every} to {to}")


def _public_address(settings: Settings) -> Finding:
    local = settings.public_base_url.startswith(("http://127.", "http://localhost"))
    simulated = bool(settings.twilio_api_base_url)
    if local and not simulated:
        detail = "PUBLIC_BASE_URL is on this machine; Twilio needs an address that it can reach"
        return Finding("public address", False, detail)
    return Finding("public address", True, settings.public_base_url)


def _secret_key(settings: Settings) -> Finding:
    signed = bool(settings.secret_key.get_secret_value())
    # Nothing is broken without it, so it is no fault.
    without = (
        "empty, so no links in texts and no form on the web; set SECRET_KEY to a long random text"
    )
    return Finding("secret key", True, "links and codes can be signed" if signed else without)
