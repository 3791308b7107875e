"""Measure on a live model, or a local stand-in, what the forecast predicts for a library, and fit what it answers."""
