"""The demo: a real day of a call centre, played against real processes on this machine.

It uses the project as a stranger would, through its commands and its HTTP API, and imports nothing of it
but the clock.

    distribution, log, measure      figures of a day, measured from a per-call log
    figures.json                    the shipped figures, with their source
    day, draw, replay, queueing     a day of callers: drawn from figures, or the very calls of a log
    people                          the day as the simulator's scenario
    processes, stack, client        web, worker and simulator of one line, and its API
    driver, roster, board, report   a day with and without callbacks, side by side
    once, serve, phone              one caller with every webhook shown; a line to ring by hand
    command                         the options
"""
