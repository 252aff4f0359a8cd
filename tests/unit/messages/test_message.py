"""The life of a message: one request, one text; what comes late changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callback.dialogue.notices import Purpose
from callback.errors import IllegalTransition
from callback.messages.message import MESSAGE_LIFE, Message, MessageEvent, MessageStatus
from callback.messages.no_texts import takes_texts
from callback.messages.pacing import turn_of
from tests.unit.builders import utc
from tests.unit.life_cycles import every_pair, reachable

NINE = utc(2026, 3, 2, 9)
FATES = {"deliver": "delivered", "lose": "undelivered", "fail": "failed"}
EXPECTED = {
    "written": {"claim": "sending", "accept": "accepted", "send": "sent", "drop": "dropped"}
    | FATES,
    "sending": {"prove_absent": "written", "accept": "accepted", "send": "sent", "drop": "dropped"}
    | FATES,
    "accepted": {"send": "sent"} | FATES,
    "sent": FATES,
    "delivered": {},
    "undelivered": {},
    "failed": {},
    "dropped": {},
}


def a_message(status: MessageStatus = MessageStatus.WRITTEN) -> Message:
    return Message(
        id="m", line_id="line", purpose=Purpose.PROMISED, to="+14155550111", body="Support: ...",
        status=status, created_at=NINE, not_before=NINE, not_after=NINE + timedelta(hours=1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "event", "target"), every_pair(MessageStatus, MessageEvent, EXPECTED)
)
def test_every_event_in_every_state_is_decided(
    status: MessageStatus, event: MessageEvent, target: MessageStatus | None
) -> None:
    message = a_message(status)
    if target is None:
        with pytest.raises(IllegalTransition):
            message.apply(event, NINE)
        assert not message.learn(event, NINE)
        assert message.status is status
    else:
        message.apply(event, NINE)
        assert message.status is target
        assert (message.ended_at is not None) == MESSAGE_LIFE.is_terminal(target)


def test_every_state_can_be_reached() -> None:
    assert reachable(MESSAGE_LIFE, MessageEvent, MessageStatus.WRITTEN) == set(MessageStatus)


def test_a_message_has_one_name() -> None:
    message = a_message(MessageStatus.SENDING)
    assert message.bind("SM1", NINE)
    assert not message.bind("SM2", NINE)
    assert (message.sid, message.status) == ("SM1", MessageStatus.ACCEPTED)


def test_an_older_state_than_the_present_one_changes_nothing() -> None:
    message = a_message(MessageStatus.SENDING)
    assert message.learn(MessageEvent.DELIVER, NINE)
    assert not message.learn(MessageEvent.SEND, NINE)
    message.bind("SM1", NINE)
    assert message.status is MessageStatus.DELIVERED


@pytest.mark.parametrize(("free_after", "turn_after"), [(-5, 0), (0, 0), (0.5, 0.5), (30, 30)])
def test_texts_take_turns(free_after: float, turn_after: float) -> None:
    turn, free_at = turn_of(NINE, NINE + timedelta(seconds=free_after), per_second=4)
    assert turn == NINE + timedelta(seconds=turn_after)
    assert free_at == turn + timedelta(seconds=0.25)


@pytest.mark.parametrize(
    ("number", "takes"),
    [
        ("+14155550111", True),  # America does not tell mobile from fixed
        ("+4915123456789", True),
        ("+442071234567", False),
        ("+18005550100", False),
        ("+19005550100", False),
    ],
)
def test_a_phone_that_takes_no_texts_is_known_by_its_number(number: str, takes: bool) -> None:
    assert takes_texts(number) is takes
