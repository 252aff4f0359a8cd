"""Column types that the tables share."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Enum


def words(kind: type[StrEnum]) -> Enum:
    """Return a text column that holds the values of `kind` and nothing else.

    Plain text in the database, so that a new word needs no migration of a native type.
    """
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=24,
        values_callable=lambda words: [word.value for word in words],
    )
