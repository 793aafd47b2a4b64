"""The comparison report: two runs held against each other on one page, from their folders alone."""
