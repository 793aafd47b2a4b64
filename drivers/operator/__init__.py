"""People: the person at the bench, asked on a terminal."""
