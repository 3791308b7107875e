from __future__ import annotations

import sqlite3

from skillaudit.reading.database import words_of


def test_what_is_wrong_with_a_database_is_told_in_one_clean_line() -> None:
    quoted = sqlite3.DatabaseError("malformed database schema (his\n\x1b[31m) - orphan index")
    assert words_of(quoted) == "malformed database schema (his ) - orphan index"
    assert len(words_of(sqlite3.DatabaseError("x" * 5_000))) == 200
    assert words_of(MemoryError()) == "a length in it is beyond all memory"
