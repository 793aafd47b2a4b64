"""The waist: contracts, errors, clock and trace that every driver keeps. Standard library only."""
