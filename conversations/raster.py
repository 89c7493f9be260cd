"""Decodes one image in a process of its own: `python -m conversations.raster DIRECTORY < image`.

It writes `display` and `thumbnail` into the directory, and the facts as JSON to its output. An image that it
cannot handle within its limits ends it with a status other than 0. It imports no Django and sees no settings.
"""

import json
import resource
import struct
import sys
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image, ImageCms, ImageOps
from PIL.JpegImagePlugin import JpegImageFile, get_sampling

from . import stripping

PIXELS = 50_000_000
THUMBNAIL = (640, 640)
CPU = 20  # seconds
MEMORY = 2 * 1024**3  # bytes of address space
QUALITY = 90
ORIENTATION = 0x0112  # of EXIF
FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
STRIP = {"PNG": stripping.png, "GIF": stripping.gif, "WEBP": stripping.webp}
BAD_METADATA = (OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, struct.error)


def limit() -> None:
    """Let the system end this process before a hostile image takes the machine."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    Image.MAX_IMAGE_PIXELS = PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def prepare(source: BinaryIO, directory: Path) -> dict[str, Any]:
    """Write both files; return {"mime_type", "width", "height"}."""
    image = Image.open(source, formats=FORMATS)
    # A photo with further pictures behind it (MPO) counts as its first.
    kind = "JPEG" if image.format == "MPO" else str(image.format)
    is_moving = kind != "JPEG" and getattr(image, "is_animated", False)
    image.load()
    upright = image if is_moving or kind == "GIF" else _upright(image)
    if upright is image and kind in STRIP:
        source.seek(0)
        (directory / "display").write_bytes(STRIP[kind](source.read()))
    else:
        _bare(upright).save(directory / "display", kind, **_options(image))
    _thumbnail(upright).save(directory / "thumbnail", "WEBP", quality=80)
    return {"mime_type": TYPES[kind], "width": upright.width, "height": upright.height}


def _upright(image: Image.Image) -> Image.Image:
    """As it is meant to be seen, or itself: turned, and in sRGB because the profile is left out."""
    turned = _turned(image)
    profile = image.info.get("icc_profile")
    if turned.mode == "CMYK" or (profile and turned.mode in ("RGB", "RGBA")):
        return _in_srgb(turned, profile)
    return turned


def _turned(image: Image.Image) -> Image.Image:
    try:
        is_turned = image.getexif().get(ORIENTATION, 1) != 1
        return ImageOps.exif_transpose(image) if is_turned else image
    except BAD_METADATA:
        return image


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        try:
            own, srgb = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(image, own, srgb, outputMode=mode) or image
        except (ImageCms.PyCMSError, *BAD_METADATA):
            pass  # a broken profile says nothing about the picture
    return image.convert(mode)


def _bare(image: Image.Image) -> Image.Image:
    """The pixels alone: whatever else Pillow read, it could write again."""
    bare = image.copy()
    bare.info = {key: value for key, value in image.info.items() if key == "transparency"}
    return bare


def _options(image: Image.Image) -> dict[str, Any]:
    """How to save. A JPEG keeps its own tables, and so its quality and its size."""
    if isinstance(image, JpegImageFile) and image.mode in ("L", "RGB"):
        return {"qtables": image.quantization, "subsampling": get_sampling(image)}
    return {"quality": QUALITY}


def _thumbnail(image: Image.Image) -> Image.Image:
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    if image.mode.startswith("I;16"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    small = image.convert("RGBA" if has_alpha else "RGB")
    small.thumbnail(THUMBNAIL)
    return _bare(small)


if __name__ == "__main__":
    limit()
    print(json.dumps(prepare(sys.stdin.buffer, Path(sys.argv[1]))))  # noqa: T201
