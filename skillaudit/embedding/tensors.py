"""Reads a safetensors file into float32 arrays, half precision included, without torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def read_tensors(data: bytes) -> dict[str, NDArray[np.float32]]:
    """Return the floating-point tensors of a file's bytes by name; others, such as position ids, are left out.

    Raises what `safetensors` raises.
    """
    from safetensors import deserialize

    read: Callable[[bytes], list[tuple[str, dict[str, Any]]]] = deserialize
    found = read(data)
    tensors = {}
    for name, tensor in found:
        if (values := _floats(tensor["dtype"], tensor["data"])) is not None:
            tensors[name] = values.reshape(tensor["shape"])
    return tensors


def _floats(kind: str, data: bytes) -> NDArray[np.float32] | None:
    if kind == "BF16":
        # The upper half of a float32, in the file's order of bytes.
        return (np.frombuffer(data, dtype="<u2").astype(np.uint32) << 16).view(np.float32)
    form = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}.get(kind)
    return None if form is None else np.frombuffer(data, dtype=form).astype(np.float32, copy=False)
