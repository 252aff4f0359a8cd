"""`python -m callback.demo` is `callback demo`."""

from __future__ import annotations

from callback.demo.command import main

if __name__ == "__main__":
    main()
