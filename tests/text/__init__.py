"""The ground floor of text."""
