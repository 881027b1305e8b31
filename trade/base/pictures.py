"""Pictures from outside: decoded within bounds and drawn anew, so that nothing but the picture itself is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from trade.base.errors import Refused
from trade.base.text import N_

MOST_BYTES: Final = 10 << 20
MOST_PIXELS: Final = 40_000_000
LEAST_SIDE: Final = 60
QUALITY: Final = 80


@dataclass(frozen=True)
class Picture:
    """A picture drawn anew, as WebP, and its size in pixels."""

    data: bytes
    width: int
    height: int


def redrawn(data: bytes, *, boxes: Sequence[tuple[int, int]]) -> list[Picture]:
    """The picture within each box (width, height), never enlarged; what a camera noted beside it is gone.

    Raises Refused for what is no JPEG, PNG, GIF or WebP, is too large to be decoded, or too small to be seen.
    """
    if len(data) > MOST_BYTES:
        raise Refused(N_("The picture has more than %(limit)s MB."), limit=MOST_BYTES >> 20)
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "GIF", "WEBP")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _too_many()
            opened.draft("RGB", max(boxes))
            image = _plain(ImageOps.exif_transpose(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many() from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise Refused(N_("This is no picture that can be read: send JPEG, PNG or WebP.")) from error
    if min(image.size) < LEAST_SIDE:
        raise Refused(N_("The picture is too small: each side needs at least %(least)s pixels."), least=LEAST_SIDE)
    return [_within(image, box) for box in boxes]


def _too_many() -> Refused:
    return Refused(N_("The picture has too many pixels: save it smaller."))


def _plain(image: Image.Image) -> Image.Image:
    """Colours on white paper."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        colours = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(colours, mask=colours.getchannel("A"))
        return paper
    return image.convert("RGB")


def _within(image: Image.Image, box: tuple[int, int]) -> Picture:
    small = image.copy()
    small.thumbnail(box, Image.Resampling.LANCZOS)
    output = BytesIO()
    small.save(output, "WEBP", quality=QUALITY, method=4)
    return Picture(output.getvalue(), *small.size)
