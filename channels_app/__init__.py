"""The wires: adapters, normalised events, channel configuration."""
