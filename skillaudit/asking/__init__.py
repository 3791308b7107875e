"""One engine that asks: whatever a plan wants to know, of a live model or a local stand-in, each answer paid once."""
