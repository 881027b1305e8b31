"""The operator's logo: cleaned once when it is uploaded, then only its cleaned bytes are used.

A PNG or JPEG is decoded and drawn anew as PNG; an SVG keeps shapes and gradients only, so that nothing in it
can fetch, run or read anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from lxml import etree
from PIL import Image, UnidentifiedImageError

from trade.base.errors import Refused
from trade.base.text import N_

MOST_BYTES = 512 * 1024
MOST_PIXELS = 1600
SVG = "http://www.w3.org/2000/svg"
# fmt: off
ELEMENTS = frozenset({
    "svg", "g", "defs", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
    "text", "tspan", "linearGradient", "radialGradient", "stop", "clipPath",
})
ATTRIBUTES = frozenset({
    "id", "viewBox", "width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy",
    "d", "points", "transform", "fill", "stroke", "opacity", "offset", "fill-opacity", "fill-rule", "clip-rule",
    "clip-path", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-opacity", "stroke-dasharray",
    "stroke-miterlimit", "stop-color", "stop-opacity", "gradientUnits", "gradientTransform", "spreadMethod",
    "clipPathUnits", "font-family", "font-size", "font-weight", "font-style", "text-anchor", "letter-spacing",
})
# fmt: on
OWN_REFERENCE = re.compile(r"url\(#[A-Za-z][\w-]*\)")


@dataclass(frozen=True)
class Logo:
    """A cleaned picture; ``suffix`` is ``.png`` or ``.svg``."""

    content: bytes
    suffix: str

    @property
    def name(self) -> str:
        """The name a document calls it."""
        return f"logo{self.suffix}"

    @property
    def sha256(self) -> str:
        """The digest an invoice freezes."""
        return sha256(self.content).hexdigest()


def clean_logo(data: bytes) -> Logo:
    """The picture without anything but its drawing.

    Raises Refused for a file above 512 KiB, or one that is neither PNG, JPEG nor SVG.
    """
    if len(data) > MOST_BYTES:
        raise Refused(N_("The logo is larger than 512 KiB: save it smaller."))
    if data.lstrip()[:1] == b"<" or data[:3] == b"\xef\xbb\xbf":
        return Logo(_clean_svg(data), ".svg")
    return Logo(_draw_anew(data), ".png")


def _draw_anew(data: bytes) -> bytes:
    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG")) as image:
            if max(image.size) > 4 * MOST_PIXELS:
                raise Refused(N_("The logo has too many pixels: save it smaller."))
            picture = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Refused(N_("The logo must be a PNG, JPEG or SVG picture.")) from error
    picture.thumbnail((MOST_PIXELS, MOST_PIXELS))
    output = BytesIO()
    picture.save(output, "PNG", optimize=True)
    return output.getvalue()


def _clean_svg(data: bytes) -> bytes:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Refused(N_("The logo must be a PNG, JPEG or SVG picture.")) from error
    if root.tag != f"{{{SVG}}}svg":
        raise Refused(N_("The logo must be a PNG, JPEG or SVG picture."))
    return bytes(etree.tostring(_only_drawing(root)))


def _only_drawing(element: etree._Element) -> etree._Element:
    """A copy of the element with the allowed elements and attributes only."""
    kept = etree.Element(element.tag, nsmap={None: SVG})
    kept.text = element.text
    for name, value in element.attrib.items():
        if name in ATTRIBUTES and ("(" not in value or OWN_REFERENCE.fullmatch(value) or name == "transform"):
            kept.set(name, value)
    for child in element:
        if isinstance(child.tag, str) and child.tag.removeprefix(f"{{{SVG}}}") in ELEMENTS:
            copy = _only_drawing(child)
            copy.tail = child.tail
            kept.append(copy)
    return kept
