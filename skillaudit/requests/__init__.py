"""Requests: the sentences that a library is judged by, and where they come from."""
