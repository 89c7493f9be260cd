"""The agents' screens."""
