"""Two questions after a conversation: on the phone or by text, and where the answers are found."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.test_texts import texted
from tests.acceptance.town import CALLER, Town


async def report(town: Town) -> dict[str, Any]:
    found = await town.api("GET", "/reports/survey", params={"line_id": town.line_id})
    return dict(found)


async def test_whoever_was_called_back_stays_for_two_questions(town: Town) -> None:
    await town.open(survey="voice")
    agent = await town.agent(talk_s=20)
    town.person(
        CALLER,
        choices=[
            {"hears": "be connected"},
            {"hears": "we helped you"},
            {"hears": "rate us", "presses": "4"},
        ],
        talk_s=600,
    )
    owed = await town.ask()
    await town.play(minutes=10, sweeping=1)
    heard = town.heard_at(CALLER)[-1]
    assert "Before you go, two short questions." in heard
    assert heard.endswith("Thank you. Goodbye.")
    (answer,) = (await report(town))["answers"]
    assert (answer["helped"], answer["score"]) == (True, 4)
    assert (answer["callback_id"], answer["agent_id"]) == (owed, agent)
    assert (await town.only_callback())["status"] == "completed"
    await town.all_over()
    town.no_problems()


async def test_a_live_caller_is_asked_too_and_silence_is_thanked_for(town: Town) -> None:
    await town.open(survey="voice")
    await town.agent(talk_s=20)
    call = town.call(CALLER, talk_s=600)
    await town.play(minutes=10, sweeping=1)
    assert "Press 1 to say that we helped you." in town.heard(call)
    assert town.heard(call).endswith("Thank you. Goodbye.")
    found = await report(town)
    assert (found["asked"], found["answered"]) == (1, 0)
    await town.all_over()
    town.no_problems()


async def test_whoever_hangs_up_first_is_not_asked(town: Town) -> None:
    await town.open(survey="voice")
    await town.agent(talk_s=600)
    town.person(CALLER, choices=[{"hears": "be connected"}], talk_s=20)
    await town.ask()
    await town.play(minutes=15, sweeping=1)
    assert (await report(town))["asked"] == 0
    await town.all_over()


async def test_whose_agent_has_gone_at_once_is_not_asked(town: Town) -> None:
    await town.open(survey="voice")
    await town.agent(talk_s=3)
    call = town.call(CALLER, talk_s=600)
    await town.play(minutes=10, sweeping=1)
    assert "two short questions" not in town.heard(call)
    assert (await report(town))["asked"] == 0
    await town.all_over()


@pytest.mark.both_databases
async def test_the_questions_are_asked_by_text(town: Town) -> None:
    await town.open(survey="text")
    agent = await town.agent()
    town.person(CALLER, choices=[{"hears": "be connected"}], talk_s=10)
    await town.ask()
    await town.play(minutes=10, sweeping=1)
    asked = list(town.exchange.messages.values())[-1]
    assert asked.body == "Support: did we help you? Reply 1 for yes, 2 for no."
    assert (await texted(town, "2")).startswith("Thank you. How content are you with us?")
    assert await texted(town, "5") == "Thank you. Goodbye."
    # Answered in full: the next number is no answer any more.
    assert (await texted(town, "1")).startswith("Support: no call is promised")
    found = await report(town)
    assert found["helped_share"] == 0
    assert found["mean_score"] == 5
    (mine,) = found["by_agent"]
    assert (mine["agent_id"], mine["answered"], mine["scores"]["5"]) == (agent, 1, 1)


async def test_nobody_is_asked_unless_the_line_wishes_it(town: Town) -> None:
    await town.open()
    await town.agent()
    town.person(CALLER, choices=[{"hears": "be connected"}], talk_s=10)
    await town.ask()
    await town.play(minutes=10, sweeping=1)
    assert "two short questions" not in town.heard_at(CALLER)[-1]
    assert (await report(town))["asked"] == 0
