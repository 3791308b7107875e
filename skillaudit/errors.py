"""The errors that reach a user, each with its remedy in the message.

SkillAuditError
├── UsageError        exit 2: the command line or configuration cannot be honoured
│   ├── LoadError         a source cannot be read as a library
│   └── RequestError      a file of requests cannot be read
└── MissingError      exit 3: something outside is missing; a retry may help
    ├── EmbeddingError    no usable weights, no memory, a broken model folder
    └── ModelError        a live model cannot be reached or refuses
"""

from __future__ import annotations

from skillaudit.safety.cleaning import clean


class SkillAuditError(Exception):
    """Base of all errors whose message is written for the user; it is cleaned, since it quotes what was read."""

    def __init__(self, message: str = "") -> None:
        """Keep the sentence."""
        super().__init__(clean(message))


class UsageError(SkillAuditError):
    """The command line, configuration or input cannot be honoured (exit code 2)."""


class LoadError(UsageError):
    """A source cannot be read as a library."""


class RequestError(UsageError):
    """A file of requests cannot be read."""


class MissingError(SkillAuditError):
    """Something outside the program is missing or failed (exit code 3)."""


class EmbeddingError(MissingError):
    """No usable weights for the embedding model."""


class ModelError(MissingError):
    """A live model cannot be reached, or refuses."""
