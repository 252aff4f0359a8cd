"""Every address that we give the telephone company; the web process serves them under the same paths.

The four entries are fixed and configured by hand at Twilio; the rest is only ever reached because we
returned or registered it.
"""

from __future__ import annotations

from dataclasses import dataclass

ROOT = "/twilio"
INCOMING = f"{ROOT}/voice/incoming"
FALLBACK = f"{ROOT}/voice/fallback"
NUMBER_STATUS = f"{ROOT}/voice/status"
MESSAGE = f"{ROOT}/messaging/incoming"
MESSAGE_STATUS = f"{ROOT}/messaging/status/{{message_id}}"

WAITING = f"{ROOT}/voice/waiting"
MENU = f"{ROOT}/voice/menu/{{step}}"
LEFT = f"{ROOT}/voice/left"
NOTED = f"{ROOT}/voice/noted"
NOTE_STATUS = f"{ROOT}/voice/status/note"
NOTE_HEARD = "/notes/{leg_id}"
AGENT = f"{ROOT}/voice/agent/{{leg_id}}/{{step}}"
SUPERVISOR = f"{ROOT}/voice/supervisor/{{leg_id}}/{{step}}"
PERSON = f"{ROOT}/voice/person/{{leg_id}}/{{step}}"
PULLED = f"{ROOT}/voice/pulled/{{reservation_id}}"
ENTER = f"{ROOT}/voice/enter/{{reservation_id}}"
OVER = f"{ROOT}/voice/over/{{leg_id}}"
SURVEY = f"{ROOT}/voice/survey/{{reservation_id}}/{{step}}"
TALKED = f"{ROOT}/voice/talked/{{reservation_id}}"
TRIAL = f"{ROOT}/voice/trial/{{trial_id}}/{{step}}"
TRIAL_STATUS = f"{ROOT}/voice/status/trial/{{trial_id}}"
LEG_STATUS = f"{ROOT}/voice/status/leg/{{leg_id}}"
CONFERENCE_STATUS = f"{ROOT}/voice/status/conference/{{reservation_id}}"

# Status events have no fallback address; let them outlive a restart of ours.
RETRYING = "#rc=3&rp=ct,rt,5xx"


@dataclass(frozen=True)
class NumberAddresses:
    """What is set on a number: where a call comes in or goes when that fails, where its end and messages go."""

    voice: str
    fallback: str
    status: str
    message: str


class Addresses:
    """Absolute addresses below the public base URL of this installation."""

    def __init__(self, public_base_url: str) -> None:
        self._base = public_base_url.rstrip("/")

    def waiting(self) -> str:
        """Where a caller in the queue asks what to hear next."""
        return self._base + WAITING

    def menu(self, step: str) -> str:
        """Where the keys pressed at `step` of the caller's menu go."""
        return self._base + MENU.format(step=step)

    def left(self) -> str:
        """Where a caller goes on who has left the queue, for whatever reason."""
        return self._base + LEFT

    def of_number(self) -> NumberAddresses:
        """Where calls and messages of a number of ours go."""
        base = self._base
        return NumberAddresses(
            base + INCOMING, base + FALLBACK, base + NUMBER_STATUS, base + MESSAGE
        )

    def noted(self) -> str:
        """Where a call goes on once something was said after the tone."""
        return self._base + NOTED

    def note_status(self) -> str:
        """Where it is told that a note is there to be heard."""
        return self._base + NOTE_STATUS + RETRYING

    def note_heard(self, leg_id: str) -> str:
        """Where an agent's phone, as long as this leg of hers lasts, plays a note from."""
        return self._base + NOTE_HEARD.format(leg_id=leg_id)

    def fallback(self) -> str:
        """Where a call goes when another address failed."""
        return self._base + FALLBACK

    def agent(self, leg_id: str, step: str) -> str:
        """Where an agent's leg asks what to hear at `step`."""
        return self._base + AGENT.format(leg_id=leg_id, step=step)

    def supervisor(self, leg_id: str, step: str) -> str:
        """Where a supervisor's leg asks what to hear at `step`."""
        return self._base + SUPERVISOR.format(leg_id=leg_id, step=step)

    def person(self, leg_id: str, step: str) -> str:
        """Where the leg of somebody called back asks what to hear at `step`."""
        return self._base + PERSON.format(leg_id=leg_id, step=step)

    def pulled(self, reservation_id: str) -> str:
        """Where a live caller goes who was taken out of the queue for an agent."""
        return self._base + PULLED.format(reservation_id=reservation_id)

    def enter(self, reservation_id: str) -> str:
        """Where a live caller goes who has been told that she is being connected."""
        return self._base + ENTER.format(reservation_id=reservation_id)

    def over(self, leg_id: str) -> str:
        """Where a leg goes on when its conference is over."""
        return self._base + OVER.format(leg_id=leg_id)

    def talked(self, reservation_id: str) -> str:
        """Where a live caller goes on when the conference is over."""
        return self._base + TALKED.format(reservation_id=reservation_id)

    def survey(self, reservation_id: str, step: str) -> str:
        """Where the keys go that answer the questions after a conversation."""
        return self._base + SURVEY.format(reservation_id=reservation_id, step=step)

    def leg_status(self, leg_id: str) -> str:
        """Where the status events of a leg go."""
        return self._base + LEG_STATUS.format(leg_id=leg_id) + RETRYING

    def trial(self, trial_id: str, step: str) -> str:
        """Where a trial call asks what to say at `step`."""
        return self._base + TRIAL.format(trial_id=trial_id, step=step)

    def trial_status(self, trial_id: str) -> str:
        """Where the status events of a trial call go."""
        return self._base + TRIAL_STATUS.format(trial_id=trial_id) + RETRYING

    def message_status(self, message_id: str) -> str:
        """Where the status events of a text go."""
        return self._base + MESSAGE_STATUS.format(message_id=message_id) + RETRYING

    def conference_status(self, reservation_id: str) -> str:
        """Where the events of a reservation's conference go."""
        return self._base + CONFERENCE_STATUS.format(reservation_id=reservation_id) + RETRYING
