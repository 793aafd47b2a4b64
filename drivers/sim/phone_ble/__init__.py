"""A virtual phone's Bluetooth and ranging half.

``half`` is what the phone holds. ``central`` decides when there is a link and what is done on it:
``radio`` and ``link`` are Bumble's door, ``pairing`` the first approach, ``dialogue`` the DK
messages, with ``negotiation`` of a ranging session and ``remote`` for the owner's buttons.
``ranging`` answers the anchors, by ``blocks`` and ``uwb_clock``. ``bonds`` is what stays,
``misbehaviour`` what a test plants. Written apart from the vehicle's side, from the public facts.
"""

from drivers.sim.phone_ble.half import BluetoothHalf

__all__ = ["BluetoothHalf"]
