"""The structured part of a message, alike for both directions and every channel.

A `Content` is stored as JSON beside the text; every key is optional and says one thing.
"""

from enum import StrEnum
from typing import Any, TypedDict


class MessageKind(StrEnum):
    """What a message mainly is. The text, where there is one, is always in `text`."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACTS = "contacts"
    CHOICE = "choice"
    FORM = "form"
    ORDER = "order"
    INTERACTIVE = "interactive"
    TEMPLATE = "template"
    POLL = "poll"
    SYSTEM = "system"
    UNSUPPORTED = "unsupported"


class Location(TypedDict, total=False):
    latitude: float
    longitude: float
    name: str
    address: str
    url: str
    live: bool
    accuracy: float


class Phone(TypedDict, total=False):
    number: str
    kind: str
    own: bool


class ContactCard(TypedDict, total=False):
    """A shared card. `own` on a phone: the provider vouches that it is the sender's own number."""

    name: str
    organisation: str
    phones: list[Phone]
    emails: list[str]
    vcard: str


class OrderItem(TypedDict, total=False):
    product: str
    quantity: float
    price: float
    currency: str


class Order(TypedDict, total=False):
    catalog: str
    items: list[OrderItem]


class Choice(TypedDict, total=False):
    """A button or list row the customer tapped. `id` is the payload we chose when sending."""

    id: str
    title: str
    description: str
    source: str  # "button", "list", "template" or "keyboard"


class Referral(TypedDict, total=False):
    """The advertisement, post or link that brought the customer here."""

    source: str
    source_id: str
    url: str
    headline: str
    body: str
    click_id: str
    media_url: str


class Quoted(TypedDict, total=False):
    """Something the customer answered that is not one of our messages: a story, a product, a foreign post."""

    kind: str
    text: str
    url: str
    product: str


class Button(TypedDict, total=False):
    """One reply button; with `url` it opens a page instead."""

    id: str
    title: str
    url: str


class ListRow(TypedDict, total=False):
    id: str
    title: str
    description: str


class ListSection(TypedDict, total=False):
    title: str
    rows: list[ListRow]


class ListMenu(TypedDict, total=False):
    button: str
    sections: list[ListSection]


class TemplateUse(TypedDict, total=False):
    """A template as sent: `components` in the provider's own form, `preview` as the customer reads it."""

    name: str
    language: str
    category: str
    components: list[dict[str, Any]]
    variables: dict[str, str]
    preview: str


class ReactionChange(TypedDict, total=False):
    """An outgoing reaction: the provider's id of the message and the emoji; "" removes it."""

    target: str
    emoji: str


class Content(TypedDict, total=False):
    """Everything beside text and files. Absent keys mean absent things."""

    location: Location
    contacts: list[ContactCard]
    order: Order
    choice: Choice
    form: dict[str, Any]
    referral: Referral
    quoted: Quoted
    forwarded: str  # "", "once" or "often"
    album: str  # the provider's id of a group of files sent together
    entities: list[dict[str, Any]]  # rich text: type, offset, length in UTF-16 units, url
    poll: dict[str, Any]
    header: str
    footer: str
    buttons: list[Button]
    menu: ListMenu
    template: TemplateUse
    reaction: ReactionChange
    unsupported: str  # what it was, in words
    author: str  # who wrote it inside a group
