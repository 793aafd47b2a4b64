"""Relay boards, and the switches and inputs on them."""
