"""The logo of a brand: a PNG, JPEG or SVG becomes one small opaque picture, or is refused with the reason.

Opaque, because transparent pictures print as black boxes in page headers of some programs, and because a
logo without ground of its own may vanish on the band of the front sheet.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError

from vorlagen.brand_faults import BadBrand, fault
from vorlagen.palette import WHITE, contrast

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_BYTES = 8_000_000
MAX_PIXELS = 50_000_000
LEAST = 24  # pixels of the longer side
BOX = (640, 176)  # pixels kept: sharp in print at the size below
PRINT_BOX = (1.7, 0.34)  # inches in the page header
LONGEST = 12  # times as long as high, or the reverse
PADDING = 0.1  # of the shorter side, between the logo and the band
SEEN = 1.3  # contrast from which a pixel counts as visible on its ground
_HREF = re.compile(r"\s*(#|data:)")
_NUMBER = re.compile(r"\s*(\d+\.?\d*|\.\d+)\s*(px|pt|mm|cm|in)?\s*")


@dataclass(frozen=True)
class Logo:
    """A logo ready to be placed.

    Attributes:
        png: an opaque PNG; its resolution gives the size in a page header.
        width: pixels.
        height: pixels.
        ground: colour around the picture where it stands on another one.
    """

    png: bytes
    width: int
    height: int
    ground: str

    @property
    def resolution(self) -> int:
        """Pixels an inch that make the picture fit the page header."""
        return _resolution(self.width, self.height)


def load_logo(path: Path, band: str) -> Logo:
    """Load a logo.

    Args:
        path: a PNG, JPEG or SVG file.
        band: colour of the band on which a logo made for dark grounds is shown.

    Raises:
        BadBrand: the file is missing, broken, of another kind, too large, too small or shows nothing.
    """
    from PIL import Image

    image = _opened(path)
    box = image.getchannel("A").point(lambda a: 255 if a > 8 else 0).getbbox()
    if box is None:
        raise BadBrand(fault("logo_blank"))
    image = image.crop(box)
    size = f"{image.width} × {image.height}"
    if max(image.size) > LONGEST * min(image.size):
        raise BadBrand(fault("logo_narrow", size=size, limit=LONGEST))
    if max(image.size) < LEAST:
        raise BadBrand(fault("logo_small", size=size, limit=LEAST))
    image.thumbnail((BOX[0] * 5 // 6, BOX[1] * 5 // 6), Image.Resampling.LANCZOS)
    ground = _ground(image, band)
    rim = round(PADDING * min(image.size)) if ground != band else 0
    flat = Image.new("RGB", (image.width + 2 * rim, image.height + 2 * rim), ground)
    flat.paste(image, (rim, rim), image.getchannel("A"))
    dots = _resolution(*flat.size)
    stream = BytesIO()
    flat.save(stream, "PNG", optimize=True, dpi=(dots, dots))
    return Logo(stream.getvalue(), flat.width, flat.height, ground)


def _resolution(width: int, height: int) -> int:
    return round(max(width / PRINT_BOX[0], height / PRINT_BOX[1]))


def _opened(path: Path) -> Image:
    """Return the picture of a file, upright, with an alpha channel."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise BadBrand(fault("logo_missing" if missing else "logo_unreadable", name=path.name)) from None
    if size > MAX_BYTES:
        megabytes = f"{size / 1e6:.1f}"
        raise BadBrand(
            fault("logo_bytes", size=(megabytes.replace(".", ","), megabytes), limit=MAX_BYTES // 10**6)
        ) from None
    return _decoded(_drawn(data) if _is_svg(data) else data)


def _decoded(data: bytes) -> Image:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > MAX_PIXELS:
                size = f"{image.width} × {image.height}"
                raise BadBrand(fault("logo_pixels", size=size, limit=MAX_PIXELS // 10**6))
            image.load()
            return ImageOps.exif_transpose(image).convert("RGBA")
    except BadBrand:
        raise
    except UnidentifiedImageError:
        raise BadBrand(fault("logo_kind")) from None
    except Image.DecompressionBombError:
        raise BadBrand(fault("logo_pixels", size="> 100 000 000", limit=MAX_PIXELS // 10**6)) from None
    except Exception:  # Pillow raises what its decoders meet: OSError, SyntaxError, struct.error, …
        raise BadBrand(fault("logo_damaged")) from None


# -- SVG ---------------------------------------------------------------------------------------


def _is_svg(data: bytes) -> bool:
    return b"<svg" in data[:4000] or data.lstrip()[:5] == b"<?xml"


def _drawn(data: bytes) -> bytes:
    """Return an SVG as PNG.

    Only what looks the same everywhere is drawn: no text (its font may be missing), nothing from outside.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(data)
    except (ParseError, DefusedXmlException, ValueError):
        raise BadBrand(fault("svg_damaged")) from None
    nodes = [node for node in root.iter() if isinstance(node.tag, str)]
    if {_local(node.tag) for node in nodes} & {"text", "tspan", "foreignObject"}:
        raise BadBrand(fault("svg_text"))
    if any(_local(key) == "href" and not _HREF.match(value) for node in nodes for key, value in node.attrib.items()):
        raise BadBrand(fault("svg_links"))
    wide = _is_wide(root)
    try:
        from resvg_py import svg_to_bytes
    except ImportError:
        raise BadBrand(fault("svg_package")) from None
    side = 2 * BOX[0]
    try:
        return bytes(
            svg_to_bytes(
                svg_string=data.decode("utf-8-sig"),
                skip_system_fonts=True,
                width=side if wide else None,
                height=None if wide else side,
            )
        )
    except ValueError:
        raise BadBrand(fault("svg_damaged")) from None


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _is_wide(root: Element) -> bool:
    """Whether an SVG is wider than high; its proportions keep the drawing small."""
    try:
        width, height = (float(word) for word in root.get("viewBox", "").replace(",", " ").split()[2:4])
    except ValueError:
        sides = [_NUMBER.fullmatch(root.get(name, "")) for name in ("width", "height")]
        width, height = (float(side[1]) if side else 0.0 for side in sides)
    if _local(root.tag) != "svg" or not (0 < width < float("inf") and 0 < height < float("inf")):
        raise BadBrand(fault("svg_size"))
    if max(width, height) > LONGEST * min(width, height):
        raise BadBrand(fault("logo_narrow", size=f"{width:g} × {height:g}", limit=LONGEST))
    return width >= height


# -- the ground --------------------------------------------------------------------------------


def _ground(image: Image, band: str) -> str:
    """Return the colour on which the logo is seen: white, else the band; its own where it is opaque."""
    data = image.tobytes()
    pixels = [tuple(data[n : n + 4]) for n in range(0, len(data), 4)]
    if all(pixel[3] >= 250 for pixel in pixels):
        corners = {pixels[0], pixels[image.width - 1], pixels[-image.width], pixels[-1]}
        red, green, blue, _ = next(iter(corners))
        return f"#{red:02X}{green:02X}{blue:02X}" if len(corners) == 1 else WHITE
    colours: Counter[str] = Counter()
    for red, green, blue, alpha in pixels[:: max(1, len(pixels) // 3001)]:
        if alpha > 127:  # colours in 16 steps: it is about what is seen, not about exact shades
            colours[f"#{red // 17 * 17:02X}{green // 17 * 17:02X}{blue // 17 * 17:02X}"] += 1
    shares = {
        ground: sum(n for colour, n in colours.items() if contrast(colour, ground) >= SEEN) / (colours.total() or 1)
        for ground in (WHITE, band)
    }
    best = WHITE if shares[WHITE] >= min(0.5, shares[band]) else band
    if shares[best] < 0.05:
        raise BadBrand(fault("logo_unseen"))
    return best
