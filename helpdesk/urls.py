"""All addresses."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from conversations import file_views

from . import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="inbox")),
    path("livez", health.live, name="live"),
    path("readyz", health.ready, name="ready"),
    path("", include("conversations.urls")),
    path("files/<uuid:uid>/", file_views.attachment, name="attachment"),
    path("files/<uuid:uid>/thumbnail/", file_views.thumbnail, name="thumbnail"),
    path("files/public/<str:token>/", file_views.public_file, name="public_file"),
    # An agent's address is an administrator's matter: whoever adds one could take the account over with it.
    path("accounts/email/", RedirectView.as_view(pattern_name="account_change_password")),
    path("accounts/", include("allauth.urls")),
    path("settings/channels/", include("inbox.channel_urls")),
    path("settings/agents/", include("inbox.agent_urls")),
    path("admin/", admin.site.urls),
    path("inbox/", include("inbox.urls")),
]
if settings.SIMULATOR:
    urlpatterns.append(path("simulator/", include("simulator.urls")))
