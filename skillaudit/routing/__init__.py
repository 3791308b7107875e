"""Predict how a router will route requests over a library, before any model is called."""
