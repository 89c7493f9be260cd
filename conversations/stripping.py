"""Images without their metadata: the container is written anew, with only the parts that make the picture.

Comments, EXIF, XMP, colour profiles and whatever follows the end of the image stay behind.
Each function takes and returns whole files, and raises ValueError for one that does not follow its format.
"""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_CHUNKS = frozenset(
    {b"IHDR", b"PLTE", b"tRNS", b"acTL", b"fcTL", b"fdAT", b"IDAT", b"IEND", b"gAMA", b"cHRM", b"sRGB"}
)
WEBP_CHUNKS = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"})
WEBP_METADATA = 0x20 | 0x08 | 0x04  # flags of VP8X: colour profile, EXIF, XMP
GIF_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def png(data: bytes) -> bytes:
    parts, position, name = [PNG_SIGNATURE], len(PNG_SIGNATURE), b""
    while name != b"IEND":
        size = int.from_bytes(_take(data, position, 4), "big")
        name = _take(data, position + 4, 4)
        chunk = _take(data, position, size + 12)
        if name in PNG_CHUNKS:
            parts.append(chunk)
        position += len(chunk)
    return b"".join(parts)


def webp(data: bytes) -> bytes:
    end = 8 + int.from_bytes(_take(data, 4, 4), "little")
    parts, position = [b"WEBP"], 12
    while position < end:
        name = _take(data, position, 4)
        size = int.from_bytes(_take(data, position + 4, 4), "little")
        chunk = _take(data, position, 8 + size + size % 2)
        if name == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~WEBP_METADATA]) + chunk[9:]
        if name in WEBP_CHUNKS:
            parts.append(chunk)
        position += len(chunk)
    body = b"".join(parts)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def gif(data: bytes) -> bytes:
    position = 13 + _palette(_take(data, 10, 1)[0])
    parts = [_take(data, 0, position)]
    # Many files in the wild end without a trailer.
    while position < len(data) and data[position] != 0x3B:
        block = _gif_block(data, position)
        if _is_picture(block):
            parts.append(block)
        position += len(block)
    return b"".join(parts) + b"\x3b"


def _gif_block(data: bytes, start: int) -> bytes:
    match data[start]:
        case 0x2C:  # an image: descriptor, palette, code size
            position = start + 11 + _palette(_take(data, start + 9, 1)[0])
        case 0x21:  # an extension: its label
            position = start + 2
        case _:
            raise ValueError("not a block of a GIF")
    while size := _take(data, position, 1)[0]:
        position += 1 + size
    return _take(data, start, position + 1 - start)


def _is_picture(block: bytes) -> bool:
    is_loop = block[1] == 0xFF and block[3:14] in GIF_LOOPS
    return block[0] == 0x2C or block[1] == 0xF9 or is_loop


def _palette(flags: int) -> int:
    """Bytes of the colour table that flags announce."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _take(data: bytes, start: int, size: int) -> bytes:
    piece = data[start : start + size]
    if len(piece) < size:
        raise ValueError("the file ends too early")
    return piece
