"""What the terminal says, in Chinese and English, and how text from files is shown on it."""

from __future__ import annotations

import locale
import os
import unicodedata
from collections.abc import Mapping

from jinlin.words_ahead import WORDS_AHEAD
from jinlin.words_book import WORDS_BOOK
from jinlin.words_compare import WORDS_COMPARE
from jinlin.words_follow import WORDS_FOLLOW
from jinlin.words_report import WORDS_REPORT
from jinlin.words_size import WORDS_SIZE
from jinlin.words_staffing import WORDS_STAFFING
from jinlin.words_sweep import WORDS_SWEEP
from jinlin.words_what_if import WORDS_WHAT_IF

LANGUAGES = ("en", "zh")

WORDS: dict[str, tuple[str, str]] = {
    # help: the program, then "command" and "command option"
    "jinlin": (
        "Jinlin: if the plan's 2025 targets are met, is demand met? Simulates every resident of Fujian.",
        "近邻：规划的2025年目标达到了，需求就满足了吗？逐人模拟福建全省居民。",
    ),
    "run": ("Simulate scenarios and write a run folder for each.", "模拟情景，每个情景写出一个结果文件夹。"),
    "run scenarios": (
        "Names in the scenario folder (plan-2025) or paths of files (mine.toml).",
        "情景名（plan-2025）或文件路径（mine.toml）。",
    ),
    "run place": (
        "Code or Chinese name of a city or county (3503, 莆田市, 荔城区); repeatable; default: the province.",
        "市或县（区）的代码或名称（3503、莆田市、荔城区），可重复；默认全省。",
    ),
    "run replications": ("How many replications, 1 to 10000.", "重复次数，1至10000。"),
    "run seed": ("Seed of every draw, 0 to 2^63-1.", "随机种子，0至2^63-1。"),
    "run workers": (
        "Processes at once, 1 to 1024; default: all cores.",
        "并行进程数，1至1024；默认全部核心。",
    ),
    "run out": (
        "The run folder (several scenarios: a subfolder each); default runs/NAME.",
        "结果文件夹（多个情景时各占一个子文件夹）；默认 runs/情景名。",
    ),
    "run engine": (
        "What serves the waiting lists: the compiled kernel, or SimPy, the reference: the same result.",
        "等候名单由谁运行：编译内核，或作为参照的 SimPy；结果相同。",
    ),
    **WORDS_REPORT,
    **WORDS_COMPARE,
    "explain": (
        "Trace a number of the report to its rows and sources.",
        "把报告中的一个数追溯到数据行与来源。",
    ),
    "explain run_folder": ("A finished run folder.", "一个已完成的结果文件夹。"),
    "explain number": ("The number's id, as printed in the report.", "报告中该数的编号。"),
    "new": ("Start a scenario file from another scenario.", "以另一情景为蓝本新建情景文件。"),
    "new name": (
        "Name of the new scenario; writes NAME.toml here.",
        "新情景名；在当前文件夹写出 NAME.toml。",
    ),
    "new source": ("The scenario it extends.", "所继承的情景。"),
    "check": ("Check a scenario and say what would run.", "检查情景文件，并说明将要模拟的内容。"),
    "check scenario": ("A name in the scenario folder or a path.", "情景名或文件路径。"),
    "diff": ("List what differs between two scenarios, by date.", "按日期列出两个情景的差异。"),
    "diff first": ("A scenario.", "一个情景。"),
    "diff second": ("The scenario to compare with it.", "与之比较的情景。"),
    "parameters": (
        "List every setting with value, range, unit and source.",
        "列出全部参数：数值、范围、单位、来源。",
    ),
    "parameters word": (
        "Only those whose name or text holds this word.",
        "只列出名称或说明中含有此词的参数。",
    ),
    "schema": (
        "Print the JSON Schema of scenario files, for editors.",
        "输出情景文件的 JSON Schema，供编辑器使用。",
    ),
    **WORDS_AHEAD,
    **WORDS_SIZE,
    **WORDS_BOOK,
    **WORDS_WHAT_IF,
    **WORDS_STAFFING,
    **WORDS_FOLLOW,
    **WORDS_SWEEP,
    "hindcast": (
        "Live the census of 2010 to that of 2020 and compare with both and the yearbooks; minutes.",
        "由2010年普查逐人模拟到2020年，与普查、年鉴比较；需数分钟。",
    ),
    "hindcast stored": ("Print the stored hindcast; nothing is lived.", "只打印已存的回测结果，不重新模拟。"),
    "hindcast out": ("Also write the figures to this JSON file.", "另将结果写入此 JSON 文件。"),
    "hindcast workers": (
        "Processes at once, 1 to 1024; default: all cores.",
        "并行进程数，1至1024；默认全部核心。",
    ),
    "evidence": (
        "Find figures with their sources, and what contradicts them; without a word: how many there are.",
        "查找数据及其来源，以及相互矛盾的数据与取舍；不给词则列出各表条数。",
    ),
    "evidence word": (
        "Words of a name, place, year or source, in Chinese or English; all must be there.",
        "名称、地点、年份或来源中的词，中英文均可；多个词须同时含有。",
    ),
    "population": (
        "Print how well the founded residents fit the census.",
        "输出初始人口与普查各边际的吻合程度。",
    ),
    "population place": (
        "Code or Chinese name of a city or county; repeatable.",
        "市或县（区）的代码或名称，可重复。",
    ),
    "usage command": ("no command {name}", "没有命令 {name}"),
    "usage option": ("no option {name}", "没有选项 {name}"),
    "usage near": (" (did you mean {name}?)", "（是否指 {name}？）"),
    "usage missing": ("{name} is missing: {allowed}", "缺少 {name}：{allowed}"),
    "usage value": ("{name} cannot be that ({allowed})", "{name} 的值不可用（{allowed}）"),
    "usage extra": ("too many words: {name}", "多余的内容：{name}"),
    "usage bare": ("{name} needs a value", "{name} 后须给出一个值"),
    "usage help": ("; see '{path} --help'", "；用法见“{path} --help”"),
    "lang": ("Language of the terminal: en or zh.", "终端语言：en 或 zh。"),
    "version": ("Print the version and stop.", "输出版本号后退出。"),
    # what commands say
    "wrote": ("wrote {path}", "已写出 {path}"),
    "run ledgers": (
        "Where lives and needs are kept, for later runs to replay (up to 8 GB; oldest go first).",
        "居民的生活与需要存放在何处，供以后的运行重放（最多 8 GB，最久未用者先删）。",
    ),
    "run no_ledgers": (
        "Keep no lives and needs, and use none that are kept.",
        "不存放、也不使用已存放的生活与需要。",
    ),
    "run probes": (
        "Move the assumed numbers one by one now; default: from 20 replications on, else when a report asks.",
        "现在就逐一移动假设数值；默认：20次重复起现在移动，不足20次的在写报告时移动。",
    ),
    "same log": (
        "same log: yes (compiled kernel and SimPy on {market}: {requests:,} requests)",
        "日志一致：是（编译内核与 SimPy，{market}：{requests:,} 个请求）",
    ),
    "written": (
        "wrote {path}: edit it, then 'jinlin check {path}' and 'jinlin run {path}'",
        "已写出 {path}：修改后运行 'jinlin check {path}'，再运行 'jinlin run {path}'",
    ),
    "compiling": (
        "compiling the kernels: half a minute on two cores, once for this version",
        "编译内核：双核约需半分钟，本版本仅此一次",
    ),
    "compiled": ("compiled {done} of {parts} parts", "已编译 {done}/{parts} 部分"),
    "stopped compiling": (
        "stopped; the kernels compiled so far are kept",
        "已中断；已编译的内核保留",
    ),
    "stopped forecast": ("stopped; nothing is written", "已中断；未写入文件"),
    "stopped": ("stopped; the run folder is marked unfinished", "已中断；结果文件夹标记为未完成"),
    "same": ("no difference", "没有差异"),
    "extends": ("extends", "继承"),
    "supplies": ("supply, staff and prices by date", "按日期的供给、人员与价格"),
    "settings": ("settings replaced", "替换的参数"),
    "standards": ("standards (ours, not the plan's)", "服务标准（本模型所定，非规划所定）"),
    "targets": ("targets judged", "评判的目标"),
    "valid": ("valid", "有效"),
    "days": ("{share:g} within {days} days", "{days} 天内满足 {share:g}"),
    "range": ("{low:g} to {high:g}", "{low:g} 至 {high:g}"),
    "hindcast head": (
        "figure|year|published|simulated|miss|bound|held|basis",
        "数据|年份|公布|模拟|误差|允许|是否在内|性质",
    ),
    "basis given": ("given", "给定"),
    "basis fitted": ("fitted", "拟合"),
    "basis partly": ("partly", "部分给定"),
    "basis predicted": ("predicted", "预测"),
    "hindcast mortality": (
        "mortality: {level:g} times the UN's, {trend:+.2%} a year, {slope:+.4f} a year of age (fitted)",
        "死亡率：联合国的{level:g}倍，每年{trend:+.2%}，每岁{slope:+.4f}（拟合）",
    ),
    "hindcast bases": (
        "given: told to the hindcast; fitted: mortality fitted to it; "
        "partly: migrants' ages have a share in it",
        "给定：回测的输入；拟合：死亡率按此拟合；部分给定：迁移年龄亦取自两次普查",
    ),
    "yes": ("yes", "是"),
    "no": ("NO", "否"),
    "found": ("{count} found", "共 {count} 项"),
    "nothing": ("nothing holds the word {word}", "没有含“{word}”的内容"),
    "near": ("nearest: {words}", "相近的词：{words}"),
    "figures head": ("figure", "指标"),
    "figures value": ("value", "数值"),
    "figures unit": ("unit", "单位"),
    "figures place": ("place", "地点"),
    "figures year": ("year", "年份"),
    "figures quality": ("quality", "质量"),
    "figures source": ("source", "来源"),
    "figures table": ("table", "表"),
    "figures total": ("all", "合计"),
    "quality published": ("published", "公布"),
    "quality derived": ("derived", "推算"),
    "quality assumed": ("assumed", "假设"),
    "sources": ("sources:", "来源："),
    "contradictions": ("contradicting figures, and the choice:", "相互矛盾的数据与取舍："),
    "used": ("used", "采用"),
    "beside": ("beside it", "并列"),
    "more": ("… and {count} more", "……另有 {count} 项"),
    "through": ("through the setting {name}", "通过参数 {name}"),
    "search": (
        "'jinlin evidence WORD' shows the figures that hold a word; contradictions: {count}",
        "用“jinlin evidence 词”查看含有该词的数据；相互矛盾的问题共 {count} 个",
    ),
    "dated": (
        "values by date, [supply.…], [staff.…] and so on:",
        "按日期设定的值（[supply.…]、[staff.…] 等）：",
    ),
    "set": ('settings, [set."NAME"]:', '参数（[set."名称"]）：'),
    "foretold": (
        "assumed by the forecast alone (no scenario sets it):",
        "仅预测采用的假定（方案不可设定）：",
    ),
    "margin": (
        "{margin}: {count} totals, largest error {worst}",
        "{margin}：{count} 个总数，最大误差 {worst}",
    ),
    "fit place": ("  total", "  总数"),
    "fit published": ("published", "公布"),
    "fit founded": ("founded", "生成"),
    "fit error": ("error", "误差"),
    "fit quality": ("quality", "质量"),
    "imputed": ("not in any source, so imputed:", "没有来源、因而推算的："),
    "service": ("service", "服务"),
    "outcome": ("outcome", "结果"),
    "difference": ("difference", "差异"),
    "progress": (
        "{done}/{jobs} done · {market}, replication {replication}, {month} · {left} left",
        "已完成 {done}/{jobs} · {market} 第{replication}次 {month} · 剩余 {left}",
    ),
}

_NOT_SHOWN = (
    "Cc",
    "Cf",
    "Cs",
    "Co",
    "Cn",
    "Zl",
    "Zp",
)  # controls, direction marks, line separators, no letters


def terminal_language(chosen: str | None = None, environment: Mapping[str, str] | None = None) -> str:
    """Return the language of the terminal: the one chosen, else Chinese where the locale is Chinese.

    >>> terminal_language(None, {"LANG": "zh_CN.UTF-8"}), terminal_language("en", {"LANG": "zh_CN.UTF-8"})
    ('zh', 'en')
    >>> terminal_language(None, {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"})
    'en'
    """
    if chosen in LANGUAGES:
        return str(chosen)
    environment = os.environ if environment is None else environment
    set_names = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    named = next((name for name in set_names if name), None) or locale.getlocale()[0] or ""
    return "zh" if named.lower().startswith(("zh", "chinese")) else "en"


def known_language(value: str | None) -> str | None:
    """Return a language that the terminal speaks, or None; refuse another."""
    import typer

    if value is not None and value not in LANGUAGES:
        raise typer.BadParameter(f"{value!r} is none of {', '.join(LANGUAGES)}")
    return value


def say(key: str, language: str, /, **values: object) -> str:
    """Return a sentence of the terminal in a language, its values filled in.

    >>> say("wrote", "en", path="report.html")
    'wrote report.html'
    """
    return WORDS[key][LANGUAGES.index(language)].format(**values)


def plain(text: str) -> str:
    r"""Return text for one line of a terminal: line ends become spaces, what steers a terminal is left out.

    >>> plain("a title\n\x1b[31mred\u202e")
    'a title [31mred'
    """
    shown = (" " if each.isspace() else each for each in text)
    return "".join(each for each in shown if unicodedata.category(each) not in _NOT_SHOWN)


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes: a Chinese character takes two.

    >>> width("bed 床")
    6
    """
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def columns(rows: list[tuple[str, ...]], gap: int = 2) -> list[str]:
    """Lay rows of cells out in columns as wide as their widest cell.

    >>> columns([("a", "1"), ("床", "2")])
    ['a   1', '床  2']
    """
    widest = [max(width(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        padded = [cell + " " * (most - width(cell) + gap) for cell, most in zip(row, widest, strict=True)]
        lines.append("".join(padded).rstrip())
    return lines
