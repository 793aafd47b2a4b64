"""The `rig` command, a subcommand a file."""
