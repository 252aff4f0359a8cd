"""Putting a runtime together from settings: what the composition roots share."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from callback.arq_jobs import ArqJobs, connect
from callback.database import Database
from callback.embedded_redis import EmbeddedRedis
from callback.errors import SetupError
from callback.migrations import upgrade
from callback.phone import mask_all
from callback.redis_live import RedisLive
from callback.redis_pace import RedisPace
from callback.runtime import Runtime
from callback.settings import Settings
from callback.telephony.twilio import TwilioTelephony

log = logging.getLogger(__name__)


class MaskNumbers(logging.Formatter):
    """Stars out everything that looks like a phone number in what is logged, tracebacks included.

    The time of the record is left alone, which is why parts are masked and not the finished line. With a
    `secret` numbers get pseudonyms, by which one person can be followed through the log.
    """

    def __init__(self, layout: str, secret: str = "") -> None:
        super().__init__(layout)
        self._secret = secret

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """Mask the message with its arguments filled in."""
        record.message = mask_all(record.message, self._secret)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        """Mask what exceptions say, such as the values of a statement that failed."""
        return mask_all(super().formatException(ei), self._secret)

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - the library's name
        """Mask a stack that was asked for."""
        return mask_all(super().formatStack(stack_info), self._secret)


def set_up_logging(level: str, secret: str = "") -> None:
    """Log to standard error, one line a record, without a full phone number in any."""
    handler = logging.StreamHandler()
    handler.setFormatter(MaskNumbers("%(asctime)s %(levelname)s %(name)s: %(message)s", secret))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("twilio").setLevel(logging.ERROR)
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)


@asynccontextmanager
async def open_office(settings: Settings, *, patient: bool) -> AsyncIterator[Runtime]:
    """Give the runtime of a process: schema up to date, Redis joined, Twilio's client made.

    `patient` is for workers, which ride out a restart of Redis.
    """
    await asyncio.to_thread(upgrade, settings.database_url)
    embedded = None if settings.redis_url else EmbeddedRedis(settings.data_dir)
    redis_url = settings.redis_url
    if embedded is not None:
        redis_url = await _join(embedded)
    clock = settings.make_clock()
    redis = connect(redis_url, patient=patient)
    runtime = Runtime(
        settings=settings,
        clock=clock,
        database=Database(settings.database_url),
        jobs=ArqJobs(redis, clock),
        telephony=_twilio(settings),
        pace=RedisPace(redis, settings.twilio_calls_per_second),
        # Not the pool of the job queue: a worker waits long there for a Redis that is being restarted.
        live=RedisLive(connect(redis_url, patient=False)),
    )
    try:
        yield runtime
    finally:
        await runtime.close()
        if embedded is not None:
            embedded.leave()


async def _join(embedded: EmbeddedRedis) -> str:
    try:
        return await asyncio.to_thread(embedded.join)
    except SetupError as error:
        # Every promise is in the database and the sweep needs no Redis: late by a second beats not at all.
        log.error("%s; going on without wake-ups", error)
        return embedded.url


def _twilio(settings: Settings) -> TwilioTelephony:
    tokens = settings.twilio_auth_token
    if not settings.twilio_account_sid or not tokens:
        log.warning(
            "TWILIO_ACCOUNT_SID or TWILIO_AUTH_TOKEN is empty: no call can come in or go out"
        )
    return TwilioTelephony(
        settings.twilio_account_sid or "AC" + "0" * 32,
        tokens[0].get_secret_value() if tokens else "none",
        settings.twilio_api_base_url,
    )
