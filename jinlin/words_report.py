"""What ``jinlin report`` says, in Chinese and English."""

from __future__ import annotations

WORDS_REPORT: dict[str, tuple[str, str]] = {
    "report": ("Write the report of finished runs: HTML and PNG.", "根据已完成的结果写出报告：HTML 与 PNG。"),
    "report runs": ("Finished run folders.", "已完成的结果文件夹。"),
    "report lang": ("Language of the report: zh (default) or en.", "报告语言：zh（默认）或 en。"),
    "report out": (
        "File to write; default: report.html in the first run folder.",
        "写出的文件；默认为第一个结果文件夹中的 report.html。",
    ),
    "report ledgers": (
        "Where lives and needs are kept: a run that is probed now does not live again what lies there.",
        "居民的生活与需要存放在何处：补算移动假设的结果时，已存放的不再重新模拟。",
    ),
    "report no_ledgers": (
        "Keep no lives and needs, and use none that are kept.",
        "不存放、也不使用已存放的生活与需要。",
    ),
    "report no_probes": (
        "Leave out what would overturn the verdicts where a run has not asked it yet.",
        "运行时未移动假设数值的，报告不补算结论会因何改变。",
    ),
    "report probing": (
        "moving the assumed numbers of {run} one by one, once for this run (--no-probes leaves it out)",
        "逐一移动 {run} 的假设数值，每次运行只算一次（加 --no-probes 则略去）",
    ),
    "report unkept": (
        "{reason}; what moving them does stands in this report only",
        "{reason}；移动假设数值的结果只写入本次报告",
    ),
    "stopped report": ("stopped; no report is written", "已中断；未写报告"),
}
