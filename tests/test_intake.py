"""Promises of the intake: content decides, images lose what they carry besides the picture, nothing escapes."""

import hashlib
import io
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from PIL import Image

from channels_app.content import MessageKind
from conversations import images, intake, raster, stripping
from conversations.files import clean_name

from . import samples

UNKNOWN = "application/octet-stream"
OFFICE = "application/vnd.openxmlformats-officedocument."


def store(data: bytes, name: str = "", claimed: str = "", hint: MessageKind | None = None, **rest):
    return intake.store([data], name=name, claimed_type=claimed, hint=hint, **{"limit": 10_000_000, **rest})


def picture(name: str) -> Image.Image:
    """The stored image, read completely."""
    with default_storage.open(name) as file:
        image = Image.open(io.BytesIO(file.read()))
    image.load()
    return image


def stored_bytes(file) -> bytes:
    with file.open() as content:
        return content.read()


def stored_files() -> list[Path]:
    return [path for path in Path(default_storage.location).rglob("*") if path.is_file()]


# content, name, claimed type, hint → type, kind
KINDS = [
    (samples.image("JPEG"), "a.jpg", "image/jpeg", MessageKind.IMAGE, "image/jpeg", "image"),
    (samples.image("JPEG"), "a.exe", "application/x-msdownload", None, "image/jpeg", "image"),
    (samples.image("WEBP"), "", "image/webp", MessageKind.STICKER, "image/webp", "sticker"),
    (samples.image("PNG"), "", "image/webp", MessageKind.STICKER, "image/png", "image"),
    (samples.image("PNG"), "scan.png", "image/png", MessageKind.DOCUMENT, "image/png", "document"),
    (samples.animation("GIF"), "a.gif", "image/gif", None, "image/gif", "image"),
    (samples.image("TIFF"), "a.tiff", "image/tiff", MessageKind.IMAGE, "image/tiff", "document"),
    (b"%PDF-1.7\n%\xe2\xe3\n" + samples.SCRIPT, "a.pdf", "application/pdf", None, "application/pdf", "document"),
    (samples.archive(word__document=b"x"), "a.docx", "", None, f"{OFFICE}wordprocessingml.document", "document"),
    (samples.archive(xl__workbook=b"x"), "a.docx", "", None, f"{OFFICE}spreadsheetml.sheet", "document"),
    (samples.archive(**{"word__vbaProject.bin": b"x", "word__document.xml": b"x"}), "a.docx", "", None, UNKNOWN, "document"),
    (samples.archive(a=bytes(100)), "a.docx", f"{OFFICE}wordprocessingml.document", None, "application/zip", "document"),
    (samples.ogg(), "", "audio/ogg; codecs=opus", MessageKind.VOICE, "audio/ogg", "voice"),
    (samples.ogg(), "song.ogg", "video/ogg", None, "audio/ogg", "audio"),
    (samples.ogg(b"\x80theora"), "", "audio/ogg", MessageKind.VOICE, "video/ogg", "video"),
    (samples.mp4(), "a.mp4", "video/mp4", None, "video/mp4", "video"),
    (samples.mp4(handler=b"soun"), "", "audio/mp4", MessageKind.AUDIO, "audio/mp4", "audio"),
    (samples.mp4(b"M4A "), "", "audio/x-m4a", None, "audio/x-m4a", "audio"),
    (samples.mp4(b"3gp4"), "", "", None, "video/3gpp", "video"),
    (samples.mp4(b"heic"), "a.heic", "image/heic", MessageKind.IMAGE, "image/heic", "document"),
    (b"\x1a\x45\xdf\xa3\x9fB\x82\x84webm" + b"A_OPUS", "", "video/webm", None, "audio/webm", "audio"),
    (b"\x1f\x8b\x08" + bytes(9), "a.tgs", "application/x-tgsticker", MessageKind.STICKER, "application/x-tgsticker", "document"),
    (b"\xff\xfb\x90\x64" + bytes(400), "a.mp3", "audio/mpeg", None, "audio/mpeg", "audio"),
    (b"\xff\xf1\x50\x80" + bytes(400), "", "", None, "audio/aac", "audio"),
    (b"name;price\r\nnut;1\r\n", "a.csv", "text/csv", None, "text/csv", "document"),
    ("Grüße, a voice\n".encode(), "a.txt", "audio/ogg", MessageKind.VOICE, "text/plain", "document"),
    (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "a.vcf", "text/x-vcard", None, "text/vcard", "document"),
    (b"12345678WAVE, said the text", "a.txt", "", None, "text/plain", "document"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'>" + samples.SCRIPT, "a.svg", "image/svg+xml", MessageKind.IMAGE, UNKNOWN, "document"),
    (b"\xef\xbb\xbf \n<!DOCTYPE html>" + samples.SCRIPT, "a.html.png", "image/png", MessageKind.IMAGE, UNKNOWN, "document"),
    (b"hello " + samples.SCRIPT, "a.html", "text/plain", None, UNKNOWN, "document"),
    (b"alert(1)", "a.js", "text/plain", None, UNKNOWN, "document"),
    (b"alert(1)", "a.txt", "text/javascript", None, UNKNOWN, "document"),
    (b"\xff\xfe<\0h\0t\0m\0l\0>\0", "a.html", "text/html", None, UNKNOWN, "document"),
    (b"\x07\xfe\x07", "a.bin", "", None, UNKNOWN, "document"),
    (b"7z\xbc\xaf\x27\x1c" + bytes(50), "a.7z", "", None, "application/x-7z-compressed", "document"),
    (b"MZ" + bytes(200), "holiday.jpg", "image/jpeg", MessageKind.IMAGE, UNKNOWN, "document"),
    (b"\x89PNG\r\n\x1a\n" + bytes(500), "a.png", "image/png", MessageKind.IMAGE, UNKNOWN, "document"),
    (samples.image("JPEG", (400, 400))[:900], "a.jpg", "image/jpeg", MessageKind.IMAGE, UNKNOWN, "document"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "name", "claimed", "hint", "mime_type", "kind"), KINDS)
def test_content_decides_what_a_file_is(data, name, claimed, hint, mime_type, kind) -> None:
    file = store(data, name, claimed, hint)

    assert (file.mime_type, file.kind) == (mime_type, kind)
    assert file.sha256 == hashlib.sha256(data).hexdigest()
    assert file.size == len(stored_bytes(file))
    assert bool(file.thumbnail_name) == (mime_type in images.TYPES)


def test_a_file_that_is_no_image_is_stored_byte_by_byte() -> None:
    data = b"%PDF-1.7\n" + bytes(range(256)) * 1000

    file = intake.store(
        iter([data[:9], b"", data[9:]]), name="a.pdf", claimed_type="", hint=None, limit=len(data)
    )

    assert stored_bytes(file) == data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_stands_upright_and_tells_no_place(kind) -> None:
    exif = Image.open(io.BytesIO(samples.photo())).getexif()

    file = store(samples.image(kind, (80, 40), exif=exif))

    shown, small = picture(file.storage_name), picture(file.thumbnail_name)
    assert (file.width, file.height) == shown.size == small.size == (40, 80)
    assert not shown.getexif()
    assert not small.getexif()
    assert b"Invented Camera" not in stored_bytes(file)


def test_comments_profiles_and_descriptions_are_left_out() -> None:
    words = samples.image("PNG", pnginfo=_description(), icc_profile=_profile())
    jpeg = samples.image("JPEG", comment=b"at home", xmp=b"<x>at home</x>", icc_profile=_profile())

    files = [store(words), store(jpeg)]

    for file in files:
        assert b"at home" not in stored_bytes(file)
        assert "icc_profile" not in picture(file.storage_name).info


def _description():
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Comment", "at home")
    return words


def _profile() -> bytes:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def test_a_photo_keeps_its_quality_and_its_size() -> None:
    noise = Image.effect_noise((300, 200), 60).convert("RGB")
    target = io.BytesIO()
    noise.save(target, "JPEG", quality=70)

    file = store(target.getvalue())

    before = Image.open(io.BytesIO(target.getvalue()))
    assert picture(file.storage_name).quantization == before.quantization
    assert file.size < len(target.getvalue()) * 1.05


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_an_animation_still_moves_and_loses_its_metadata(kind) -> None:
    options = {"comment": b"at home"} if kind == "GIF" else {"exif": _exif("at home")}

    file = store(samples.animation(kind, **options) + samples.SCRIPT)

    moving = Image.open(io.BytesIO(stored_bytes(file)))
    assert (moving.n_frames, moving.size) == (3, (60, 30))
    assert [_color(moving, frame) for frame in range(3)] == [0, 1, 2]
    assert b"at home" not in stored_bytes(file)
    assert b"script" not in stored_bytes(file)
    assert kind != "WEBP" or not stored_bytes(file)[20] & stripping.WEBP_METADATA


def _exif(words: str) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = words
    return exif


def _color(image: Image.Image, frame: int) -> int:
    """Which of red, green and blue the frame is."""
    image.seek(frame)
    pixel = image.convert("RGB").getpixel((5, 5))
    return pixel.index(max(pixel))


def test_a_picture_that_is_also_a_page_is_only_a_picture() -> None:
    file = store(samples.image("PNG") + b"<html>" + samples.SCRIPT, "a.html", "text/html")

    assert file.mime_type == "image/png"
    assert b"script" not in stored_bytes(file)


def test_a_thumbnail_is_small_and_keeps_the_proportions() -> None:
    file = store(samples.image("JPEG", (2000, 1000)))

    assert picture(file.thumbnail_name).size == (640, 320)
    assert (file.width, file.height) == (2000, 1000)


@pytest.mark.parametrize("orientation", [1, 6])
def test_transparency_survives(orientation) -> None:
    target, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    Image.new("P", (10, 20)).save(target, "PNG", transparency=0, exif=exif)

    file = store(target.getvalue())

    for name in (file.storage_name, file.thumbnail_name):
        assert picture(name).convert("RGBA").getpixel((5, 5))[3] == 0


@pytest.mark.parametrize("mode", ["CMYK", "L", "I;16", "1"])
def test_unusual_colours_are_shown(mode) -> None:
    target = io.BytesIO()
    Image.new(mode, (20, 10)).save(target, "JPEG" if mode == "CMYK" else "PNG")

    file = store(target.getvalue())

    assert (file.width, file.height) == picture(file.storage_name).size == (20, 10)


def test_the_process_that_decodes_has_little_to_spend() -> None:
    program = "import resource as r; from conversations import raster; raster.limit(); print(r.getrlimit(r.RLIMIT_CPU), r.getrlimit(r.RLIMIT_AS))"

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=settings.BASE_DIR
    )

    assert done.stdout.strip() == f"{(raster.CPU, raster.CPU)} {(raster.MEMORY, raster.MEMORY)}"


@pytest.mark.parametrize("data", [samples.flood(), samples.bilevel((8000, 7500))])
def test_a_pixel_flood_is_kept_as_an_unknown_document(data) -> None:
    file = store(data, "a.png", "image/png", MessageKind.IMAGE)

    assert (file.mime_type, file.kind, file.thumbnail_name) == (UNKNOWN, "document", "")


def test_an_image_that_takes_too_long_is_an_unknown_document(monkeypatch) -> None:
    monkeypatch.setattr(images, "TIMEOUT", 0.001)

    file = store(samples.image("PNG"), "a.png")

    assert (file.mime_type, file.kind) == (UNKNOWN, "document")


def test_an_animation_cut_short_raises_nothing_but_value_error() -> None:
    whole = samples.animation("WEBP", exif=_exif("x")), samples.animation("GIF"), samples.animation("PNG")
    for data, strip in zip(whole, (stripping.webp, stripping.gif, stripping.png), strict=True):
        assert strip(data)
        for end in range(len(data)):
            try:
                strip(data[:end])
            except ValueError:
                continue


@pytest.mark.parametrize(
    ("chunks", "sentence"),
    [([], "empty"), ([b"", b""], "empty"), ([b"12345", b"67890", b"!"], "too large")],
)
def test_an_empty_or_too_large_file_leaves_nothing_behind(chunks, sentence) -> None:
    with pytest.raises(intake.Refused, match=sentence):
        intake.store(chunks, name="a", claimed_type="", hint=None, limit=10)

    assert stored_files() == []


def test_an_endless_file_is_read_no_further_than_its_limit() -> None:
    read = []

    def endless():
        while True:
            read.append(1)
            yield bytes(1000)

    with pytest.raises(intake.Refused):
        intake.store(endless(), name="a", claimed_type="", hint=None, limit=10_000)
    assert len(read) == 11


def test_a_file_with_another_digest_than_promised_is_not_stored() -> None:
    with pytest.raises(intake.Refused, match="damaged"):
        store(b"hello", sha256="0" * 64)

    assert stored_files() == []
    assert store(b"hello", sha256=hashlib.sha256(b"hello").hexdigest().upper()).size == 5


def test_an_error_of_the_source_reaches_the_caller_and_nothing_is_stored() -> None:
    def broken():
        yield b"%PDF-1.7"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        intake.store(broken(), name="a", claimed_type="", hint=None, limit=100)
    assert stored_files() == []


NAMES = [
    ("../../etc/passwd", "passwd"),
    ("C:\\Users\\me\\scan.pdf", "scan.pdf"),
    ("/", ""),
    ("..", ""),
    (" . ", ""),
    ("a\0b\r\nc\x7f.pdf", "abc.pdf"),
    ("invoice\u202efdp.exe", "invoicefdp.exe"),
    ("\u2066a\u2069\u200f\ud800.pdf", "a.pdf"),
    ('a;"b".pdf', 'a;"b".pdf'),
    ("a   b\u00a0c.pdf", "a b c.pdf"),
    ("Rechnung für Jürgen 👩‍👧.pdf", "Rechnung für Jürgen 👩‍👧.pdf"),
    ("x" * 4096 + ".pdf", "x" * 196 + ".pdf"),
    ("a." + "x" * 4096, "a." + "x" * 198),
]


@pytest.mark.parametrize(("name", "shown"), NAMES)
def test_a_name_is_shown_without_what_misleads(name, shown) -> None:
    assert clean_name(name) == shown


@pytest.mark.parametrize("name", [name for name, _ in NAMES] + ["CON", "page.html", "a.php"])
def test_no_name_reaches_the_storage(name) -> None:
    file = store(b"<p>hello", name)

    [path] = stored_files()
    assert path.relative_to(default_storage.location).as_posix() == file.storage_name
    assert path.suffix == ".bin"
    assert file.name == (clean_name(name) or "document.bin")
