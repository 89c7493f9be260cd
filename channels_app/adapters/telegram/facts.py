"""What an administrator reads and enters to connect a bot, and what the channel can do."""

from channels_app.adapter import Credential
from channels_app.capabilities import ButtonLimit, Capabilities, FileLimit, TextLimit, TextUnit
from channels_app.content import MessageKind
from channels_app.events import DeliveryStatus

MEGABYTE = 1024 * 1024

CREDENTIALS = (
    Credential(
        name="token",
        label="Bot token",
        help="From @BotFather, like 8100200300:AAf…",
        pattern=r"\d+:[A-Za-z0-9_-]{30,}",
    ),
    Credential(
        name="secret_token",
        label="Webhook secret",
        help="Telegram shows it with every update. Left empty, one is made for you.",
        generated=True,
        pattern=r"[A-Za-z0-9_-]{1,256}",
    ),
)

# Deletions are reported in business chats only, receipts nowhere: accepted is the last word.
CAPABILITIES = Capabilities(
    text=TextLimit(limit=4096, unit=TextUnit.UTF16),
    caption=TextLimit(limit=1024, unit=TextUnit.UTF16),
    files={
        MessageKind.IMAGE: FileLimit(
            size=10 * MEGABYTE, types=("image/jpeg", "image/png", "image/webp", "image/gif")
        ),
        MessageKind.VIDEO: FileLimit(size=50 * MEGABYTE, types=("video/mp4",)),
        MessageKind.AUDIO: FileLimit(size=50 * MEGABYTE, types=("audio/mpeg", "audio/mp4", "audio/x-m4a")),
        MessageKind.VOICE: FileLimit(size=50 * MEGABYTE, types=("audio/ogg", "audio/mpeg", "audio/mp4")),
        MessageKind.STICKER: FileLimit(
            size=MEGABYTE // 2, types=("image/webp", "video/webm", "application/x-tgsticker")
        ),
        MessageKind.DOCUMENT: FileLimit(size=50 * MEGABYTE, types=("*/*",)),
    },
    buttons=ButtonLimit(count=100, title=64, payload=64),
    url_buttons=True,
    locations=True,
    contacts=True,
    reactions=True,
    reply_quote=True,
    typing=True,
    groups=True,
    receipts=frozenset({DeliveryStatus.ACCEPTED, DeliveryStatus.FAILED}),
)

HELP = """\
In Telegram, open @BotFather, send /newbot and choose a name and a username.
Copy the token it shows into “Bot token” and save; then press Connect to register the webhook.
The desk's public address must be HTTPS on port 443, 80, 88 or 8443.
Customers must press Start in the bot before you can write to them.
Share https://t.me/<username>?start=<code> to learn where they came from.
For groups: send /setprivacy to @BotFather and choose Disable, or make the bot an administrator there.
A group the bot was in before that change must remove it and add it again.
Reactions and member changes in a group arrive only while the bot is an administrator there.
For a business account: send /mybots to @BotFather and switch on Business Mode in Bot Settings.
Its owner then adds the bot under Telegram Business, Chatbots, and allows replies.
A leaked token is replaced with /revoke at @BotFather: enter the new one here and press Connect again."""
