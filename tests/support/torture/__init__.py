"""Kills builds and has the system refuse them, and looks at what is left: `make torture`."""
