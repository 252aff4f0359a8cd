"""Conference rooms: who is in, when they begin and end, and the events that tell of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from callback.clock import Clock
from callback.simulator.breaks import Break
from callback.simulator.call import Call, StatusEvents
from callback.simulator.dates import rfc2822
from callback.simulator.lifecycles import CONFERENCE, PARTICIPANT, follow
from callback.simulator.postbox import Postbox
from callback.simulator.webhooks import Webhook

ENDING = {
    "participant_hung_up": "left",
    "participant_updated_via_api": "kicked",
}


@dataclass
class Participant:
    """A call in a room, or on its way into one; `removed` happens when the room lets go of it."""

    call: Call
    start_on_enter: bool = True
    end_on_exit: bool = False
    muted: bool = False
    hold: bool = False
    coaching: str = ""
    label: str = ""
    status: str = "queued"
    created_at: datetime | None = None
    music: Break | None = None
    on_hold: Break | None = None
    removed: asyncio.Future[str] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def step(self, event: str) -> None:
        """Follow the life-cycle of a participant."""
        self.status = follow(PARTICIPANT, self.status, event)


def _word(value: bool) -> str:
    return "true" if value else "false"


class Conference:
    """A room. The first participant's wishes decide who is told of its events."""

    def __init__(
        self, sid: str, account_sid: str, name: str, clock: Clock, postbox: Postbox
    ) -> None:
        self.sid = sid
        self.account_sid = account_sid
        self.name = name
        self.status = "init"
        self.created_at = self.updated_at = clock.now()
        self.ended_at: datetime | None = None
        self.reason_ended: str | None = None
        self.call_sid_ending: str | None = None
        self.participants: dict[str, Participant] = {}
        self.invited: dict[str, Participant] = {}
        self.told: StatusEvents | None = None
        self._settled = False
        self._sequence = 0
        self._clock = clock
        self._postbox = postbox

    @property
    def live(self) -> bool:
        """Whether the room still exists."""
        return self.status != "completed"

    def settle_events(self, told: StatusEvents | None) -> None:
        """Fix who is told; only the first wish counts."""
        if not self._settled:
            self._settled = True
            self.told = told

    def find(self, key: str) -> Participant | None:
        """Return the participant with that call SID or label."""
        everyone = {**self.invited, **self.participants}
        if key in everyone:
            return everyone[key]
        return next((each for each in everyone.values() if key and each.label == key), None)

    def hears(self, listener: Participant, speaker: Participant) -> bool:
        """Whether one hears another: nobody hears who is muted, and a coach only the one coached."""
        if speaker is listener or speaker.muted or speaker.hold or listener.hold:
            return False
        return speaker.coaching in ("", listener.call.sid)

    def invite(self, participant: Participant) -> None:
        """Somebody is being rung for this room."""
        participant.created_at = self._clock.now()
        self.invited[participant.call.sid] = participant

    def join(self, participant: Participant) -> None:
        """A call enters; the room begins when two are in and one of them may start it."""
        self.invited.pop(participant.call.sid, None)
        participant.created_at = participant.created_at or self._clock.now()
        participant.step("join")
        self.participants[participant.call.sid] = participant
        participant.call.note("event", f"joined conference {self.name}")
        self.announce("join", "participant-join", self._about(participant))
        starters = any(each.start_on_enter for each in self.participants.values())
        if self.status == "init" and len(self.participants) > 1 and starters:
            self._step("start")
            self.announce("start", "conference-start")
        self._let_talk()

    def leave(self, participant: Participant, reason: str, call_status: str | None = None) -> None:
        """A participant goes for `reason`; the last one, or one that ends it, takes the room along."""
        was_in = self.participants.pop(participant.call.sid, None) is not None
        was_invited = self.invited.pop(participant.call.sid, None) is not None
        if not was_in and not was_invited:
            return
        participant.step("leave" if was_in else "miss")
        call = participant.call
        state = call_status or ("completed" if call.ended else "in-progress")
        self.announce(
            "leave",
            "participant-leave",
            (
                *self._about(participant),
                ("ParticipantCallStatus", state),
                ("ReasonParticipantLeft", reason),
            ),
        )
        for heard in (participant.music, participant.on_hold):
            if heard is not None:
                heard.now("left")
        if not participant.removed.done():
            participant.removed.set_result(reason)
        if call.person is not None:
            call.person.part(alone=False)
        if self.live:
            self._after(participant, reason, was_in)

    def end(self, reason: str, left: str, ender: Participant | None = None) -> None:
        """Close the room and send everybody off."""
        if not self.live:
            return
        self._step("end")
        self.ended_at = self._clock.now()
        self.reason_ended = reason
        self.call_sid_ending = ender.call.sid if ender else None
        for participant in list(self.participants.values()):
            self.leave(participant, left)
        for participant in list(self.invited.values()):
            participant.call.hang_up("the conference ended")
            self.leave(participant, left, participant.call.status)
        facts = [("ReasonConferenceEnded", reason), ("Reason", reason.replace("-", " "))]
        if ender is not None:
            facts.append(("CallSidEndingConference", ender.call.sid))
            facts.append(("ParticipantLabelEndingConference", ender.label))
        self.announce("end", "conference-end", tuple(facts))

    def update(self, participant: Participant, *, muted: bool | None, hold: bool | None) -> None:
        """Mute or hold a participant, and tell."""
        if muted is not None and muted != participant.muted:
            participant.muted = muted
            event = "participant-mute" if muted else "participant-unmute"
            self.announce("mute", event, self._about(participant))
        if hold is not None and hold != participant.hold:
            participant.hold = hold
            if participant.on_hold is not None:
                participant.on_hold.now("off hold")
            event = "participant-hold" if hold else "participant-unhold"
            self.announce("hold", event, self._about(participant))

    def modified(self, participant: Participant) -> None:
        """Tell that a participant's settings were changed."""
        self.announce("modify", "participant-modify", self._about(participant))

    def announce(self, event: str, name: str, extra: tuple[tuple[str, str], ...] = ()) -> None:
        """Post an event of the room, if somebody asked for it."""
        if self.told is None or not self.told.url or event not in self.told.events:
            return
        self._sequence += 1
        params = (
            ("AccountSid", self.account_sid),
            ("ConferenceSid", self.sid),
            ("FriendlyName", self.name),
            ("StatusCallbackEvent", name),
            ("SequenceNumber", str(self._sequence)),
            ("Timestamp", rfc2822(self._clock.now()) or ""),
            *extra,
        )
        self._postbox.put(Webhook(self.told.url, params, self.told.method))

    def _about(self, participant: Participant) -> tuple[tuple[str, str], ...]:
        facts = [
            ("CallSid", participant.call.sid),
            ("Muted", _word(participant.muted)),
            ("Hold", _word(participant.hold)),
            ("Coaching", _word(bool(participant.coaching))),
            ("EndConferenceOnExit", _word(participant.end_on_exit)),
            ("StartConferenceOnEnter", _word(participant.start_on_enter)),
        ]
        if participant.label:
            facts.append(("ParticipantLabel", participant.label))
        return tuple(facts)

    def _after(self, gone: Participant, reason: str, was_in: bool) -> None:
        how = ENDING.get(reason, "left")
        if was_in and gone.end_on_exit:
            word = f"participant-with-end-conference-on-exit-{how}"
            self.end(word, "moderator_ended_conference", gone)
        elif not self.participants and not self.invited:
            self.end(f"last-participant-{how}", reason, gone)
        elif len(self.participants) == 1 and self.status == "in-progress":
            for participant in self.participants.values():
                if participant.call.person is not None:
                    participant.call.person.part(alone=True)

    def _let_talk(self) -> None:
        if self.status != "in-progress":
            return
        for participant in self.participants.values():
            if participant.music is not None:
                participant.music.now("conference started")
            person = participant.call.person
            if len(self.participants) > 1 and person is not None and not person.in_talk:
                person.meet()
                participant.call.note("bridged", self.name)

    def _step(self, event: str) -> None:
        self.status = follow(CONFERENCE, self.status, event)
        self.updated_at = self._clock.now()
