"""The schema's history (Alembic), and bringing a database up to date."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config


def alembic_config(database_url: str) -> Config:
    """Return Alembic's configuration for the database at `database_url`, with no file involved."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["database_url"] = database_url
    return config


def upgrade(database_url: str) -> None:
    """Bring the schema up to date; several processes may do so at once, one after the other.

    Must not be called from a running event loop, because Alembic's environment starts one.
    """
    command.upgrade(alembic_config(database_url), "head")
