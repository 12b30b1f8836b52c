"""What is wrong with a command line, in one line of the reader's language; and help whose headings are in it.

What typer raises is known by its attributes, not its class: they are the same in all versions that we allow.
"""

from __future__ import annotations

import re
from typing import Any

from jinlin.words import plain, say

_CHINESE = (
    (r"^Usage: ", "用法："),
    (r"^Options:$", "选项："),
    (r"^Arguments:$", "参数："),
    (r"^Commands:$", "命令："),
    (r"\[OPTIONS\]", "[选项]"),
    (r"COMMAND \[ARGS\]\.\.\.", "命令 [参数]…"),
    (r"Show this message and exit\.", "显示本帮助后退出。"),
    (r"\[required\]", "[必填]"),
    (r"\[default:\s+", "[默认："),
    (r"<int range>", "<整数>     "),
)


def usage_line(wrong: Any, language: str) -> str:
    """Say what is wrong with a command line, what may stand there, and where to read on.

    ``wrong`` is what typer raised; one that carries a whole help page (no command was given) is that page.
    """
    text = str(wrong.format_message())
    if "\n" in text:
        return text
    context = getattr(wrong, "ctx", None)
    path = context.command_path if context else "jinlin"
    return plain(f"jinlin: {_fault(wrong, text, language)}" + say("usage help", language, path=path))


def _fault(wrong: Any, text: str, language: str) -> str:
    """Word a fault by what it is about: a command, an option, a parameter that is missing or wrong."""
    command = re.match(r"No such command '(.*?)'", text)
    if command:
        near = re.search(r"Did you mean '?(.+?)'?\?", text)
        return say("usage command", language, name=command[1]) + _near(near[1] if near else "", language)
    option = getattr(wrong, "option_name", None)
    if option and text.startswith("No such option"):
        return say("usage option", language, name=option) + _near(_first(wrong), language)
    parameter = getattr(wrong, "param", None)
    if parameter is None:
        return _of_parser(text, language)
    key = "usage missing" if text.startswith("Missing") else "usage value"
    name = parameter.metavar if parameter.param_type_name == "argument" else parameter.opts[0]
    choices = [parameter.metavar] if "|" in str(parameter.metavar) else []
    allowed = ": ".join([*choices, str(parameter.help or "").rstrip(".。")])
    return say(key, language, name=name, allowed=allowed)


def _of_parser(text: str, language: str) -> str:
    """Word what the parser says of words too many, or of an option that ends the line."""
    for pattern, key in ((r"Got unexpected extra arguments?.*?\((?!s\))(.*)\)", "usage extra"),
                         (r"Option '(.*?)' requires an argument", "usage bare")):  # fmt: skip
        found = re.match(pattern, text)
        if found:
            return say(key, language, name=found[1])
    return text.rstrip(".")


def _first(wrong: Any) -> str:
    """Return the option that is most like the one given, if any is."""
    from difflib import get_close_matches

    near = list(wrong.possibilities or ())
    return next(iter(get_close_matches(wrong.option_name, near, 1)), "")


def _near(name: str, language: str) -> str:
    return say("usage near", language, name=name) if name else ""


def in_chinese(page: str) -> str:
    """Put the headings and marks of a help page into Chinese.

    >>> in_chinese("Usage: jinlin run [OPTIONS]")
    '用法：jinlin run [选项]'
    """
    for pattern, word in _CHINESE:
        page = re.sub(pattern, word, page, flags=re.MULTILINE)
    return page
