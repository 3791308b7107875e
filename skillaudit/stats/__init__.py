"""What every room does with numbers: intervals, draws, logistic fits, false discovery, diversity."""
