"""Ultra-wideband anchors: the UCI codec, the host that speaks it, ports, and kits."""
