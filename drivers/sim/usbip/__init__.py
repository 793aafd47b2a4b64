"""USB devices for the machine's own kernel, which meets them as if they were plugged in.

The bytes go through vhci_hcd, the kernel's USB/IP host: enumeration, usbhid, cdc-acm, udev, libusb
and all that stands on them are real. It takes Linux with that module, and root to plug.
"""
