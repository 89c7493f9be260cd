"""Agents, teams, roles, what an agent may see."""
