"""Tests of the compiler of multi-agent systems."""
