"""The rig: it plays the vehicle, runs plans and records what happened."""
