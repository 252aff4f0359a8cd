"""Keys that Twilio itself presses on a line, and how long that takes."""

from __future__ import annotations

from typing import Final

from callback.simulator.breaks import Break
from callback.simulator.call import Call

KEY_S: Final = 0.25
WAIT_S: Final = {"w": 0.5, "W": 1.0}


async def press_keys(call: Call, keys: str, stop: Break) -> None:
    """Let the other end hear `keys`; `w` waits half a second, `W` a whole one."""
    call.note("played", f"keys {keys}")
    await stop.sleep(sum(WAIT_S.get(key, KEY_S) for key in keys))
