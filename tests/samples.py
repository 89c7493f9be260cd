"""Files made in code: each function returns the bytes of one."""

import io
import struct
import zipfile
import zlib

from PIL import Image

SCRIPT = b"<script>alert(document.domain)</script>"
GPS = 0x8825


def image(kind: str = "PNG", size: tuple[int, int] = (80, 40), color: str = "red", **options) -> bytes:
    return _saved(Image.new("RGB", size, color), kind, **options)


def photo(orientation: int = 6) -> bytes:
    """A JPEG lying on its side, with its place, a comment and a profile."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "Invented Camera"
    exif.get_ifd(GPS).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 17.0)})
    return image("JPEG", (80, 40), exif=exif, comment=b"at home", quality=90)


def animation(kind: str = "GIF", **options) -> bytes:
    frames = [Image.new("RGB", (60, 30), color) for color in ("red", "green", "blue")]
    return _saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=80, loop=0, **options)


def flood(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few kilobytes that would unpack to gigabytes."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(4_000_000), 9)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def bilevel(size: tuple[int, int]) -> bytes:
    """A PNG of one bit per pixel: large and yet cheap to make."""
    return _saved(Image.new("1", size), "PNG")


def archive(**entries: bytes) -> bytes:
    """A zip; "__" in a name stands for "/"."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries.items():
            file.writestr(name.replace("__", "/"), data)
    return target.getvalue()


def ogg(codec: bytes = b"OpusHead") -> bytes:
    return b"OggS\0\x02" + bytes(20) + b"\x01\x13" + codec + bytes(200)


def mp4(brand: bytes = b"isom", handler: bytes = b"vide") -> bytes:
    return b"\0\0\0\x14ftyp" + brand + bytes(8) + b"\0\0\0\x14hdlr" + bytes(8) + handler + bytes(300)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _saved(picture: Image.Image, kind: str, **options) -> bytes:
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()
