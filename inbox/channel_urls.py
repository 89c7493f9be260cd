"""The addresses of the channel settings."""

from django.urls import path

from . import channel_views as views

urlpatterns = [
    path("", views.channels, name="channels"),
    path("new/<str:kind>/", views.channel_new, name="channel_new"),
    path("<int:pk>/", views.channel_settings, name="channel_settings"),
    path("<int:pk>/check/", views.channel_check, name="channel_check"),
    path("<int:pk>/connect/", views.channel_connect, name="channel_connect"),
    path("<int:pk>/templates/", views.channel_templates, name="channel_templates"),
    path("<int:pk>/rotate-key/", views.channel_rotate_key, name="channel_rotate_key"),
    path("<int:pk>/enabled/", views.channel_enabled, name="channel_enabled"),
]
