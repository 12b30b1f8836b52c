"""What the terminal says of staffing, in English and Chinese."""

from __future__ import annotations

WORDS_STAFFING: dict[str, tuple[str, str]] = {
    # help: "command" and "command option"
    "staffing": (
        "Tell posts, staff, minutes and hires of scenarios, and enough for what workload.",
        "列出各情景的岗位、在岗人员、工时与招聘，以及够做多少事。",
    ),
    "staffing scenarios": (
        "Scenarios; several are laid side by side.",
        "情景；给出多个时并列列出。",
    ),
    "staffing place": (
        "Code or Chinese name of a city or county; repeatable; default: the province.",
        "市或县（区）的代码或名称，可重复；默认全省。",
    ),
    "staffing cadre": (
        "Only this kind of staff, such as community-worker; repeatable; default: all.",
        "只列该类人员，如 community-worker，可重复；默认全部。",
    ),
    "staffing year": ("The year, 2021 to 2025.", "年份，2021至2025。"),
    "staffing ledgers": (
        "Where lives and needs are kept, for later commands to replay.",
        "居民的生活与需要存放在何处，供以后的命令重放。",
    ),
    "staffing no_ledgers": (
        "Keep no lives and needs, and use none that are kept.",
        "不存放、也不使用已存放的生活与需要。",
    ),
    # what is told
    "staffing told": ("counted {done} of {parts} markets", "已统计 {done}/{parts} 个区域"),
    "stopped staffing": ("stopped; needs lived so far are kept", "已中断；已算出的需要保留"),
    "staffing title": ("{place}, {year}", "{place}，{year}年"),
    "staffing central": (
        "central values, one replication; 'jinlin run' and 'jinlin compare' draw the assumed numbers",
        "取参数的中心值、单次模拟；“jinlin run”“jinlin compare”抽取假设的参数",
    ),
    "staffing no account": (
        "{scenario} keeps no account of {cadres}: posts are filled as it says, at once; hires are told at "
        "the settings of 2020",
        "{scenario} 未设{cadres}的人员流动：岗位按情景所写即时补足；招聘数按2020年的参数推算",
    ),
    "table staff": (
        "Posts and who holds them (mean of the year; at work: in full workers; hired and left: in the year; "
        "places: at its end)",
        "岗位与在岗人员（全年平均；到岗为折合足额人数；招聘与离职为全年合计；名额为年末数）",
    ),
    "table losses": (
        "From posts to work done (full workers, mean of the year)",
        "从岗位到实际工时（折合足额人数，全年平均）",
    ),
    "table losses in minutes": (
        "The same in minutes a resident and year",
        "同上，折合每名城镇居民每年的分钟数",
    ),
    "table minutes": ("Minutes of service", "服务工时（分钟）"),
    "table tasks": (
        "Enough for what workload? Minutes of one task at which the staff just suffices",
        "够做多少事？人员恰好够用时每件事可用的分钟数",
    ),
    "table hires": ("Hires that reach and hold the posts", "补足并维持岗位所需的招聘"),
    "table stations": (
        "Township stations of social work against the norms' caseload, end of the year, least carried first",
        "乡镇（街道）社工站对照个案量标准，年末，按承担比例由低到高",
    ),
    "note tasks": (
        "all alike: every task at the same multiple of its assumed minutes; alone: one task takes all that "
        "is left, or gives all that lacks, the others as assumed; growth: minutes that one task may gain if "
        "it alone takes what the staff has gained since 2020",
        "同比：各事项按假设分钟数同比伸缩；单项：剩余（或缺口）全归该项，其余不变；增量：2020年以来增加的工时"
        "全归该项时，每件可增加的分钟数",
    ),
    "note hires": (
        "to hold: leavers a year of full posts; settled: hires a year, staff and workers as a share of "
        "posts, where hiring and leaving balance; to reach: to hold, and within a year the vacancies and the "
        "posts that the year added",
        "维持：满岗时每年离职人数；平衡：招聘与离职相抵时每年的招聘数，以及在岗、足额人数占岗位的比例；"
        "补足：维持数加上一年内补齐的空岗与当年新增的岗位",
    ),
    "note stations": (
        "norms (Shenzhen 2007): a worker for 50 severely disabled, 200 low-income people, 500 elders. "
        "needed: those in need as the model defines it (elders alone, with a spouse only, or frail), each in "
        "the group met first; norm: every resident of 60 and over. One worker a township would carry "
        "{low:.0%} to {high:.0%} of what is needed, by county",
        "标准（深圳2007）：每名社工对应50名重度残疾人、200名低收入者、500名老年人。需要：按本模型定义的服务对象"
        "（独居、仅与配偶同住或失能的老年人），每人计入最先符合的一类；标准：60岁及以上全部计入。"
        "若每乡镇只有一名社工，各县承担需要的{low:.0%}至{high:.0%}",
    ),
    "column scenario": ("scenario", "情景"),
    "column cadre": ("staff", "人员"),
    "column posts": ("posts", "岗位"),
    "column vacancies": ("vacant", "空岗"),
    "column trainees": ("learning", "受训"),
    "column working": ("working", "足额"),
    "column at work": ("at work", "折合到岗"),
    "column hired": ("hired", "招聘"),
    "column left": ("left", "离职"),
    "column places built": ("places built", "建成名额"),
    "column places staffed": ("staffed", "有人员的名额"),
    "column minutes": ("minutes a year", "分钟/年"),
    "column per resident": ("a resident and year", "分钟/人年"),
    "column per resident 2020": ("in 2020", "2020年"),
    "column asked": ("asked, minutes a year", "需要（分钟/年）"),
    "column asked per resident": ("asked, a resident and year", "需要（分钟/人年）"),
    "column asked of brought": ("asked of brought", "需要占可用"),
    "column task": ("task", "事项"),
    "column people": ("people", "人数"),
    "column events": ("events a year", "件/年"),
    "column assumed": ("assumed", "假设（分钟/件）"),
    "column all alike": ("all alike", "同比"),
    "column alone": ("alone", "单项"),
    "column growth alone": ("growth", "增量"),
    "column posts at the end": ("posts", "岗位"),
    "column leaving": ("leave a year", "年离职率"),
    "column filled a month": ("vacancies filled a month", "月补充率"),
    "column training": ("training, months", "培训（月）"),
    "column staff settled": ("staff, settled", "在岗（平衡）"),
    "column working settled": ("working, settled", "足额（平衡）"),
    "column hires to hold": ("hires to hold", "维持招聘/年"),
    "column hires settled": ("hires, settled", "平衡招聘/年"),
    "column hires to reach": ("hires to reach", "补足招聘/年"),
    "column months to full": ("months from vacancy to full worker", "空岗到足额（月）"),
    "column county": ("county", "县（市、区）"),
    "column townships": ("townships", "乡镇（街道）"),
    "column stations": ("stations", "社工站"),
    "column station workers": ("workers", "社工"),
    "column severe": ("severely disabled", "重度残疾人"),
    "column low income": ("low-income", "低收入者"),
    "column elders": ("aged 60+", "60岁及以上"),
    "column needed": ("needed", "需要社工"),
    "column norm": ("by the norm", "标准社工"),
    "column carried": ("carried", "承担"),
    "column carried norm": ("of the norm", "承担（标准）"),
    "column needed a township": ("needed a township", "每乡镇需要"),
    "column not yet filled": ("not yet filled", "尚未招到"),
    "column leavers not replaced": ("leavers not replaced", "离职未补"),
    "column learning": ("training", "受训"),
    "column absent": ("absence", "缺勤"),
    "column overtime": ("overtime", "加班"),
    "all counties": ("all", "合计"),
}
