"""The ground floor of numbers."""
