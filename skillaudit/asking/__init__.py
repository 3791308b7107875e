"""The engine under probe and experiment: it asks a model what a plan wants to know, and pays each answer once."""
