"""The one way this floor tells the floors above that something changed."""

from django.dispatch import Signal

conversation_changed = Signal()
"""Sent after commit. Arguments: conversation_id (int), message_ids (tuple of int)."""

ephemeral = Signal()
"""Sent for what is shown and never stored. Arguments: conversation_id, typing (bool)."""
