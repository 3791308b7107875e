"""Laws of accuracy against library size: the published ones, and the library's own."""
