"""What every command starts with: settings, and a database whose schema is up to date."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from callback.clock import Clock
from callback.database import Database
from callback.errors import CallbackError
from callback.migrations import upgrade
from callback.settings import Settings

Result = TypeVar("Result")

USER_ERROR = 2


def fail(message: str) -> NoReturn:
    """Say what was wrong in one sentence on standard error, and end with status 2."""
    typer.echo(message, err=True)
    raise typer.Exit(USER_ERROR)


def load_settings() -> Settings:
    """Return the settings, or end with a sentence on each that cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        fail(
            "; ".join(f"{str(found['loc'][0]).upper()}: {found['msg']}" for found in error.errors())
        )


@contextmanager
def sentences() -> Iterator[None]:
    """Turn an error that we know into one sentence instead of a traceback."""
    try:
        yield
    except CallbackError as error:
        fail(str(error))
    except IntegrityError:
        fail("That exists already.")
    except (SQLAlchemyError, ConnectionError, socket.gaierror) as error:
        fail(f"The database does not answer ({type(error).__name__}); check DATABASE_URL.")
    except OSError as error:
        fail(str(error))


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a command's work; an error that we know is one sentence and not a traceback."""
    with sentences():
        return asyncio.run(work)


@asynccontextmanager
async def open_database() -> AsyncIterator[tuple[Settings, Clock, Database]]:
    """Give settings, clock and a database whose schema is up to date."""
    settings = load_settings()
    await asyncio.to_thread(upgrade, settings.database_url)
    database = Database(settings.database_url)
    try:
        yield settings, settings.make_clock(), database
    finally:
        await database.close()
