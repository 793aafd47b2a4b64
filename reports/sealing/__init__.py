"""Evidence that stays what it was: a manifest of a run folder, its signature, and their check."""
