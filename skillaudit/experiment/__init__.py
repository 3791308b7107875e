"""The papers' experiments, on any router, with their verdicts beside the papers' own."""
