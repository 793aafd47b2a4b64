"""Vehicle errors.

* VehicleError
  * KeyringError - the provisioning file is wrong
    * NotEnrolled - a key that may not be taken in: deleted before, or its slot is burnt or taken
  * Offline - something needs the key server, and it cannot be reached
  * TrustError - a certificate or key of the bench file cannot be used
  * WiringError - the bench lacks a device the vehicle cannot do without
  * ActuatorStuck - a relay was commanded and its sensor did not follow: a bench fault
  * SensorContradicts - a sensor says what no relay was commanded to: a bench fault
  * ServiceBroken - the rig's own code failed while it served a device
"""

from __future__ import annotations


class VehicleError(Exception):
    """Base of what goes wrong in the rig's own vehicle."""


class KeyringError(VehicleError):
    """The provisioning file is wrong."""


class NotEnrolled(KeyringError):
    """A key that may not be taken in: deleted before, or its slot is burnt or taken."""


class Offline(VehicleError):
    """Something needs the key server, and it cannot be reached."""


class TrustError(VehicleError):
    """A certificate or key of the bench file cannot be used."""


class WiringError(VehicleError):
    """The bench lacks a device the vehicle cannot do without."""


class ActuatorStuck(VehicleError):
    """A relay was commanded and its sensor did not follow in time."""

    def __init__(self, sensor: str, wanted: bool, timeout_s: float) -> None:
        state = "active" if wanted else "inactive"
        super().__init__(f"{sensor}: not {state} {timeout_s:g} s after its relay was commanded")
        self.sensor = sensor


class SensorContradicts(VehicleError):
    """A sensor left the state that it had confirmed, and no relay was commanded since."""

    def __init__(self, sensor: str, active: bool) -> None:
        state = "active" if active else "inactive"
        super().__init__(f"{sensor}: turned {state}, and no relay was commanded to move it")
        self.sensor = sensor


class ServiceBroken(VehicleError):
    """The rig's own code failed while it served a device; the cause says how."""
