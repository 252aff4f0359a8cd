"""The pace's adapter: a token bucket in Redis, and a line of waiting calls for each telephone line.

One script decides for all workers. Lines take turns, so that a line with a thousand calls does not keep another
from its first. A call that does not come back when its turn comes is forgotten a few seconds later. What Redis
loses is only the order of those who wait: an empty bucket begins with one call, so that losing it never
lets more out than the account allows.
"""

from __future__ import annotations

import asyncio
import logging
import math
from datetime import datetime, timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from callback.pace import Turn

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 0.5
REST_AFTER_FAILURE_SECONDS = 2.0
FORGET_AFTER = timedelta(seconds=4)
KEY_LIFE_SECONDS = 3600

SCRIPT = """
local bucket, expected, lines = KEYS[1], KEYS[2], KEYS[3]
local leg, line, planned, now = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local rate, burst, patience, life = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8]
local function waiting(name) return bucket .. ':' .. name end

local kept = redis.call('HMGET', bucket, 'tokens', 'at')
local tokens, at = tonumber(kept[1]) or 1, tonumber(kept[2]) or now
if now > at then
  tokens, at = math.min(burst, tokens + (now - at) * rate / 1000), now
end

for _, gone in ipairs(redis.call('ZRANGEBYSCORE', expected, '-inf', now - patience, 'LIMIT', 0, 100)) do
  local cut = string.find(gone, '|', 1, true)
  redis.call('ZREM', waiting(string.sub(gone, cut + 1)), string.sub(gone, 1, cut - 1))
  redis.call('ZREM', expected, gone)
end

redis.call('ZADD', waiting(line), planned, leg)
redis.call('ZADD', lines, 'NX', 0, line)
local mine = redis.call('ZRANK', waiting(line), leg)
local served = tonumber(redis.call('ZSCORE', lines, line))
local ahead = mine
local others = redis.call('ZRANGE', lines, 0, -1, 'WITHSCORES')
for i = 1, #others, 2 do
  local other, its = others[i], tonumber(others[i + 1])
  if other ~= line then
    local size = redis.call('ZCARD', waiting(other))
    local first = (its < served or (its == served and other < line)) and 1 or 0
    ahead = ahead + math.min(size, mine + first)
    if size == 0 then redis.call('ZREM', lines, other) end
  end
end

local wait = 0
if tokens >= ahead + 1 - 0.000001 then
  tokens = tokens - 1
  redis.call('ZREM', waiting(line), leg)
  redis.call('ZREM', expected, leg .. '|' .. line)
  redis.call('ZADD', lines, redis.call('HINCRBY', bucket, 'served', 1), line)
else
  wait = math.ceil((ahead + 1 - tokens) * 1000 / rate)
  redis.call('ZADD', expected, now + wait, leg .. '|' .. line)
end
redis.call('HSET', bucket, 'tokens', tostring(tokens), 'at', tostring(at))
for _, key in ipairs({bucket, expected, lines, waiting(line)}) do redis.call('EXPIRE', key, life) end
return wait
"""


class RedisPace:
    """Turns given by one script on one server; a server that does not answer is not asked for a while."""

    def __init__(self, redis: Redis, calls_per_second: float, name: str = "callback:pace") -> None:
        self._rate = calls_per_second
        self._keys = [name, f"{name}:expected", f"{name}:lines"]
        self._script = redis.register_script(SCRIPT)
        self._rest_until = 0.0

    async def wait_for(self, turn: Turn, now: datetime) -> timedelta | None:
        """Return how long the call must still wait, zero if it is its turn, None if Redis does not answer."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._rest_until:
            return None
        arguments: list[str | int | float] = [
            turn.leg_id,
            turn.line_id,
            math.floor(turn.planned_at.timestamp() * 1000),
            math.floor(now.timestamp() * 1000),
            self._rate,
            max(1, math.floor(self._rate)),
            FORGET_AFTER // timedelta(milliseconds=1),
            KEY_LIFE_SECONDS,
        ]
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                wait = await self._script(self._keys, arguments)
        except (RedisError, OSError, TimeoutError) as error:
            self._rest_until = loop.time() + REST_AFTER_FAILURE_SECONDS
            log.warning("the pace is read off the database for a while: %s", type(error).__name__)
            return None
        return timedelta(milliseconds=int(wait))
