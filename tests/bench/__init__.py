"""`make bench`: what the rig costs, as ratios against a floor or a peer of the same run."""
