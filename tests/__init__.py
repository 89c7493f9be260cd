"""What the helpdesk promises, as tests."""
