"""What every room does with text: words, and the marks between them."""
