"""How bytes come in: one door for files, one for each form of text, and the limits of all."""

from skillaudit.reading import limits
from skillaudit.reading.database import open_database
from skillaudit.reading.files import (
    ReadingError,
    follow_lines,
    named,
    read_bytes,
    read_lines,
    read_start,
    read_text,
)
from skillaudit.reading.json_text import JsonError, decode_record, parse_json, read_record
from skillaudit.reading.limits import Bounds

__all__ = [
    "Bounds",
    "JsonError",
    "ReadingError",
    "decode_record",
    "follow_lines",
    "limits",
    "named",
    "open_database",
    "parse_json",
    "read_bytes",
    "read_lines",
    "read_record",
    "read_start",
    "read_text",
]
