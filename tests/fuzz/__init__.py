"""Every door for bytes from strangers, as a function of bytes: fuzzed by `python -m tests.fuzz`, and by the tests."""
