"""Tables as Parquet, where pyarrow is installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from typing import Any, Literal

Kind = Literal["text", "whole", "number", "texts"]


def has_parquet() -> bool:
    """Whether pyarrow, which writes Parquet, is installed."""
    return find_spec("pyarrow") is not None


def parquet(rows: Sequence[Mapping[str, Any]], kinds: Mapping[str, Kind]) -> bytes:
    """Return a table whose columns are of one kind in every file, also where one holds nothing.

    A row may leave columns out; they are empty there.
    """
    arrow, writer = import_module("pyarrow"), import_module("pyarrow.parquet")
    types = {
        "text": arrow.string(),
        "whole": arrow.int64(),
        "number": arrow.float64(),
        "texts": arrow.list_(arrow.string()),
    }
    schema = arrow.schema({name: types[kind] for name, kind in kinds.items()})
    file = BytesIO()
    writer.write_table(arrow.Table.from_pylist([dict(row) for row in rows], schema=schema), file)
    return file.getvalue()
