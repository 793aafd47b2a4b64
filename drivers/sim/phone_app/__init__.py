"""The vehicle maker's app on a virtual phone: pages and the ways of setting a key up."""

# The phone and this part of it know each other; whoever comes first, the phone is loaded first.
import drivers.sim.phone  # noqa: F401 - see above
