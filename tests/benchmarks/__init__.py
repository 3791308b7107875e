"""Measurements on real data, each a command: `python -m tests.benchmarks.NAME`."""
