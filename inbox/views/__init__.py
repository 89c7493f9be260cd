"""What the agents' pages ask for and post, by what it is about."""
