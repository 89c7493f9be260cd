"""One module or package per kind of channel."""
