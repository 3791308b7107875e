"""The half of the requests that no edit was chosen by: figures, tests, refusals and offers."""
