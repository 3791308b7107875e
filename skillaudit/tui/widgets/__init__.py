"""The parts of a screen that the app draws itself."""
