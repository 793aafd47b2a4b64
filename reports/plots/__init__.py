"""Geometry of the page's figures; the templates draw them as static SVG."""
