"""Files: read only if they are files, written whole or not at all, and nothing left behind by a killed run."""
