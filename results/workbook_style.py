"""What the cells of a workbook look like: a house style that a budget office can forward."""

from __future__ import annotations

from typing import Any

from results.sheets import Kind, Role

FONTS = {"zh": "微软雅黑", "en": "Calibri"}
NUMBERS = {
    Kind.TEXT: "General",
    Kind.COUNT: "#,##0_ ",  # the last sign leaves a gap before the border
    Kind.NUMBER: "#,##0.0_ ",
    Kind.RATIO: "0.000_ ",
    Kind.SHARE: "0.0%_ ",
    Kind.AS_IS: "General",
    Kind.YEAR: "0",
    Kind.OF_ROW: "General",
}
INK, PAPER, LINE = "#1F3A4D", "#FFFFFF", "#C9D3DA"
_ROLES: dict[Role, dict[str, Any]] = {
    Role.TITLE: {"bold": True, "font_size": 15, "font_color": INK},
    Role.NOTE: {"font_color": "#5A6A74", "font_size": 9, "text_wrap": True},
    Role.SECTION: {"bold": True, "font_color": INK, "font_size": 11, "bottom": 2, "bottom_color": INK},
    Role.HEAD: {"bold": True, "font_color": PAPER, "bg_color": INK, "text_wrap": True, "align": "center",
                "border": 1, "border_color": LINE},
    Role.BODY: {"border": 1, "border_color": LINE, "text_wrap": True},
    Role.LABEL: {"border": 1, "border_color": LINE, "text_wrap": True, "bg_color": "#F1F5F7"},
    Role.TOTAL: {"bold": True, "bg_color": "#E3EBEF", "border": 1, "border_color": LINE, "top": 2,
                 "top_color": INK},
    Role.INPUT: {"border": 1, "border_color": "#B8860B", "bg_color": "#FFF4CC", "font_color": "#0B4F9E",
                 "locked": False},
}  # fmt: skip


def look(role: Role, kind: Kind, language: str, guarded: bool) -> dict[str, Any]:
    """Return the properties of a cell; ``guarded`` text stays text when a reader edits it."""
    size = {"font_name": FONTS[language], "font_size": 10, "valign": "vcenter"}
    side: dict[str, Any] = {} if role is Role.HEAD else {"align": "left" if kind is Kind.TEXT else "right"}
    if kind is Kind.TEXT and role in (Role.BODY, Role.LABEL, Role.INPUT, Role.TOTAL):
        side["indent"] = 1
    return {**size, **side, **_ROLES[role], "num_format": NUMBERS[kind], "quote_prefix": guarded}
