"""A virtual phone: a wallet of digital keys behind the applet of its secure element.

The applet, its key schedule and its secure channel are written apart from the vehicle's, from the
public facts alone; the two share bytes (TLV, APDU, messages, primitives), never decisions.
"""

from drivers.sim.phone.device import VirtualPhone
from drivers.sim.phone.misbehaviour import Fault

__all__ = ["Fault", "VirtualPhone"]
