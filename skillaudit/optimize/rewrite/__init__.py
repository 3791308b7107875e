"""Give a skill another description: who is confused, what may be said, and which of it helps."""
