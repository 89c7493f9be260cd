"""The phones' pages, and the providers' own addresses below the `base_url` of a channel."""

from django.urls import path

from . import views
from .telegram import api as telegram
from .twilio import api as twilio
from .whatsapp import api as whatsapp

app_name = "simulator"
ACCOUNT = "twilio/2010-04-01/Accounts/<str:account>"

urlpatterns = [
    path("", views.phones, name="phones"),
    path("pulse/", views.pulse, name="pulse"),
    path("phones/new/", views.new_phone, name="new_phone"),
    path("phones/<int:pk>/", views.phone, name="phone"),
    path("phones/<int:pk>/act/", views.act, name="act"),
    path("switches/<int:pk>/", views.set_switches, name="switches"),
    path("files/<str:key>/", views.file, name="file"),
    path("graph/files/<str:key>", whatsapp.file, name="graph_file"),
    path("graph/<str:version>/<path:path>", whatsapp.graph, name="graph"),
    path("telegram/bot<str:token>/<str:name>", telegram.method, name="telegram"),
    path("telegram/file/bot<str:token>/<path:path>", telegram.file, name="telegram_file"),
    path("twilio/storage/<str:ticket>", twilio.storage, name="twilio_storage"),
    path("twilio/v1/ContentAndApprovals", twilio.approvals, name="twilio_contents"),
    path("twilio/v2/Indicators/Typing.json", twilio.typing, name="twilio_typing"),
    path(f"{ACCOUNT}.json", twilio.resource, name="twilio_account"),
    path(f"{ACCOUNT}/Messages.json", twilio.messages, name="twilio_messages"),
    path(f"{ACCOUNT}/Messages/<str:message>/Media/<str:sid>", twilio.media, name="twilio_media"),
    path(f"{ACCOUNT}/<path:path>.json", twilio.resource, name="twilio_resource"),
]
