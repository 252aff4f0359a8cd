"""The Conferences resource and its participants."""

from __future__ import annotations

from typing import Any

from callback.simulator.call import StatusEvents
from callback.simulator.conference import Conference, Participant
from callback.simulator.course import Course
from callback.simulator.exchange import Exchange
from callback.simulator.legs import place_into
from callback.simulator.rest.asked import Asked
from callback.simulator.rest.calls import detection_of, status_events_of, within
from callback.simulator.rest.endpoints import check_endpoints
from callback.simulator.rest.paging import page_of
from callback.simulator.rest.refusals import Refusal, not_found
from callback.simulator.rest.resources import conference_json, participant_json
from callback.simulator.steps import GoTo
from callback.simulator.twiml.conference import CONFERENCE_EVENTS
from callback.simulator.twiml.contexts import Context


def fetch(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Return one conference."""
    return 200, conference_json(_room(exchange, asked.names["sid"]))


def update(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """End a conference, or let everybody in it hear a document."""
    room = _room(exchange, asked.names["sid"])
    status = asked.text("Status")
    if status not in ("", "completed"):
        raise Refusal(20001, detail=f"Status={status!r}")
    if announce := asked.url("AnnounceUrl"):
        for participant in list(room.participants.values()):
            _announce(exchange, room, participant, announce, asked.http_method("AnnounceMethod"))
    if status:
        room.end("conference-ended-via-api", "conference_ended_via_api")
    return 200, conference_json(room)


def listed(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Return conferences, newest first."""
    name, status = asked.text("FriendlyName"), asked.text("Status")
    in_time = within("DateCreated", asked, lambda room: room.created_at)
    found = [
        room
        for room in reversed(exchange.conferences.values())
        if name in ("", room.name)
        and status in ("", room.status)
        and (in_time is None or in_time(room))
    ]
    return 200, page_of(asked, "conferences", found, lambda room: room.sid, conference_json)


def add_participant(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Ring somebody and let them into the conference, which is made on demand."""
    from_, to = check_endpoints(exchange, asked)
    if asked.has("AsyncAmd"):
        raise Refusal(21263)
    timeout_s = asked.integer("Timeout", 60, 5, 600, 21208)
    limit_s = asked.integer("TimeLimit", 14_400, 1, 86_400)
    detection = detection_of(asked, "AmdStatusCallback", in_background=True)
    events = status_events_of(asked)
    told = _conference_events(asked)
    wait_url = asked.url("WaitUrl")
    wait = GoTo(wait_url, asked.http_method("WaitMethod")) if wait_url else None
    key = asked.names["conference_sid"]
    room = exchange.find_conference(key)
    if room is None and key.startswith("CF"):
        raise not_found(f"Conferences/{key}")
    if room is None or not room.live:
        room = exchange.conference_named(room.name if room else key)
    label = asked.text("Label")
    if label and room.find(label) is not None:
        raise Refusal(16025, detail=f"Label={label!r} is taken")
    call = exchange.new_call("outbound-api", from_, to, status_events=events)
    call.time_limit_s = limit_s
    participant = Participant(
        call,
        start_on_enter=asked.flag("StartConferenceOnEnter") is not False,
        end_on_exit=asked.flag("EndConferenceOnExit") is True,
        muted=asked.flag("Muted") is True,
        coaching=asked.text("CallSidToCoach"),
        label=label,
    )
    room.settle_events(told)
    room.invite(participant)
    chosen = room
    exchange.dispatcher.submit(
        call,
        lambda: place_into(
            exchange,
            call,
            chosen,
            participant,
            wait=wait,
            timeout_s=timeout_s,
            detection=detection,
        ),
    )
    return 201, participant_json(participant, room)


def list_participants(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Return who is in a conference, or on the way."""
    room = _room(exchange, asked.names["conference_sid"])
    muted, hold = asked.flag("Muted"), asked.flag("Hold")
    everyone = [*room.participants.values(), *room.invited.values()]
    found = [each for each in everyone if muted in (None, each.muted) and hold in (None, each.hold)]
    return 200, page_of(
        asked,
        "participants",
        found,
        lambda each: each.call.sid,
        lambda each: participant_json(each, room),
    )


def fetch_participant(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Return one participant, by call SID or label."""
    room, participant = _participant(exchange, asked)
    return 200, participant_json(participant, room)


def update_participant(exchange: Exchange, asked: Asked) -> tuple[int, dict[str, Any]]:
    """Mute, hold, or change what a participant's leaving means."""
    room, participant = _participant(exchange, asked)
    hold_url, hold = asked.url("HoldUrl"), asked.flag("Hold")
    room.update(participant, muted=asked.flag("Muted"), hold=hold)
    if hold and hold_url:
        _play_on_hold(exchange, participant, hold_url, asked.http_method("HoldMethod", "GET"))
    ends = asked.flag("EndConferenceOnExit")
    coach = asked.text("CallSidToCoach")
    coaching = asked.flag("Coaching")
    if ends is not None or coach or coaching is not None:
        participant.end_on_exit = participant.end_on_exit if ends is None else ends
        participant.coaching = "" if coaching is False else coach or participant.coaching
        room.modified(participant)
    if announce := asked.url("AnnounceUrl"):
        _announce(exchange, room, participant, announce, asked.http_method("AnnounceMethod"))
    return 200, participant_json(participant, room)


def remove_participant(exchange: Exchange, asked: Asked) -> tuple[int, None]:
    """Take a participant out of the conference."""
    room, participant = _participant(exchange, asked)
    if participant.call.sid in room.invited:
        participant.call.hang_up("removed before joining")
    room.leave(participant, "participant_updated_via_api")
    return 204, None


def _conference_events(asked: Asked) -> StatusEvents | None:
    url = asked.url("ConferenceStatusCallback", 21609)
    if not url:
        return None
    events = asked.words(
        "ConferenceStatusCallbackEvent", frozenset({"start", "end"}), CONFERENCE_EVENTS
    )
    return StatusEvents(url, asked.http_method("ConferenceStatusCallbackMethod"), events)


def _play_on_hold(exchange: Exchange, participant: Participant, url: str, method: str) -> None:
    participant.on_hold = participant.call.attention.child()
    course = exchange.course(participant.call, Context.CONFERENCE_WAIT, participant.on_hold)
    exchange.spawn(course.follow(GoTo(url, method)))


def _announce(
    exchange: Exchange, room: Conference, participant: Participant, url: str, method: str
) -> None:
    course = exchange.course(
        participant.call, Context.CONFERENCE_WAIT, participant.call.attention.child()
    )
    exchange.spawn(_heard(course, room, participant, GoTo(url, method)))


async def _heard(course: Course, room: Conference, participant: Participant, source: GoTo) -> None:
    await course.follow(source)
    room.announce("announcement", "announcement-end", (("CallSid", participant.call.sid),))


def _room(exchange: Exchange, key: str) -> Conference:
    room = exchange.find_conference(key)
    if room is None:
        raise not_found(f"Conferences/{key}")
    return room


def _participant(exchange: Exchange, asked: Asked) -> tuple[Conference, Participant]:
    room = _room(exchange, asked.names["conference_sid"])
    key = asked.names["call_sid"]
    participant = room.find(key)
    if participant is None:
        raise not_found(f"Conferences/{room.sid}/Participants/{key}")
    return room, participant
