"""What a drawing is once it is drawn, and how an SVG file becomes a part of a page."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Drawing:
    """A drawing: a name, the SVG to put into a page, the PNG, and what it shows in words."""

    name: str
    svg: str
    png: bytes
    alt: str


def numbered(name: str, index: int) -> str:
    """Name a drawing of a report's first run, second run, and so on.

    >>> numbered("map", 0), numbered("map", 1)
    ('map', 'map-2')
    """
    return name if index == 0 else f"{name}-{index + 1}"


def renamed(drawing: Drawing, name: str) -> Drawing:
    """Give a drawing another name, in its ids too, so that two of a kind can stand on one page."""
    svg = drawing.svg.replace(f'data-figure="{drawing.name}"', f'data-figure="{name}"')
    svg = re.sub(rf'(\bid="|url\(#|href="#){re.escape(drawing.name)}-', rf"\g<1>{name}-", svg)
    return replace(drawing, name=name, svg=svg)


def inline(svg: str, name: str, alt: str) -> str:
    """Cut an SVG file down to its element, give its ids the drawing's name, and describe it for readers."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.S)
    body = re.sub(r'\bid="', f'id="{name}-', body)
    body = re.sub(r"url\(#", f"url(#{name}-", body)
    body = re.sub(r'href="#', f'href="#{name}-', body)
    words = alt.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return body.replace("<svg ", f'<svg role="img" aria-label="{words}" data-figure="{name}" ', 1)
