"""Which function performs which verb."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from callback.simulator.course import Performer
from callback.simulator.twiml.dial import Dial
from callback.simulator.twiml.flow import Hangup, Redirect, Reject
from callback.simulator.twiml.gather import Gather
from callback.simulator.twiml.queueing import Enqueue, Leave
from callback.simulator.twiml.record import Record
from callback.simulator.twiml.speech import Pause, Play, Say
from callback.simulator.verbs.dial import dial
from callback.simulator.verbs.enqueue import enqueue
from callback.simulator.verbs.flow import hangup, leave, redirect, reject
from callback.simulator.verbs.gather import gather
from callback.simulator.verbs.record import record
from callback.simulator.verbs.speech import pause, play, say

PERFORMERS: Final[Mapping[type, Performer]] = {
    Say: say,
    Play: play,
    Pause: pause,
    Gather: gather,
    Record: record,
    Enqueue: enqueue,
    Leave: leave,
    Dial: dial,
    Redirect: redirect,
    Hangup: hangup,
    Reject: reject,
}
