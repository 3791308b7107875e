"""The log and the waits that probes are tested with."""

from __future__ import annotations

from tests.probe.conftest import log as log
from tests.probe.conftest import waits as waits
