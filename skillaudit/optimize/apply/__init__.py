"""From a plan to files: a new library, or this one changed, with a way back."""
