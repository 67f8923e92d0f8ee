"""Draw the logos of the fictional brands: python docs/logos.py (needs Pillow only)."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).resolve().parent.parent / "brands"
FINE = 4  # drawn larger, then reduced: smooth edges


def canvas(width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Return a transparent picture and its pen."""
    image = Image.new("RGBA", (width * FINE, height * FINE))
    return image, ImageDraw.Draw(image)


def word(pen: ImageDraw.ImageDraw, x: int, y: int, text: str, size: int, colour: str, weight: float) -> None:
    """Write a word in Pillow's own font."""
    font = ImageFont.load_default(size * FINE)
    pen.text((x * FINE, y * FINE), text, colour, font, stroke_width=weight * FINE, stroke_fill=colour)


def save(image: Image.Image, name: str) -> None:
    """Reduce and save a picture."""
    size = (image.width // FINE, image.height // FINE)
    image.resize(size, Image.Resampling.LANCZOS).save(HERE / name, "PNG", optimize=True)


def musterbach() -> None:
    """Three rollers under a belt, and the name."""
    image, pen = canvas(520, 120)
    pen.rounded_rectangle([8 * FINE, 22 * FINE, 132 * FINE, 42 * FINE], 10 * FINE, "#00505A")
    for n in range(3):
        left = 10 + 42 * n
        pen.ellipse([left * FINE, 54 * FINE, (left + 36) * FINE, 90 * FINE], "#F08A24")
        pen.ellipse([(left + 12) * FINE, 66 * FINE, (left + 24) * FINE, 78 * FINE], "#FFFFFF")
    word(pen, 156, 22, "Musterbach", 62, "#00505A", 1.2)
    save(image, "musterbach.png")


def beispielwerk() -> None:
    """A label with its hole, and the name on two lines."""
    image, pen = canvas(460, 150)
    corners = [(8, 75), (52, 14), (140, 14), (140, 136), (52, 136)]
    pen.polygon([(x * FINE, y * FINE) for x, y in corners], "#E07A1F")
    pen.ellipse([40 * FINE, 64 * FINE, 62 * FINE, 86 * FINE], "#FFFFFF")
    for n, length in enumerate((46, 34, 46)):
        top = 46 + 24 * n
        pen.rectangle([78 * FINE, top * FINE, (78 + length) * FINE, (top + 9) * FINE], "#1F5FA8")
    word(pen, 162, 20, "Beispielwerk", 48, "#1F2933", 0.9)
    word(pen, 164, 84, "& Töchter", 36, "#1F5FA8", 0.5)
    save(image, "beispielwerk.png")


if __name__ == "__main__":
    musterbach()
    beispielwerk()
