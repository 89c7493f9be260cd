"""What an administrator enters for a Twilio channel, and does at Twilio."""

from channels_app.adapter import Credential

from .signature import RETRIES

CREDENTIALS = (
    Credential(
        name="account_sid",
        label="Account SID",
        help="AC and 32 digits, on the console's first page.",
        secret=False,
        pattern=r"AC[0-9a-fA-F]{32}",
    ),
    Credential(
        name="auth_token",
        label="Auth token",
        help="The account's primary token: it signs the webhooks.",
        pattern=r"[!-~]+",
    ),
    Credential(
        name="sender",
        label="Sender",
        help="The number as +15005550102, or a short code; without whatsapp: in front.",
        secret=False,
        pattern=r"\+[1-9]\d{5,14}|\d{3,8}",
    ),
    Credential(
        name="messaging_service_sid",
        label="Messaging service SID",
        help="MG and 32 digits, when the sender belongs to a messaging service.",
        secret=False,
        required=False,
        pattern=r"MG[0-9a-fA-F]{32}",
    ),
    Credential(
        name="api_key_sid",
        label="API key SID",
        help="SK and 32 digits; sends with this key in place of the account's token.",
        secret=False,
        required=False,
        pattern=r"SK[0-9a-fA-F]{32}",
    ),
    Credential(name="api_key_secret", label="API key secret", required=False, pattern=r"[!-~]+"),
    Credential(
        name="signing_key_id",
        label="Signing key id",
        help="Only when Twilio signs webhooks with a shared key (HMAC_SHA256).",
        secret=False,
        required=False,
    ),
    Credential(name="signing_key_secret", label="Signing key secret", required=False),
)

RETRY_ADVICE = (
    f"Keep {RETRIES} at the end of the webhook address: without it Twilio gives up on a message "
    "when this server answers with an error."
)
ACCOUNT_STEP = "Copy the account SID and the auth token from the first page of the Twilio console."

SMS_STEPS = "\n".join(
    (
        ACCOUNT_STEP,
        "Take a number that can send SMS; for the US register it first (10DLC or toll-free).",
        "Press Connect: the number's incoming messages then go to this channel's address (POST).",
        "With a messaging service, enter the address there instead, under Integration.",
        RETRY_ADVICE,
        "Turn on HTTP authentication for media in the messaging settings: files then need the token.",
    )
)

WHATSAPP_STEPS = "\n".join(
    (
        ACCOUNT_STEP,
        "Register a WhatsApp sender under Messaging, Senders; for a first try the sandbox will do.",
        "Enter this channel's address there for incoming messages (POST) and as status callback.",
        RETRY_ADVICE,
        "Write templates in the content template builder and have WhatsApp approve them.",
        "Customers who write STOP are held back only with advanced opt-out on a messaging service.",
    )
)
