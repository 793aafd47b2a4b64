"""A virtual phone's wallet: pairing, tracking, sharing, receiving and removing keys."""

# The phone and this part of it know each other; whoever comes first, the phone is loaded first.
import drivers.sim.phone  # noqa: F401 - see above
