"""The door for bytes: what comes in, how much of it, and what is said when it is too much."""
