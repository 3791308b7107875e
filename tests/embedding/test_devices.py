"""The device and the threads are the ones asked for, else those that are there to be used."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from skillaudit import extras
from skillaudit.embedding import devices
from skillaudit.embedding.devices import (
    choose_device,
    choose_precision,
    choose_threads,
    failures_named,
    fixed_arithmetic,
)
from skillaudit.errors import EmbeddingError, MissingError


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pretend to eight idle CPUs without a quota; return the file that would hold one."""
    quota = tmp_path / "cpu.max"
    quota.write_text("max 100000\n", encoding="ascii")
    monkeypatch.setattr(devices, "_CGROUP_QUOTA", quota)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(os, "getloadavg", lambda: (0.2, 0.0, 0.0), raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    return quota


def test_threads_are_those_that_the_process_may_use(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_threads(None) == 8
    assert choose_threads(3) == 3
    assert choose_threads(0) == 1
    machine.write_text("350000 100000\n", encoding="ascii")
    assert choose_threads(None) == 3
    machine.write_text("50000 100000\n", encoding="ascii")
    assert choose_threads(None) == 1
    machine.unlink()
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert choose_threads(None) == 2
    monkeypatch.setenv("OMP_NUM_THREADS", "2,1")
    assert choose_threads(None) == 8


def test_a_large_machine_is_not_taken_whole(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(128)))
    assert choose_threads(None) == 16


def test_threads_in_step_leave_room_for_neighbours(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_threads(None, in_step=True) == 8
    monkeypatch.setattr(os, "getloadavg", lambda: (5.6, 0.0, 0.0))
    assert choose_threads(None, in_step=True) == 2
    assert choose_threads(None) == 8
    monkeypatch.setattr(os, "getloadavg", lambda: (50.0, 0.0, 0.0))
    assert choose_threads(None, in_step=True) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cuda", "mps", "expected"), [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")]
)
def test_the_best_device_is_taken(
    cuda: bool, mps: bool, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(devices, "version", lambda _: "2.9.0+cu130")
    monkeypatch.setattr(devices, "_has_driver", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert choose_device(None) == expected
    assert choose_device("cpu") == "cpu"
    assert choose_precision(None) == ("half" if cuda else "single")
    assert choose_precision(None, "ray") == "single"


def test_torch_is_not_asked_where_it_can_find_no_more_than_a_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr(devices, "version", lambda _: "2.9.0+cpu")
    assert choose_device(None) == "cpu"
    monkeypatch.setattr(devices, "version", lambda _: "2.9.0")
    monkeypatch.setattr(devices, "_has_driver", lambda: False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert choose_device(None) == "cpu"
    monkeypatch.setattr(devices, "version", lambda _: "")
    assert choose_device(None) == "cpu"


def test_a_version_is_told_by_the_package_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    for name, text in (("told_one", "__version__ = '2.9.0+cu130'\n"), ("told_none", "debug = True\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit", encoding="utf-8")
        (tmp_path / name / "version.py").write_text(text, encoding="utf-8")
    found = [devices.version(name) for name in ("told_one", "told_none", "not_there")]
    assert found == ["2.9.0+cu130", "0", ""]


@pytest.mark.parametrize(
    ("device", "expected"), [("cpu", "single"), ("mps", "single"), ("cuda", "half"), ("cuda:1", "half")]
)
def test_a_named_device_has_its_precision_and_torch_is_not_asked(
    device: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert choose_precision(device) == choose_precision(device, "ray") == expected


def test_a_gpu_without_torch_names_the_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "missing", lambda extra: extra == "models")
    with pytest.raises(
        MissingError, match=r"^The device 'cuda' needs .*: pip install 'skillaudit\[models\]'$"
    ):
        choose_device("cuda")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "message"), [("abacus", "not known"), ("cuda:1", "not available")])
def test_a_device_that_cannot_be_had_is_an_error(
    name: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(EmbeddingError, match=message):
        choose_device(name)


def blas_threads() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def test_arithmetic_is_fixed_and_restored_even_after_a_failure() -> None:
    before = blas_threads()
    with threadpool_limits(2, "blas"):
        with pytest.raises(ZeroDivisionError), fixed_arithmetic("cpu"):
            assert blas_threads() == {1}
            raise ZeroDivisionError
        assert blas_threads() == {2}
    assert blas_threads() == before


def test_precision_on_a_gpu_is_fixed_and_restored() -> None:
    import torch

    precision = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    products = torch.backends.cuda.matmul
    reduced = products.allow_fp16_reduced_precision_reduction
    try:
        with pytest.raises(ZeroDivisionError), fixed_arithmetic("cuda"):
            assert torch.get_float32_matmul_precision() == "highest"
            assert not products.allow_fp16_reduced_precision_reduction
            raise ZeroDivisionError
        assert products.allow_fp16_reduced_precision_reduction == reduced
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision(precision)


def test_threads_begun_inside_share_no_operation() -> None:
    with threadpool_limits(2, "blas"), fixed_arithmetic("cpu"), ThreadPoolExecutor(1) as pool:
        assert pool.submit(blas_threads).result() == {1}


def test_running_out_of_memory_is_one_clear_error() -> None:
    with (
        pytest.raises(EmbeddingError, match=r"cuda failed \(no memory left\); try --device cpu"),
        failures_named("cuda"),
    ):
        raise RuntimeError("no memory left.\nmuch more")
    with (
        pytest.raises(EmbeddingError, match=r"cpu failed \(MemoryError\); use --scorer"),
        failures_named("cpu"),
    ):
        raise MemoryError
