"""What WhatsApp can do, what an administrator enters, and how a number is set up at Meta.

Limits follow "Messages", "Interactive messages" and "Media, supported types" of the Cloud API.
"""

from datetime import timedelta

from channels_app.adapter import Credential
from channels_app.capabilities import AfterWindow, ButtonLimit, Capabilities, FileLimit, ListLimit, TextLimit
from channels_app.content import MessageKind
from channels_app.events import DeliveryStatus

MEGABYTE = 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument"
SOUNDS = ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg")
DOCUMENTS = (
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    f"{OFFICE}.wordprocessingml.document",
    f"{OFFICE}.spreadsheetml.sheet",
    f"{OFFICE}.presentationml.presentation",
)

CAPABILITIES = Capabilities(
    text=TextLimit(limit=4096),
    caption=TextLimit(limit=1024),
    files={
        MessageKind.IMAGE: FileLimit(size=5 * MEGABYTE, types=("image/jpeg", "image/png")),
        MessageKind.VIDEO: FileLimit(size=16 * MEGABYTE, types=("video/mp4", "video/3gpp")),
        MessageKind.AUDIO: FileLimit(size=16 * MEGABYTE, types=SOUNDS),
        MessageKind.VOICE: FileLimit(size=16 * MEGABYTE, types=("audio/ogg",)),
        MessageKind.DOCUMENT: FileLimit(size=100 * MEGABYTE, types=DOCUMENTS),
        MessageKind.STICKER: FileLimit(size=500 * 1024, types=("image/webp",)),
    },
    buttons=ButtonLimit(count=3, title=20, payload=256),
    url_buttons=True,
    menu=ListLimit(rows=10, title=24, description=72, button=20, sections=10),
    templates=True,
    locations=True,
    contacts=True,
    reactions=True,
    reply_quote=True,
    typing=True,
    read_marks=True,
    receipts=frozenset(
        {DeliveryStatus.ACCEPTED, DeliveryStatus.DELIVERED, DeliveryStatus.READ, DeliveryStatus.FAILED}
    ),
    window=timedelta(hours=24),
    after_window=AfterWindow.TEMPLATE,
    may_start=True,
    opt_out_by_provider=True,
    opt_out_purpose="marketing",
)

CREDENTIALS = (
    Credential(
        name="phone_number_id",
        label="Phone number ID",
        help="WhatsApp > API Setup. Not the phone number itself.",
        secret=False,
        pattern=r"[0-9]{5,20}",
    ),
    Credential(
        name="waba_id",
        label="WhatsApp Business Account ID",
        help="WhatsApp > API Setup, below the phone number ID.",
        secret=False,
        pattern=r"[0-9]{5,20}",
    ),
    Credential(
        name="access_token",
        label="Access token",
        help="Of a system user, with whatsapp_business_messaging and whatsapp_business_management.",
        pattern=r"[!-~]+",
    ),
    Credential(
        name="app_secret",
        label="App secret",
        help="App settings > Basic. It proves that webhooks come from Meta.",
        pattern=r"[!-~]+",
    ),
    Credential(
        name="verify_token",
        label="Verify token",
        help="Chosen by us; enter it at Meta beside the webhook address.",
        generated=True,
    ),
)

HELP = """\
Create an app of the type Business at developers.facebook.com and add WhatsApp to it.
In the Business settings create a system user, give it the app and the WhatsApp account, \
and generate a token with whatsapp_business_messaging and whatsapp_business_management.
Copy the phone number ID and the account ID from WhatsApp > API Setup, \
the app secret from App settings > Basic.
Save this channel, then enter its webhook address and verify token under WhatsApp > Configuration.
Subscribe there to messages, user_preferences, user_id_update, message_template_status_update, \
message_template_quality_update, template_category_update, account_alerts, account_update and \
phone_number_quality_update.
Press Connect here to subscribe the account to the app; without it no messages arrive.
Register the phone number and switch the app to Live mode."""
