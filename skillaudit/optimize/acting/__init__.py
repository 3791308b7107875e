"""What the text of a skill has its reader do, and what of that another one does not."""
