"""The commands that prepare an installation: what they print, and how they say that something is wrong."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy.engine import make_url
from sqlmodel import col, select
from typer.testing import CliRunner

from callback.agents.agent import Agent, AgentLine
from callback.agents.presence import AgentStatus
from callback.cli.commands import app
from callback.cli.doctor import Finding
from callback.database import Database
from callback.errors import CallGone
from callback.keys import ApiKey, Role, find_key
from callback.lines.line import Line, LineNumber
from callback.settings import Settings
from callback.telephony.addresses import Addresses
from callback.telephony.port import OwnedNumber
from callback.telephony.twilio import TwilioTelephony
from tests.integration.office import ACCOUNT, TOKEN
from tests.mail_server import mail_server


@pytest.fixture
def installation(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty installation on each kind of database, with nothing of this machine's in it."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


async def run(*words: str) -> Result:
    # Each command runs an event loop of its own.
    return await asyncio.to_thread(CliRunner().invoke, app, list(words))


async def last_line(*words: str) -> str:
    done = await run(*words)
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()[-1]


async def refused(*words: str) -> str:
    """Return the one sentence with which a command that cannot be carried out ends."""
    done = await run(*words)
    assert done.exit_code == 2, (done.output, done.exception)
    assert isinstance(done.exception, SystemExit)
    assert done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    assert "Traceback" not in sentence
    return sentence


async def in_a_process(*words: str) -> tuple[int | None, str, str]:
    """Run a command as an operator does; return its status and what it wrote on both channels."""
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("callback"),
        *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, trouble = await process.communicate()
    return process.returncode, output.decode(), trouble.decode()


NEW_LINE = ("lines", "create", "Support", "--number", "+14155550100", "--zone", "America/New_York")


async def test_migrating_is_done_once_and_may_be_done_again(installation: Path) -> None:
    for _ in range(2):
        assert await last_line("migrate") == "The schema is up to date."


@pytest.mark.parametrize("role", Role)
async def test_a_key_stands_alone_on_the_last_line_and_opens_the_api(
    installation: Path, database_url: str, role: Role
) -> None:
    secret = await last_line("api-keys", "create", "crm", "--role", role.value)
    assert secret.startswith("cb_")
    assert secret == secret.strip()
    database = Database(database_url)
    try:
        async with database.reading() as session:
            key = await find_key(session, secret)
    finally:
        await database.close()
    assert (key.name, key.role) == ("crm", role)


async def test_a_key_may_do_little_unless_more_is_asked_for(
    installation: Path, database_url: str
) -> None:
    await last_line("api-keys", "create", "crm")
    database = Database(database_url)
    try:
        async with database.reading() as session:
            assert (await session.exec(select(ApiKey))).one().role == Role.AGENT
    finally:
        await database.close()


async def test_a_line_and_its_agents_are_made_from_the_command_line(
    installation: Path, database_url: str
) -> None:
    line_id = await last_line(*NEW_LINE, "--number", "(415) 555-0101")
    by_name = await last_line(
        "agents", "create", "Ada", "--endpoint", "+14155550190", "--line", "Support", "--available"
    )
    by_id = await last_line(
        "agents", "create", "Eve", "--endpoint", "client:eve", "--line", line_id
    )
    database = Database(database_url)
    try:
        async with database.reading() as session:
            line = await session.get_one(Line, line_id)
            assert (line.name, line.time_zone, line.country) == (
                "Support",
                "America/New_York",
                "US",
            )
            numbers = await session.exec(
                select(LineNumber.number).order_by(col(LineNumber.position))
            )
            assert numbers.all() == ["+14155550100", "+14155550101"]
            assert (await session.get_one(Agent, by_name)).status == AgentStatus.AVAILABLE
            assert (await session.get_one(Agent, by_id)).status == AgentStatus.OFFLINE
            served = (await session.exec(select(AgentLine.line_id))).all()
            assert set(served) == {line_id}
    finally:
        await database.close()


async def test_what_is_wrong_is_said_in_one_sentence(installation: Path) -> None:
    await last_line(*NEW_LINE)
    assert await refused(*NEW_LINE) == "That exists already."
    wrong = [
        (("lines", "create", "X", "--number", "nonsense", "--zone", "UTC"), "phone_number"),
        (
            ("lines", "create", "X", "--number", "+14155550109", "--zone", "Mars/Olympus"),
            "time_zone",
        ),
        (("agents", "create", "A", "--endpoint", "nonsense", "--line", "Support"), "endpoint"),
        (
            ("agents", "create", "A", "--endpoint", "client:a", "--line", "Nowhere"),
            "no line 'Nowhere'",
        ),
    ]
    for words, said in wrong:
        assert said in await refused(*words)


async def test_a_role_that_there_is_not_is_refused_with_those_that_there_are(
    installation: Path,
) -> None:
    done = await run("api-keys", "create", "crm", "--role", "king")
    assert done.exit_code == 2
    assert "supervisor" in done.stderr
    assert "Traceback" not in done.stderr


COMMANDS = [("migrate",), ("api-keys", "create", "crm"), NEW_LINE]


@pytest.mark.parametrize("words", COMMANDS)
async def test_a_database_that_cannot_be_used_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    for url in (
        "nonsense",
        "mysql://host/name",
        f"sqlite:///{tmp_path}",
        "postgresql://nobody:secret@127.0.0.1:1/nothing",
        "postgresql://nobody:secret@no-such-host.invalid/nothing",
    ):
        monkeypatch.setenv("DATABASE_URL", url)
        sentence = await refused(*words)
        assert "DATABASE_URL" in sentence
        assert "secret" not in sentence


async def test_an_operator_gets_the_status_and_the_sentence_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}")
    status, output, trouble = await in_a_process("migrate")
    assert (status, output) == (2, "")
    assert trouble == f"DATABASE_URL: {tmp_path} cannot be written (Is a directory)\n"


async def test_a_database_that_the_server_does_not_have_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_server: str
) -> None:
    monkeypatch.chdir(tmp_path)
    nothing = make_url(postgres_server).set(database="no_such_database")
    monkeypatch.setenv("DATABASE_URL", nothing.render_as_string(hide_password=False))
    assert "DATABASE_URL" in await refused("migrate")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("CLOCK", "yesterday"),
        ("PUBLIC_BASE_URL", "callback.example"),
        ("TWILIO_CALLS_PER_SECOND", "-1"),
        ("LOG_LEVEL", "loud"),
    ],
)
async def test_a_setting_that_cannot_be_used_is_named(
    installation: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    for words in (("migrate",), ("doctor",), ("serve",), ("worker",)):
        assert (await refused(*words)).startswith(f"{name}: ")


async def test_a_file_that_there_is_not_is_not_blamed_on_the_database(installation: Path) -> None:
    await last_line(*NEW_LINE)
    done = await run("import-calls", "no-such-file.csv", "--line", "Support")
    assert done.exit_code == 2
    assert "no-such-file.csv" in done.stderr
    assert "DATABASE_URL" not in done.stderr


def findings(output: str) -> dict[str, Finding]:
    found = {}
    for line in output.splitlines():
        state, _, rest = line.partition("  ")
        what, _, detail = rest.strip().partition(": ")
        found[what] = Finding(what, state.strip() == "ok", detail)
    return found


async def test_the_doctor_finds_each_thing_that_is_wrong(
    installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    done = await run("doctor")
    assert done.exit_code == 2
    found = findings(done.stdout)
    assert {what: finding.fine for what, finding in found.items()} == {
        "database": True,
        "redis": False,
        "twilio": False,
        "public address": False,
        "secret key": True,
        "test call": True,
    }
    assert "no links in texts" in found["secret key"].detail
    assert "REDIS_URL" in found["redis"].detail
    assert "TWILIO_AUTH_TOKEN" in found["twilio"].detail
    assert "PUBLIC_BASE_URL" in found["public address"].detail


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_the_doctor_says_that_twilio_cannot_be_reached_and_tells_no_secret(
    installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", ACCOUNT)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    monkeypatch.setenv("TWILIO_API_BASE_URL", "http://127.0.0.1:1")
    done = await run("doctor")
    assert isinstance(done.exception, SystemExit), done.exception
    assert not findings(done.stdout)["twilio"].fine
    assert TOKEN not in done.output


async def test_the_doctor_looks_at_a_database_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    for url in ("nonsense", "postgresql://nobody@127.0.0.1:1/nothing", f"sqlite:///{tmp_path}"):
        monkeypatch.setenv("DATABASE_URL", url)
        done = await run("doctor")
        assert done.exit_code == 2, done.exception
        assert not findings(done.stdout)["database"].fine


async def test_the_doctor_tries_the_embedded_redis(
    installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://callback.example")
    found = findings((await run("doctor")).stdout)
    assert found["redis"] == Finding("redis", True, "embedded")
    assert found["public address"].fine


async def test_the_doctor_signs_in_at_the_mail_server(
    installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("MAIL_HOST", "127.0.0.1")
    assert "REPORT_MAIL_TO" in findings((await run("doctor")).stdout)["e-mail"].detail
    monkeypatch.setenv("MAIL_FROM", "callback@example.com")
    monkeypatch.setenv("REPORT_MAIL_TO", "ada@example.com")
    monkeypatch.setenv("MAIL_TLS", "off")
    async with mail_server() as server:
        monkeypatch.setenv("MAIL_PORT", str(server.port))
        assert findings((await run("doctor")).stdout)["e-mail"].fine
        assert server.messages == []
        monkeypatch.setenv("MAIL_USER", "callback")
        assert not findings((await run("doctor")).stdout)["e-mail"].fine


async def test_a_user_is_made_invited_reset_and_disabled(installation: Path) -> None:
    link = await last_line("users", "create", "Ada@example.com", "--name", "Ada", "--role", "admin")
    assert link.startswith("http://127.0.0.1:8000/password/")
    again = await last_line("users", "invite", "ada@example.com")
    assert again != link
    assert "an account already" in await refused(
        "users", "create", "ada@example.com", "--name", "A"
    )
    assert "last administrator" in await refused("users", "disable", "ada@example.com")
    assert "no user" in await refused("users", "reset", "eve@example.com")
    listed = (await run("users", "list")).stdout
    assert "ada@example.com" in listed
    assert "invited" in listed
    assert (await last_line("users", "reset", "ada@example.com")).startswith("http")


async def test_a_first_password_may_come_from_standard_input(installation: Path) -> None:
    words = ["users", "create", "ada@example.com", "--name", "Ada", "--password-stdin"]
    weak = await asyncio.to_thread(CliRunner().invoke, app, words, input="short\n")
    assert weak.exit_code == 2
    assert "12 to 256 characters" in weak.stderr
    made = await asyncio.to_thread(CliRunner().invoke, app, words, input="correct horse battery\n")
    assert made.exit_code == 0, made.output
    assert "battery" not in made.output
    assert "active" in (await run("users", "list")).stdout


async def test_the_doctor_names_numbers_that_are_not_the_accounts_or_lead_elsewhere(
    installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", ACCOUNT)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://callback.example")
    here = Addresses("https://callback.example").of_number()
    owned = [OwnedNumber("PN1", "+14155550100", replace(here, voice="https://old.example/"))]

    async def gone(_: object, sid: str) -> object:
        raise CallGone(sid)

    async def numbers(_: object) -> list[OwnedNumber]:
        return owned

    monkeypatch.setattr(TwilioTelephony, "fetch_call", gone)
    monkeypatch.setattr(TwilioTelephony, "owned_numbers", numbers)
    await run("lines", "create", "Support", "--number", "+14155550100", "--zone", "UTC")
    found = findings((await run("doctor")).stdout)["numbers"]
    assert not found.fine
    assert "lead elsewhere: +14155550100" in found.detail
    owned[:] = [OwnedNumber("PN1", "+14155550100", here)]
    assert findings((await run("doctor")).stdout)["numbers"].fine
    owned.clear()
    assert "not in the account" in findings((await run("doctor")).stdout)["numbers"].detail
