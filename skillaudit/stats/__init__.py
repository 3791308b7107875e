"""What every room does with numbers: intervals, false discovery, diversity."""
