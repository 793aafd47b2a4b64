"""Steps that tests of several capabilities share: pairing, sharing, using a key."""
