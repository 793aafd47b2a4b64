"""Loads the rig and its reports into pytest."""

pytest_plugins = ["rig.plugin", "reports.plugin"]
