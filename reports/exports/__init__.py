"""A run in the formats of other programs, from its records alone: same records, same bytes."""
