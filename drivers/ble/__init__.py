"""The vehicle's Bluetooth LE radio. asyncio and Bumble live in here and nowhere above."""
