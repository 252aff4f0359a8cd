"""Resources as JSON, field by field as the API describes them: nearly everything is text or null."""

from __future__ import annotations

from typing import Any, Final

from callback.simulator.account import SETTINGS, Account, IncomingNumber
from callback.simulator.call import API_VERSION, Call
from callback.simulator.conference import Conference, Participant
from callback.simulator.dates import rfc2822
from callback.simulator.message import Message
from callback.simulator.queue import Member, Queue
from callback.simulator.recording import Recording

CALL_PARTS: Final = (
    "events",
    "notifications",
    "payments",
    "recordings",
    "siprec",
    "streams",
    "transcriptions",
    "user_defined_message_subscriptions",
    "user_defined_messages",
)


def base(account_sid: str) -> str:
    """Return the path under which everything of the account lies."""
    return f"/{API_VERSION}/Accounts/{account_sid}"


def call_json(call: Call, account: Account) -> dict[str, Any]:
    """Return a call."""
    own = call.to if call.direction == "inbound" else call.from_
    number = account.numbers.get(own)
    root = f"{base(call.account_sid)}/Calls/{call.sid}"
    seconds = call.duration_s
    return {
        "sid": call.sid,
        "date_created": rfc2822(call.created_at),
        "date_updated": rfc2822(call.updated_at),
        "parent_call_sid": call.parent_sid,
        "account_sid": call.account_sid,
        "to": call.to,
        "to_formatted": formatted(call.to),
        "from": call.from_,
        "from_formatted": formatted(call.from_),
        "phone_number_sid": number.sid if number else None,
        "status": call.status,
        "start_time": rfc2822(call.started_at),
        "end_time": rfc2822(call.ended_at),
        "duration": None if seconds is None else str(seconds),
        "price": None,
        "price_unit": "USD",
        "direction": call.direction,
        "answered_by": call.answered_by,
        "annotation": None,
        "api_version": API_VERSION,
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": str(call.queue_time_ms),
        "trunk_sid": None,
        "uri": f"{root}.json",
        "subresource_uris": {part: f"{root}/{_camel(part)}.json" for part in CALL_PARTS},
    }


def queue_json(queue: Queue, account: Account) -> dict[str, Any]:
    """Return a queue."""
    root = f"{base(account.sid)}/Queues/{queue.sid}"
    return {
        "sid": queue.sid,
        "account_sid": account.sid,
        "friendly_name": queue.name,
        "current_size": len(queue.members),
        "average_wait_time": queue.average_wait_s,
        "max_size": queue.max_size,
        "date_created": rfc2822(queue.created_at),
        "date_updated": rfc2822(queue.updated_at),
        "uri": f"{root}.json",
        "subresource_uris": {"members": f"{root}/Members.json"},
    }


def member_json(member: Member, queue: Queue, account: Account) -> dict[str, Any]:
    """Return a queue's member."""
    return {
        "call_sid": member.call.sid,
        "date_enqueued": rfc2822(member.enqueued_at),
        "position": queue.position(member),
        "wait_time": queue.wait_s(member),
        "queue_sid": queue.sid,
        "uri": f"{base(account.sid)}/Queues/{queue.sid}/Members/{member.call.sid}.json",
    }


def conference_json(room: Conference) -> dict[str, Any]:
    """Return a conference."""
    root = f"{base(room.account_sid)}/Conferences/{room.sid}"
    return {
        "sid": room.sid,
        "account_sid": room.account_sid,
        "date_created": rfc2822(room.created_at),
        "date_updated": rfc2822(room.updated_at),
        "api_version": API_VERSION,
        "friendly_name": room.name,
        "region": "us1",
        "status": room.status,
        "reason_conference_ended": room.reason_ended,
        "call_sid_ending_conference": room.call_sid_ending,
        "uri": f"{root}.json",
        "subresource_uris": {
            "participants": f"{root}/Participants.json",
            "recordings": f"{root}/Recordings.json",
        },
    }


def participant_json(participant: Participant, room: Conference) -> dict[str, Any]:
    """Return a participant of a conference."""
    call = participant.call
    root = f"{base(room.account_sid)}/Conferences/{room.sid}"
    return {
        "account_sid": room.account_sid,
        "call_sid": call.sid,
        "label": participant.label or None,
        "call_sid_to_coach": participant.coaching or None,
        "coaching": bool(participant.coaching),
        "conference_sid": room.sid,
        "date_created": rfc2822(participant.created_at),
        "date_updated": rfc2822(participant.created_at),
        "end_conference_on_exit": participant.end_on_exit,
        "muted": participant.muted,
        "hold": participant.hold,
        "start_conference_on_enter": participant.start_on_enter,
        "status": _participant_status(participant),
        "queue_time": str(call.queue_time_ms),
        "uri": f"{root}/Participants/{call.sid}.json",
    }


def message_json(message: Message) -> dict[str, Any]:
    """Return a message."""
    root = f"{base(message.account_sid)}/Messages/{message.sid}"
    return {
        "sid": message.sid,
        "account_sid": message.account_sid,
        "api_version": API_VERSION,
        "body": message.body,
        "num_segments": str(message.segments),
        "num_media": str(len(message.media)),
        "direction": message.direction,
        "from": message.from_,
        "to": message.to,
        "status": message.status,
        "error_code": message.error_code,
        "error_message": message.error_message,
        "messaging_service_sid": message.messaging_service_sid,
        "price": None,
        "price_unit": "USD",
        "date_created": rfc2822(message.created_at),
        "date_updated": rfc2822(message.updated_at or message.created_at),
        "date_sent": rfc2822(message.sent_at),
        "uri": f"{root}.json",
        "subresource_uris": {"media": f"{root}/Media.json"},
    }


def recording_json(recording: Recording) -> dict[str, Any]:
    """Return a recording."""
    root = f"{base(recording.account_sid)}/Recordings/{recording.sid}"
    return {
        "sid": recording.sid,
        "account_sid": recording.account_sid,
        "api_version": API_VERSION,
        "call_sid": recording.call_sid,
        "conference_sid": None,
        "channels": 1,
        "date_created": rfc2822(recording.began_at),
        "date_updated": rfc2822(recording.began_at),
        "start_time": rfc2822(recording.began_at),
        "duration": str(recording.seconds),
        "price": None,
        "price_unit": "USD",
        "source": recording.source,
        "status": "completed",
        "error_code": None,
        "encryption_details": None,
        "media_url": root,
        "uri": f"{root}.json",
        "subresource_uris": {
            "add_on_results": f"{root}/AddOnResults.json",
            "transcriptions": f"{root}/Transcriptions.json",
        },
    }


def number_json(number: IncomingNumber, account: Account) -> dict[str, Any]:
    """Return one of the account's phone numbers."""
    settings = {name: getattr(number, name) for name in SETTINGS}
    return {
        "sid": number.sid,
        "account_sid": account.sid,
        "address_sid": None,
        "address_requirements": "none",
        "api_version": API_VERSION,
        "beta": False,
        "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
        "date_created": rfc2822(number.created_at),
        "date_updated": rfc2822(number.created_at),
        "identity_sid": None,
        "phone_number": number.phone_number,
        "origin": "twilio",
        "sms_application_sid": None,
        "trunk_sid": None,
        "voice_receive_mode": "voice",
        "voice_application_sid": None,
        "voice_caller_id_lookup": False,
        "emergency_status": "Inactive",
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "bundle_sid": None,
        "status": "in-use",
        "type": "local",
        "uri": f"{base(account.sid)}/IncomingPhoneNumbers/{number.sid}.json",
        "subresource_uris": {},
        **settings,
        "friendly_name": number.friendly_name or formatted(number.phone_number),
    }


def formatted(number: str) -> str:
    """Return a North American number as people there write it; others stay as they are."""
    if number.startswith("+1") and len(number) == len("+14155550100"):
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    return number


def _participant_status(participant: Participant) -> str:
    if participant.status == "queued" and participant.call.started_at is not None:
        return "ringing" if participant.call.status == "ringing" else "connecting"
    return participant.status


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
