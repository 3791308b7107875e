"""Names of `skillaudit.safety.cleaning` under the place where they are also looked for."""

from skillaudit.safety.cleaning import clean, collapse, one_line, removed_classes

__all__ = ["clean", "collapse", "one_line", "removed_classes"]
