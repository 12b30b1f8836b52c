"""What the terminal says of comparisons, in English and Chinese."""

from __future__ import annotations

WORDS_COMPARE: dict[str, tuple[str, str]] = {
    # help: "command" and "command option"; then what is told
    "compare": (
        "Compare scenarios, run in rounds until the differences are known, or finished runs: paired, judged.",
        "配对比较情景（逐轮运行直至差异可判）或已完成的结果，并作出判断。",
    ),
    "compare given": (
        "Scenarios (plan-2025, mine.toml) or finished run folders, two or more; the first is the baseline.",
        "情景（plan-2025、mine.toml）或已完成的结果文件夹，至少两个；第一个为对照。",
    ),
    "compare half_width": (
        "Run on until every interval's half-width is within this: 5% of the baseline, or '20 persons', "
        "'1 point', '3 places', '100 person-days', '600 minutes'; repeatable; default 5%.",
        "每个区间的半宽不超过此数才停：对照值的5%，或“20人”“1百分点”“3个”“100人日”“600分钟”；可重复；默认5%。",
    ),
    "compare margin": (
        "A difference within this does not matter; written as --half-width, which is its default.",
        "差异在此以内视为无实质差异；写法同 --half-width，默认与之相同。",
    ),
    "compare most": (
        "Draws at most, 2 to 10000 (scenarios); default 100.",
        "最多抽取次数，2至10000（比较情景时）；默认100。",
    ),
    "compare service": (
        "A service to compare, by id or name; repeatable; default: all.",
        "所比较的服务（名称或代号），可重复；默认全部。",
    ),
    "compare outcome": (
        "An outcome to compare: served, waiting, met, idle_places, unmet_days, minutes_done; repeatable; "
        "fewer are known sooner.",
        "所比较的结果：served、waiting、met、idle_places、unmet_days、minutes_done，可重复；越少越快可判。",
    ),
    "compare by": (
        "Tell apart county, age, function, income (fifths) or area (urban, rural) as well.",
        "另按 county（县）、age（年龄）、function（失能）、income（收入五等分）或 area（城乡）分列。",
    ),
    "compare place": (
        "Code or Chinese name of a city or county; repeatable; default: the province (scenarios).",
        "市或县（区）的代码或名称，可重复；默认全省（比较情景时）。",
    ),
    "compare seed": ("Seed of every draw, 0 to 2^63-1 (scenarios).", "随机种子，0至2^63-1（比较情景时）。"),
    "compare ledgers": (
        "Where lives and needs are kept for the next comparison or run.",
        "保存人生与需要的文件夹，供下次比较或运行使用。",
    ),
    "compare no_ledgers": ("Keep and take no lives.", "不保存也不取用已存的人生。"),
    "verdict": ("verdict", "判断"),
    "group": ("group", "组"),
    "verdict better": ("better", "更好"),
    "verdict worse": ("worse", "更差"),
    "verdict higher": ("higher", "更高"),
    "verdict lower": ("lower", "更低"),
    "verdict no_difference": ("no difference that matters", "无实质差异"),
    "verdict not_yet_known": ("not yet known", "尚不可知"),
    "verdict wider": ("{verdict} (interval wider than asked)", "{verdict}（区间宽于要求）"),
    "outcome concentration": (
        "concentration of 'met' by income (-1 poor to 1 rich)",
        "“按时满足”的收入集中指数（-1偏低收入，1偏高收入）",
    ),
    "outcome poorest_part": (
        "part of days on lists borne by the poorest fifth",
        "最低收入五分之一承担的等候人日份额",
    ),
    "equity": ("Equity", "公平"),
    "compare told by": ("By {by}", "按{by}分"),
    "by county": ("county", "县"),
    "by age": ("age", "年龄"),
    "by function": ("function", "失能程度"),
    "by income": ("income", "收入"),
    "by area": ("area", "城乡"),
    "compare pair": ("{b} against {a}", "{b} 对比 {a}"),
    "compare look": (
        "look {look} of {looks}: {draws} draws, {open} of {rows} rows not settled",
        "第{look}次查看（共{looks}次）：{draws}次抽取，{rows}行中{open}行未定",
    ),
    "compare foot": (
        "{draws} draws. All {rows} intervals{looks} hold together with 95 % (Bonferroni).",
        "{draws}次抽取。全部{rows}个区间{looks}同时成立的把握为95%（Bonferroni 校正）。",
    ),
    "compare sides": (
        "Both sides: means over these draws, {intervals}; a first page takes all replications.",
        "两边均为这些抽取的平均，{intervals}；首页按全部重复计。",
    ),
    "compare one draw": (
        "One draw has no interval, so nothing can be judged: run with more --replications (20 or more), "
        "or give compare the scenarios themselves, and it runs them until the differences are known.",
        "只有一次抽取，没有区间，无法判断：请增加 --replications（20次以上）重新运行；"
        "或直接给出情景名，由 compare 逐轮运行直至差异可判。",
    ),
    "compare foot looks": (", at each of {looks} looks,", "在{looks}次查看中"),
    "compare limit": (
        "{open} of {rows} rows are not settled at the limit of {draws} draws: allow more with "
        "--replications-most, ask for less with --half-width, or compare fewer with --service and --outcome.",
        "达到上限{draws}次抽取时，{rows}行中仍有{open}行未定：可增大 --replications-most、放宽 --half-width，"
        "或用 --service、--outcome 减少比较项。",
    ),
    "compare apart": (
        "Rows by group and of equity are families of their own and were not waited for.",
        "分组与公平各自成族校正，停止与否不以其为准。",
    ),
    "stopped compare": (
        "Stopped; what was lived is kept, the same command goes on from there.",
        "已停止；已模拟的人生已保存，再次运行同一命令即可继续。",
    ),
}
