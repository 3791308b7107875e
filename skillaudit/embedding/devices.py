"""Which device runs a model, how many threads it may take, and the arithmetic it must keep to."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from skillaudit import extras
from skillaudit.errors import EmbeddingError
from skillaudit.schema import EngineName, Precision

_MOST_THREADS = 16
"""Beyond this the interpreter's lock, not the cores, sets the pace."""
_CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def choose_device(device: str | None) -> str:
    """Return the device named, or the best there is: CUDA, then MPS, then the CPU.

    Everything but the CPU is torch's, which is not asked where it is not installed, is built for the CPU
    alone, or would find no driver. Raises EmbeddingError for a name that torch does not know or a device that
    is not there, and MissingError where torch would have to be installed first.
    """
    if device == "cpu" or (device is None and not _may_have_gpu()):
        return "cpu"
    extras.require("models", f"The device {device!r}")
    import torch

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if device is None:
        return next(name for name in ("cuda", "mps", "cpu") if there[name])
    try:
        chosen = torch.device(device)
    except RuntimeError:
        raise EmbeddingError(f"The device {device!r} is not known; use cpu, cuda or mps.") from None
    if not there.get(chosen.type, False):
        raise EmbeddingError(f"The device {device!r} is not available here; use --device cpu.")
    return str(chosen)


def choose_precision(device: str | None, engine: EngineName = "local") -> Precision:
    """Return half for what runs on CUDA, whose products are several times as fast then, and single for all else.

    Where other machines choose their devices themselves it is single, so that all make the same vectors. A device
    that is named is not looked for.
    """
    if device is None:
        device = "cpu" if engine != "local" or sys.platform == "darwin" else choose_device(None)
    return "half" if device.partition(":")[0] == "cuda" else "single"


def choose_threads(threads: int | None, *, in_step: bool = False) -> int:
    """Return how many threads may compute at once: `threads`, or what this process may use.

    That is the smallest of its CPU affinity, its container's quota, `OMP_NUM_THREADS` and 16. With
    `in_step`, for threads that share each operation and wait for one another, the load average is
    taken off: beside a busy neighbour two such threads are several times slower than one.
    """
    if threads is not None:
        return max(1, threads)
    limits = [_MOST_THREADS, _affinity()]
    if (quota := _quota()) is not None:
        limits.append(quota)
    if (wish := os.environ.get("OMP_NUM_THREADS", "")).isdecimal() and int(wish) > 0:
        limits.append(int(wish))
    if in_step and hasattr(os, "getloadavg"):
        limits.append(_affinity() - round(os.getloadavg()[0]))
    return max(1, min(limits))


@contextlib.contextmanager
def fixed_arithmetic(device: str) -> Iterator[None]:
    """Full float32 products and sums, one thread per operation on the CPU; the caller's settings come back afterwards.

    Without TF32 or bfloat16 a vector is the same on every run, and what is multiplied in half precision is added up in
    single. Parallel work shares no operation, since the way in which one is shared changes the order of sums.
    """
    if device == "cpu":
        from threadpoolctl import threadpool_limits

        with threadpool_limits(limits=1, user_api="blas"):
            yield
        return
    import torch

    precision, products = torch.get_float32_matmul_precision(), torch.backends.cuda.matmul
    reduced = products.allow_fp16_reduced_precision_reduction
    torch.set_float32_matmul_precision("highest")
    products.allow_fp16_reduced_precision_reduction = False
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(precision)
        products.allow_fp16_reduced_precision_reduction = reduced


@contextlib.contextmanager
def failures_named(device: str) -> Iterator[None]:
    """Turn errors of the arithmetic, such as too little memory, into EmbeddingError."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        reason = str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
        elsewhere = "" if device == "cpu" else "try --device cpu, or "
        raise EmbeddingError(
            f"Embedding on {device} failed ({reason}); {elsewhere}use --scorer lexical, which needs no model."
        ) from error


def version(package: str) -> str:
    """Return the version that a package gives itself, 0 where it gives none; empty where it is not installed.

    `importlib.metadata` would tell, and import for it what a report that is kept needs not.
    """
    spec = find_spec(package)
    if spec is None:
        return ""
    try:
        text = (Path(spec.origin or "").parent / "version.py").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return "0"
    match = re.search(r"""^__version__ = ["']([^"'\n]+)""", text, re.MULTILINE)
    return match[1] if match else "0"


def _may_have_gpu() -> bool:
    """Say whether torch is installed in a build that may find more than a CPU here, without importing it."""
    if not (found := version("torch")):
        return False
    build = found.partition("+")[2]
    return build != "cpu" and (sys.platform == "darwin" or build.startswith("rocm") or _has_driver())


def _has_driver() -> bool:
    """Say whether the library is there by which CUDA reaches a GPU."""
    try:
        ctypes.CDLL({"win32": "nvcuda.dll"}.get(sys.platform, "libcuda.so.1"))
    except OSError:
        return False
    return True


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quota() -> int | None:
    """Return the whole CPUs that a Linux container may use, None without a limit."""
    try:
        quota, period = _CGROUP_QUOTA.read_text(encoding="ascii").split()
        return max(1, int(quota) // int(period))
    except (OSError, ValueError):
        return None
