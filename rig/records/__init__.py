"""What a run leaves behind: frozen records and the journal they are written to."""
