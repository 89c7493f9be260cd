"""What a file is. Its content decides; what sender and name claim only chooses among equals.

Pages and scripts (HTML, SVG, XML, JavaScript) have no type of their own here: they are bytes to download.
"""

import codecs
import mimetypes
import re
from pathlib import PurePath

import puremagic

UNKNOWN = "application/octet-stream"
HEAD = 64 * 1024  # bytes of the beginning, and of the end, that `sniff` wants to see
SURE = 0.4  # puremagic's confidence of a signature of four bytes
ACTIVE = re.compile(r"html|svg|xml(?!formats)|script|flash")

# Patterns of the first bytes.
SIGNATURES = tuple(
    (re.compile(pattern, re.DOTALL), mime_type)
    for pattern, mime_type in (
        (rb"\xff\xd8\xff", "image/jpeg"),
        (rb"\x89PNG\r\n\x1a\n", "image/png"),
        (rb"GIF8[79]a", "image/gif"),
        (rb"RIFF....WEBP", "image/webp"),
        (rb"RIFF....WAVE", "audio/wav"),
        (rb"RIFF....AVI ", "video/x-msvideo"),
        (rb"%PDF-", "application/pdf"),
        (rb"OggS\0", "audio/ogg"),
        (rb"\0\0..ftyp", "video/mp4"),
        (rb"\x1a\x45\xdf\xa3", "video/webm"),
        (rb"ID3[\x02-\x04]", "audio/mpeg"),
        (rb"#!AMR(-WB)?\n", "audio/amr"),
        (rb"fLaC\0", "audio/flac"),
        (rb"caff\0", "audio/x-caf"),
        (rb"\0\0\x01\xba", "video/mpeg"),
        (rb"PK\x03\x04", "application/zip"),
        (rb"\x1f\x8b\x08", "application/gzip"),
        (rb"\{\\rtf", "application/rtf"),
        (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        (rb"BEGIN:VCARD\r?\n", "text/vcard"),
        (rb"BEGIN:VCALENDAR\r?\n", "text/calendar"),
    )
)

# What a claim may make of a type found. The formats on the right share the signature on the left.
REFINEMENTS = {
    "audio/mp4": {"audio/x-m4a", "audio/aac"},
    "video/3gpp": {"audio/3gpp"},
    "application/gzip": {"application/x-tgsticker"},
    "application/rtf": {"text/rtf"},
    "application/x-ole-storage": {
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
    },
    "text/plain": {"text/csv", "text/markdown", "application/json"},
}

# Names inside a zip, in its directory at the end or in its first entries. Nothing is unpacked.
OFFICE = "application/vnd.openxmlformats-officedocument."
ZIP_ENTRIES = (
    (b"vbaProject.bin", UNKNOWN),  # a document with macros does not pass for one without
    (b"word/document", OFFICE + "wordprocessingml.document"),
    (b"xl/workbook", OFFICE + "spreadsheetml.sheet"),
    (b"ppt/presentation", OFFICE + "presentationml.presentation"),
    (b"mimetypeapplication/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
    (
        b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    ),
    (b"mimetypeapplication/epub+zip", "application/epub+zip"),
)

BRANDS = {
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"qt  ": "video/quicktime",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heif",
    b"avif": "image/avif",
    b"avis": "image/avif",
}

EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "audio/ogg": ".ogg",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "audio/wav": ".wav",
    "audio/webm": ".weba",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "video/3gpp": ".3gp",
    "video/quicktime": ".mov",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "text/plain": ".txt",
    "text/csv": ".csv",
    "text/vcard": ".vcf",
    OFFICE + "wordprocessingml.document": ".docx",
    OFFICE + "spreadsheetml.sheet": ".xlsx",
    OFFICE + "presentationml.presentation": ".pptx",
}


def sniff(head: bytes, tail: bytes, *, claimed: str, name: str) -> str:
    """The type of a file from its first and last HEAD bytes."""
    claim = _claim(claimed, name)
    found = _signature(head, tail) or _text(head, claim) or _puremagic(head)
    return claim if claim in REFINEMENTS.get(found, ()) else found


def extension(mime_type: str) -> str:
    """A harmless extension for our own file name, with its dot."""
    return EXTENSIONS.get(mime_type, ".bin")


def _claim(claimed: str, name: str) -> str:
    """The type somebody says it is. Of two claims an active one wins."""
    said = claimed.partition(";")[0].strip().lower()
    named = mimetypes.guess_type(PurePath(name).name)[0] or ""
    if ACTIVE.search(named) or said in ("", UNKNOWN):
        return named
    return said


def _signature(head: bytes, tail: bytes) -> str:
    for pattern, mime_type in SIGNATURES:
        if pattern.match(head):
            look_inside = CONTAINERS.get(mime_type)
            return look_inside(head, tail) if look_inside else mime_type
    return _bare_audio(head)


def _ogg(head: bytes, tail: bytes) -> str:
    return "video/ogg" if b"theora" in head else "audio/ogg"


def _iso_media(head: bytes, tail: bytes) -> str:
    brand = head[8:12]
    if brand.startswith((b"3gp", b"3g2")):
        return "video/3gpp"
    # The index with its track handlers is at either end of the file.
    only_sound = b"soun" in head + tail and b"vide" not in head + tail
    return BRANDS.get(brand, "audio/mp4" if only_sound else "video/mp4")


def _matroska(head: bytes, tail: bytes) -> str:
    if b"webm" not in head[:64]:
        return "video/x-matroska"
    return "audio/webm" if b"A_" in head and b"V_" not in head else "video/webm"


def _zip(head: bytes, tail: bytes) -> str:
    for entry, mime_type in ZIP_ENTRIES:
        if entry in head or entry in tail:
            return mime_type
    return "application/zip"


CONTAINERS = {
    "audio/ogg": _ogg,
    "video/mp4": _iso_media,
    "video/webm": _matroska,
    "application/zip": _zip,
}


def _bare_audio(head: bytes) -> str:
    """MPEG and AAC frames without a container begin with eleven set bits and a plausible header."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return ""
    if head[1] & 0xF6 == 0xF0:
        return "audio/aac"
    is_layer_3 = head[1] & 0x06 == 0x02
    return "audio/mpeg" if is_layer_3 and head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C else ""


def _text(head: bytes, claim: str) -> str:
    """Plain text; markup and scripts are UNKNOWN; "" when the bytes are no text at all."""
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return ""
    if re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", text):
        return ""
    is_markup = re.match(r"\s*<[!?/a-z]", text, re.IGNORECASE)
    return UNKNOWN if is_markup or ACTIVE.search(claim) else "text/plain"


def _puremagic(head: bytes) -> str:
    """A type from the long table of signatures, for downloads only: nothing in it is shown."""
    try:
        best = puremagic.magic_string(head)[0]
    except (puremagic.PureError, IndexError):  # by version: an error, or an empty list
        return UNKNOWN
    is_usable = best.confidence >= SURE and not ACTIVE.search(best.mime_type)
    return best.mime_type if is_usable and re.fullmatch(r"[a-z]+/[\w.+-]{1,90}", best.mime_type) else UNKNOWN
