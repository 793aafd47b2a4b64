"""The card's side of the air: ISO 14443-3 type A and ISO 14443-4, frames in and frames out.

``crc`` is the checksum, ``selection`` how a reader finds and selects the chip, ``blocks`` the wire
format and ``target`` the rules of the block protocol, ``application`` the way to the ChipCard whose
APDUs they carry. ``picc`` puts them together, ``faults`` spoils them.
"""
