"""A virtual phone's Digital Key framework: the device's half of owner pairing.

Host card emulation beside the secure element. Prover, key schedule and order of commands are
written apart from the vehicle's, from the public facts alone; the two share bytes (TLV, APDU,
message layouts, curve arithmetic, primitives), never decisions.
"""

# The phone and this part of it know each other; whoever comes first, the phone is loaded first.
import drivers.sim.phone  # noqa: F401 - see above
from drivers.sim.phone_framework.framework import Framework

__all__ = ["Framework"]
