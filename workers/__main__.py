"""`python -m workers`: run the worker until it is told to stop."""

from __future__ import annotations

import asyncio

from callback.settings import Settings
from workers.settings import run

if __name__ == "__main__":
    asyncio.run(run(Settings()))
