"""Plans and the requirement catalogue."""
