"""Turns texts into unit vectors: whole texts in, one row each out, from the cache where it has them."""
