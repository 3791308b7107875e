"""Compile multi-agent systems into skill libraries: read, check, compile, write, and say what it saves."""
