"""Pictures drawn by matplotlib as static SVG."""
