"""Leased work in the database: claim, retry, schedules."""
