"""Who is served next, and by which agent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cmp_to_key
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.dialing.acd import Match, Reason, match, next_in_line
from callback.dialing.contact import Contact, ContactKind, FreeAgent
from tests.unit.builders import utc

NOW = utc(2026, 3, 2, 12)
MINUTE = timedelta(minutes=1)
GUARD = 3 * MINUTE
LINES = ["sales", "support", "returns"]
LANGUAGES = ["en", "de"]
SKILLS = ["billing", "repairs"]


def call(key: str, minutes_ago: float, **fields: object) -> Contact:
    return Contact(
        kind=ContactKind.CALL,
        id=key,
        line_id="support",
        arrived_at=NOW - minutes_ago * MINUTE,
        **fields,  # type: ignore[arg-type]
    )


def callback(key: str, minutes_ago: float, minutes_left: float, **fields: object) -> Contact:
    return replace(
        call(key, minutes_ago, **fields),
        kind=ContactKind.CALLBACK,
        promised_until=NOW + minutes_left * MINUTE,
    )


def agent(
    key: str, free_minutes: float = 1, *languages: str, lines: Sequence[str] = LINES
) -> FreeAgent:
    return FreeAgent(
        id=key,
        line_ids=frozenset(lines),
        free_since=NOW - free_minutes * MINUTE,
        languages=frozenset(languages or {"en"}),
    )


def ids(contacts: Sequence[Contact]) -> list[str]:
    return [contact.id for contact in contacts]


def pairs(matches: Sequence[Match]) -> list[tuple[str, str]]:
    return [(match.contact.id, match.agent.id) for match in matches]


@st.composite
def crowds(draw: st.DrawFn) -> list[Contact]:
    """Contacts with ties in everything but the identifier."""
    minutes = st.integers(0, 80)
    return [
        Contact(
            kind=draw(st.sampled_from(ContactKind)),
            id=f"c{number}",
            line_id=draw(st.sampled_from(LINES)),
            arrived_at=NOW - draw(minutes) * MINUTE,
            priority=draw(st.integers(0, 2)),
            promised_until=draw(st.none() | st.integers(-3, 15).map(lambda m: NOW + m * MINUTE)),
            on_the_line=draw(st.booleans()),
            language=draw(st.sampled_from(LANGUAGES)),
            skills=frozenset(draw(st.sets(st.sampled_from(SKILLS), max_size=1))),
            preferred_agent=draw(st.sampled_from([None, "a0", "a1", "gone"])),
            preferred_until=draw(st.sampled_from([None, NOW, NOW + MINUTE])),
        )
        for number in range(draw(st.integers(0, 12)))
    ]


@st.composite
def teams(draw: st.DrawFn) -> list[FreeAgent]:
    """Agents with ties in how long they have been free."""
    return [
        FreeAgent(
            id=f"a{number}",
            line_ids=frozenset(draw(st.sets(st.sampled_from(LINES)))),
            free_since=NOW - draw(st.integers(0, 3)) * MINUTE,
            languages=frozenset(draw(st.sets(st.sampled_from(LANGUAGES)))),
            skills=frozenset(draw(st.sets(st.sampled_from(SKILLS)))),
        )
        for number in range(draw(st.integers(0, 6)))
    ]


# The order


def test_a_caller_who_takes_a_callback_keeps_her_place() -> None:
    waiting = [call("first", 9), call("second", 8), call("third", 7)]
    promised = [waiting[0], callback("second", 8, minutes_left=30), waiting[2]]
    assert ids(next_in_line(promised, NOW)) == ids(next_in_line(waiting, NOW))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (call("a", 5), call("b", 4)),
        (call("b", 5, priority=1), call("a", 9)),
        (call("b", 5, priority=2), call("a", 9, priority=1)),
        (call("a", 9), call("b", 3, priority=1)),
        (call("a", 5), call("b", 4, priority=-9)),
        (call("a", 52), call("b", 1, priority=99)),
        (call("a", 60), call("b", 40, priority=3)),
        (call("a", 61), callback("b", 5, minutes_left=1)),
        (callback("b", 5, minutes_left=1), call("a", 59)),
        (callback("b", 1, minutes_left=3), call("a", 9, priority=5)),
        (callback("b", 1, minutes_left=-1), call("a", 9, priority=5)),
        (callback("b", 1, minutes_left=60, on_the_line=True), callback("a", 9, minutes_left=0)),
        (callback("b", 1, 60, on_the_line=True), call("a", 9, priority=5)),
        (callback("b", 5, minutes_left=1), callback("a", 4, minutes_left=0)),
        (call("a", 5), call("b", 5)),
    ],
)
def test_who_comes_before_whom(before: Contact, after: Contact) -> None:
    assert next_in_line([after, before], NOW) == [before, after]
    assert next_in_line([before, after], NOW) == [before, after]


@pytest.mark.parametrize(
    ("contact", "reason"),
    [
        (call("c", 5), Reason.PLACE_IN_LINE),
        (call("c", 5, priority=1), Reason.PRIORITY),
        (callback("c", 5, minutes_left=3.01), Reason.PLACE_IN_LINE),
        (callback("c", 5, minutes_left=3), Reason.WINDOW_GUARD),
        (callback("c", 5, minutes_left=-60), Reason.WINDOW_GUARD),
        (callback("c", 5, minutes_left=3, priority=1), Reason.WINDOW_GUARD),
        (callback("c", 5, minutes_left=3, on_the_line=True), Reason.ALREADY_ON_THE_LINE),
        (callback("c", 5, minutes_left=30, priority=1), Reason.PRIORITY),
    ],
)
def test_the_reason_for_a_turn_is_told(contact: Contact, reason: Reason) -> None:
    (only,) = match([contact], [agent("ann")], NOW)
    assert only.reason is reason


def comes_before(a: Contact, b: Contact, now: datetime) -> bool:
    """The rule as one would say it, clause by clause."""
    if a.on_the_line != b.on_the_line:
        return a.on_the_line
    if not a.on_the_line:
        a_first, b_first = (
            (contact.promised_until is not None and contact.promised_until <= now + GUARD)
            or contact.arrived_at <= now - 60 * MINUTE
            for contact in (a, b)
        )
        if a_first != b_first:
            return a_first
    lead = a.arrived_at - b.arrived_at - 5 * MINUTE * (a.priority - b.priority)
    if lead:
        return lead < 0 * MINUTE
    if a.arrived_at != b.arrived_at:
        return a.arrived_at < b.arrived_at
    return a.id < b.id


@given(crowds())
def test_the_order_is_the_stated_one_and_leaves_nobody_out(contacts: list[Contact]) -> None:
    ordered = next_in_line(contacts, NOW)
    assert sorted(ids(ordered)) == sorted(ids(contacts))
    assert all(comes_before(a, b, NOW) for a, b in pairwise(ordered))


@given(crowds(), teams(), st.randoms(use_true_random=False))
def test_every_process_sees_the_same_order_whatever_order_it_read(
    contacts: list[Contact], agents: list[FreeAgent], random: Random
) -> None:
    other_contacts, other_agents = list(contacts), list(agents)
    random.shuffle(other_contacts)
    random.shuffle(other_agents)
    assert next_in_line(other_contacts, NOW) == next_in_line(contacts, NOW)
    assert match(other_contacts, other_agents, NOW) == match(contacts, agents, NOW)


# The matches


def able(agent: FreeAgent, contact: Contact) -> bool:
    """Whether an agent may be given a contact, clause by clause."""
    if contact.line_id not in agent.line_ids or contact.skills - agent.skills:
        return False
    if contact.preferred_agent is None or contact.preferred_agent == agent.id:
        return True
    if contact.preferred_until is None or contact.preferred_until <= NOW:
        return True
    guarded = contact.promised_until is not None and contact.promised_until <= NOW + GUARD
    return contact.on_the_line or guarded


@given(crowds(), teams())
def test_nobody_overtakes_without_a_reason_of_her_own(
    contacts: list[Contact], agents: list[FreeAgent]
) -> None:
    matches = match(contacts, agents, NOW)
    turns = {m.contact.id: turn for turn, m in enumerate(matches)}
    for turn, one in enumerate(matches):
        for earlier in contacts:
            served_later = turns.get(earlier.id, len(matches)) > turn
            if (
                earlier.arrived_at < one.contact.arrived_at
                and served_later
                and able(one.agent, earlier)
            ):
                assert one.reason is not Reason.PLACE_IN_LINE


def plainly(
    contacts: list[Contact], agents: list[FreeAgent], not_again: frozenset[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Who is given to whom, worked out as one would by hand: everybody is looked at anew for each turn."""
    order = list(contacts)
    order.sort(key=cmp_to_key(lambda a, b: -1 if comes_before(a, b, NOW) else int(a != b)))
    free, given = list(agents), []
    for contact in order:
        could = [a for a in free if able(a, contact) and (a.id, contact.id) not in not_again]
        if could:
            best = min(
                could,
                key=lambda a: (
                    a.id != contact.preferred_agent,
                    contact.language not in a.languages,
                    a.free_since,
                    a.id,
                ),
            )
            free.remove(best)
            given.append((contact.id, best.id))
    return given


@given(
    crowds(),
    teams(),
    st.frozensets(
        st.tuples(st.integers(0, 5).map("a{}".format), st.integers(0, 11).map("c{}".format)),
        max_size=8,
    ),
    st.integers(0, 8),
)
def test_the_quick_way_gives_what_the_plain_rule_gives(
    contacts: list[Contact],
    agents: list[FreeAgent],
    not_again: frozenset[tuple[str, str]],
    most: int,
) -> None:
    plain = plainly(contacts, agents, not_again)
    assert pairs(match(contacts, agents, NOW, not_again)) == plain
    assert pairs(match(contacts, agents, NOW, not_again, most)) == plain[:most]


def test_a_skill_that_is_needed_is_waited_for() -> None:
    caller = call("c", 1, skills=frozenset({"billing"}))
    anybody, biller = agent("ann", 9), replace(agent("ben", 1), skills=frozenset({"billing"}))
    assert match([caller], [anybody], NOW) == []
    assert pairs(match([caller], [anybody, biller], NOW)) == [("c", "ben")]


def test_a_preferred_agent_is_waited_for_a_while_and_then_anyone_will_do() -> None:
    caller = call("c", 1, preferred_agent="ben", preferred_until=NOW + MINUTE)
    ann, ben = agent("ann", 9), agent("ben", 1)
    assert match([caller], [ann], NOW) == []
    assert pairs(match([caller], [ann, ben], NOW)) == [("c", "ben")]
    assert pairs(match([caller], [ann], NOW + MINUTE)) == [("c", "ann")]
    # Still hers when both are free, however late it is.
    assert pairs(match([caller], [ann, ben], NOW + MINUTE)) == [("c", "ben")]


def test_no_window_is_missed_for_the_sake_of_a_preferred_agent() -> None:
    promise = callback("c", 1, 3, preferred_agent="ben", preferred_until=NOW + 9 * MINUTE)
    assert pairs(match([promise], [agent("ann")], NOW)) == [("c", "ann")]


@given(crowds(), teams())
def test_nobody_is_matched_twice_nor_with_a_line_that_is_not_hers(
    contacts: list[Contact], agents: list[FreeAgent]
) -> None:
    matches = match(contacts, agents, NOW)
    assert len({m.agent.id for m in matches}) == len(matches)
    assert len({m.contact.id for m in matches}) == len(matches)
    assert all(m.contact.line_id in m.agent.line_ids for m in matches)
    assert all(m.contact in contacts and m.agent in agents for m in matches)


@given(crowds(), teams())
def test_nobody_waits_while_somebody_who_could_serve_her_is_free(
    contacts: list[Contact], agents: list[FreeAgent]
) -> None:
    matches = match(contacts, agents, NOW)
    waiting = [c for c in contacts if c not in [m.contact for m in matches]]
    idle = [a for a in agents if a not in [m.agent for m in matches]]
    assert not [(c.id, a.id) for c in waiting for a in idle if able(a, c)]


@given(crowds(), teams())
def test_each_in_turn_gets_the_best_agent_that_those_before_left(
    contacts: list[Contact], agents: list[FreeAgent]
) -> None:
    matches = match(contacts, agents, NOW)
    served = [m.contact for m in matches]
    assert served == [c for c in next_in_line(contacts, NOW) if c in served]
    free = list(agents)
    for one in matches:
        could = [a for a in free if able(a, one.contact)]
        preferred = [a for a in could if a.id == one.contact.preferred_agent]
        speaking = [a for a in could if one.contact.language in a.languages]
        choice = preferred or speaking or could
        best = min(a.free_since for a in choice)
        assert one.agent in choice
        assert one.agent.free_since == best
        free.remove(one.agent)


@given(crowds(), teams())
def test_a_pair_that_came_to_nothing_is_not_tried_again_at_once(
    contacts: list[Contact], agents: list[FreeAgent]
) -> None:
    tried = frozenset((m.agent.id, m.contact.id) for m in match(contacts, agents, NOW))
    again = match(contacts, agents, NOW, not_again=tried)
    assert not tried & {(m.agent.id, m.contact.id) for m in again}


def test_an_agent_who_let_a_caller_ring_is_free_for_the_next_and_the_caller_for_another() -> None:
    callers = [call("first", 9), call("second", 8)]
    team = [agent("ann", 5), agent("ben", 1)]
    assert pairs(match(callers, team, NOW)) == [("first", "ann"), ("second", "ben")]
    again = match(callers, team, NOW, not_again=frozenset({("ann", "first")}))
    assert pairs(again) == [("first", "ben"), ("second", "ann")]


def test_the_agent_who_has_been_free_the_longest_is_asked() -> None:
    team = [agent("ann", 1), agent("ben", 5), agent("cat", 3)]
    assert pairs(match([call("c", 1)], team, NOW)) == [("c", "ben")]


def test_who_speaks_the_language_comes_first_and_else_anyone_of_the_line() -> None:
    caller = call("c", 1, language="de")
    team = [agent("ann", 9, "en"), agent("ben", 1, "en", "de")]
    assert pairs(match([caller], team, NOW)) == [("c", "ben")]
    assert pairs(match([caller], team[:1], NOW)) == [("c", "ann")]


def test_a_caller_whom_nobody_can_serve_does_not_hold_up_the_next() -> None:
    callers = [replace(call("first", 9), line_id="returns"), call("second", 1)]
    team = [agent("ann", lines=["support"])]
    assert pairs(match(callers, team, NOW)) == [("second", "ann")]


@pytest.mark.parametrize(("contacts", "agents"), [([], [agent("ann")]), ([call("c", 1)], [])])
def test_with_nobody_waiting_or_nobody_free_there_is_no_match(
    contacts: list[Contact], agents: list[FreeAgent]
) -> None:
    assert match(contacts, agents, NOW) == []


# Nobody starves


@given(crowds(), st.integers(1, 3))
def test_a_line_that_is_served_becomes_empty(contacts: list[Contact], team_size: int) -> None:
    skilled = frozenset(SKILLS)
    team = [replace(agent(f"a{number}"), skills=skilled) for number in range(team_size)]
    contacts = [replace(contact, preferred_agent=None) for contact in contacts]
    waiting, rounds = list(contacts), 0
    while waiting:
        served = [m.contact for m in match(waiting, team, NOW)]
        waiting = [contact for contact in waiting if contact not in served]
        rounds += 1
    assert rounds == -(-len(contacts) // team_size)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=8), st.data())
def test_newcomers_of_the_same_priority_never_push_anybody_back(
    minutes_ago: list[int], data: st.DataObject
) -> None:
    """Served one a minute while one or two a minute come: everyone's turn comes in the order of arrival."""
    waiting = [call(f"old{number}", ago) for number, ago in enumerate(minutes_ago)]
    expected = ids(next_in_line(waiting, NOW))
    served: list[str] = []
    for minute in range(1, len(minutes_ago) + 1):
        now = NOW + minute * MINUTE
        for number in range(data.draw(st.integers(1, 2))):
            kind = data.draw(st.sampled_from([call("", 0), callback("", 0, minutes_left=60)]))
            waiting.append(replace(kind, id=f"new{minute}-{number}", arrived_at=now))
        (one,) = match(waiting, [agent("ann")], now)
        waiting.remove(one.contact)
        served.append(one.contact.id)
    assert served == expected


@given(crowds())
def test_after_an_hour_nobody_who_came_much_later_comes_first(others: list[Contact]) -> None:
    """However many newcomers of whatever priority and window there are."""
    patient = call("patient", 60)
    ordered = next_in_line([*others, patient], NOW)
    for contact in ordered[: ordered.index(patient)]:
        assert contact.on_the_line or contact.arrived_at <= patient.arrived_at + 50 * MINUTE


@given(crowds(), st.integers(0, 2))
def test_a_promise_about_to_break_waits_only_for_who_has_waited_longer(
    others: list[Contact], priority: int
) -> None:
    promise = callback("promise", 60, minutes_left=2, priority=priority)
    ordered = next_in_line([*others, promise], NOW)
    for contact in ordered[: ordered.index(promise)]:
        about_to_break = (
            contact.promised_until is not None and contact.promised_until <= NOW + GUARD
        )
        head_start = 5 * MINUTE * (contact.priority - priority)
        long_wait = contact.arrived_at <= NOW - 60 * MINUTE
        older = contact.arrived_at - head_start <= promise.arrived_at
        assert contact.on_the_line or ((about_to_break or long_wait) and older)
