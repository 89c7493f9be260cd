"""The addresses of the settings of people."""

from django.urls import path

from . import agent_views as views

urlpatterns = [
    path("", views.agents, name="agents"),
    path("invite/", views.agent_invite, name="agent_invite"),
    path("<int:pk>/", views.agent_change, name="agent_change"),
    path("<int:pk>/link/", views.agent_link, name="agent_link"),
]
