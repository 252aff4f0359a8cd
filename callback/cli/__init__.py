"""The `callback` command."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line.

    What works from file to file starts without the database, the web and Twilio, in a fifth of the time. Its
    matrices are too small to gain by a second core.
    """
    if "--from" in sys.argv[2:] or any(word.startswith("--from=") for word in sys.argv[2:]):
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        from callback.cli.peak_hours import app
    else:
        from callback.cli.commands import app
    app()
