"""The promise to call back: its life, its window, how many may be given, and how one is asked for."""
