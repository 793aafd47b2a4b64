"""A virtual phone: by its owner's hand a screen, a wallet and an app; by a field, two applications.

``device`` puts it together. Outside: screen, power, line, platforms (what tells them apart). In the
field: routing, to the framework (``phone_framework``) or to the applet of the secure element. Above
them the wallet (``phone_wallet``) and the maker's app (``phone_app``). With an air it has a third
side, Bluetooth LE and ranging (``passive`` and ``phone_ble``), over the same keys.

The applet, its key schedule and its secure channel are written apart from the vehicle's, from the
public facts alone; the two share bytes (TLV, APDU, messages, primitives), never decisions.
"""

from drivers.sim.phone.device import VirtualPhone
from drivers.sim.phone.misbehaviour import Fault

__all__ = ["Fault", "VirtualPhone"]
