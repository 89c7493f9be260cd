"""Plays the providers and the customers' phones: development, demo and tests only."""
