"""A tree for a long list: groups, names, and how it routes."""
