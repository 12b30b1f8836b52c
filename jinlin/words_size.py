"""What the terminal says of sizes, in English and Chinese."""

from __future__ import annotations

WORDS_SIZE: dict[str, tuple[str, str]] = {
    # help: "command" and "command option"
    "size": (
        "Find the least capacity of a service that meets a standard, with confidence, and what it costs.",
        "求某项服务达到标准所需的最小规模（附把握程度）及其费用。",
    ),
    "size scenario": (
        "A scenario: its supply is scaled, its prices and rules hold.",
        "情景：按其布局增减设施，价格与规则不变。",
    ),
    "size service": (
        "The service, by id or name: nursing-bed (another word: the message lists all).",
        "服务的名称或代号，如护理型床位、nursing-bed（写错时会列出全部）。",
    ),
    "size within": (
        "Days within which one is served, such as 30d; default: the scenario's standard.",
        "多少天内得到服务，如 30d；默认取情景的标准。",
    ),
    "size share": (
        "Share to be served in that time, such as 95%; default: the scenario's standard.",
        "应有多大比例按时得到服务，如 95%；默认取情景的标准。",
    ),
    "size confidence": (
        "Share of replications in which the standard is to be met, such as 95%.",
        "在多大比例的重复中达到标准，如 95%。",
    ),
    "size of": (
        "Share of those who 'requested' (default) or 'needed'.",
        "比例的分母：申请者（requested，默认）或需要者（needed）。",
    ),
    "size place": (
        "Code or Chinese name of a city or county; repeatable; default: the province.",
        "市或县（区）的代码或名称，可重复；默认全省。",
    ),
    "size by": (
        "'county': each county alone (the districts of a city, which share lists, together).",
        "county：逐县求解（同一城市的各区共用名单，合并求解）。",
    ),
    "size year": ("The year that is judged, 2021 to 2025.", "评判年份，2021至2025。"),
    "size replications": (
        "Replications of the search, and as many fresh ones for each check; 95% needs 19.",
        "求解所用的重复次数，每次检验另用同样多的新重复；95%至少需19次。",
    ),
    "size chance": (
        "Hold assumed numbers at their central values: chance alone, no not-knowing.",
        "假设的参数固定在中心值：只含随机波动，不含参数的不确定。",
    ),
    "size ledgers": (
        "Where lives and needs are kept, for later sizes and runs to replay.",
        "居民的生活与需要存放在何处，供以后求解和运行时重放。",
    ),
    "size ledgers_gb": (
        "Room for what is kept, in GB (default 8). A service takes 0.1 to 0.3 GB for each replication of the "
        "province; a size takes at least two batches of replications.",
        "可用于存放的空间（GB，默认8）。全省每次重复中，一项服务约占0.1至0.3 GB；求解至少需要两批重复。",
    ),
    "size no_ledgers": (
        "Keep no lives and needs, and use none that are kept.",
        "不存放、也不使用已存放的生活与需要。",
    ),
    # what is told
    "size tried": ("tried {done} of {parts} replications", "已试算 {done}/{parts}"),
    "size lived": (
        "of {of:,} replications of places {lived:,} were lived anew, {kept:,} taken from {folder}",
        "{of:,}次“地点×重复”中，{lived:,}次新模拟，{kept:,}次取自{folder}",
    ),
    "size forgotten": (
        "{some:,} of {of:,} replications of places did not fit into the {room:g} GB of {folder} and will be "
        "lived again the next time; give more with --ledgers-gb",
        "{of:,}次“地点×重复”中有{some:,}次放不进{folder}的{room:g} GB，下次需重新模拟；"
        "可用 --ledgers-gb 增大",
    ),
    "stopped size": ("stopped; needs lived so far are kept", "已中断；已算出的需要保留"),
    "size title": ("{service} in {place}, {scenario}, {year}", "{place}：{service}，{scenario}，{year}年"),
    "size standard": (
        "standard: {share} of those who {of} served within {days:g} days, in {confidence} of replications",
        "标准：{days:g}天内得到服务者占{of}的{share}，在{confidence}的重复中达到",
    ),
    "size once": (
        "asked for once: who gave up in an earlier year, or before the census, does not come back and is not "
        "among the requested; --of needed counts them",
        "只申请一次：往年或普查前放弃的不再申请，不计入申请者；--of needed 则计入",
    ),
    "of requested": ("requested", "申请者"),
    "of needed": ("needed", "需要者"),
    "size scaled": (
        "scaled: usable places (built, with their staff), each facility by its share in the scenario, "
        "from its opening on",
        "增减的是：可用的名额（已建且有人员），各设施按其在情景中的份额，自开办起",
    ),
    "size doubt": (
        "replications draw chance and the assumed numbers; --chance-alone leaves the numbers at their centre",
        "各次重复既有随机波动，也抽取假设的参数；--chance-alone 则固定参数",
    ),
    "size chance alone": (
        "chance alone: assumed numbers at their central values",
        "只含随机波动：假设的参数取中心值",
    ),
    "size answer": ("least capacity: {capacity:,} {unit}", "最小规模：{capacity:,}{unit}"),
    "size staff": (
        "with their staff: {posts:,} filled posts of '{cadre}'",
        "含人员：{cadre}{posts:,}个到岗岗位",
    ),
    "size checked": (
        "checked on fresh replications: met in {met} of {fresh} (95 % interval {low} to {high}); "
        "share reached {mean} on average, {worst} at worst",
        "用新的重复检验：{fresh}次中{met}次达到（95%区间{low}至{high}）；达到的比例平均{mean}，最低{worst}",
    ),
    "size raised": ("raised {times} times until it held", "经{times}次上调后通过检验"),
    "size not held": (
        "NOT held: after {times} raises the last check still failed; give more --replications",
        "未通过：上调{times}次后检验仍未通过；请增加 --replications",
    ),
    "size use": (
        "on average {used:,.0f} of them in use, {free:,.0f} free: the price of confidence; "
        "{people:,.0f} requested",
        "平均使用{used:,.0f}，空置{free:,.0f}，即把握的代价；申请者{people:,.0f}人",
    ),
    "size ways": (
        "way|places|errs by|share reached|at worst|met in",
        "方法|名额|偏差|达到的比例|最低|达标次数",
    ),
    "way size": ("this size", "本结果"),
    "way planned": ("as the scenario has it", "情景本身"),
    "way load": ("demand × stay", "需求×停留"),
    "way erlang": ("Erlang's delay formula", "埃尔朗等待公式"),
    "size built": (
        "the scenario ends the year with {built:,.0f} built, of which {usable:,.0f} have their staff, "
        "{idle:,.0f} more than are in use on average: {cost} yuan a year",
        "情景年末已建{built:,.0f}，其中人员到位{usable:,.0f}，比全年平均在用多{idle:,.0f}，每年花费{cost}元",
    ),
    "size spare": (
        "too much: {spare:,.0f} places could go without breaking the standard; "
        "idle they cost {cost} yuan a year",
        "过多：减少{spare:,.0f}个名额仍达标；其空置每年花费{cost}元",
    ),
    "size wanting": (
        "wanting: {wanting:,.0f} places more than the scenario has",
        "不足：比情景多需{wanting:,.0f}个名额",
    ),
    "size bill": (
        "what is known of the cost of {places:,.0f} places (who pays the rest is not known):",
        "{places:,.0f}个名额的已知费用（其余由谁负担不详）：",
    ),
    "size bill head": ("cost|payer|yuan|what it is", "费用|负担方|元|说明"),
    "side capital": ("capital, once", "建设（一次性）"),
    "side operating": ("operating, a year", "运营（每年）"),
    "side wage": ("of it wages, a year", "其中工资（每年）"),
    "payer all": ("whoever runs it", "举办方"),
    "payer centre": ("centre", "中央"),
    "payer province": ("province", "省级"),
    "payer county": ("city and county", "市县"),
    "payer operator": ("operator", "运营方"),
    "payer family": ("family", "家庭"),
    "fee note": ("were all occupied and paid in full", "若全部使用且全额付费"),
    "not known": ("not known", "不详"),
    "no payer note": ("no figure in the evidence", "数据中没有"),
    "refused nobody": (
        "no size: nobody asks for it here, so any capacity meets the standard; "
        "the cascade, persons of {year}:",
        "无解：此地无人申请，任何规模都“达标”；{year}年各步人数：",
    ),
    "refused places": (
        "no size: the scenario has no staffed place of it here, so there is nothing to scale; the cascade, "
        "persons of {year}:",
        "无解：情景在此地没有可用的名额，无从增减；{year}年各步人数：",
    ),
    "refused reach": (
        "no capacity meets it in {confidence} of replications: with no place wanting, {mean} is reached on "
        "average; most are lost at '{step}'. The cascade then, persons of {year}:",
        "在{confidence}的重复中，任何规模都达不到：名额不限时平均达到{mean}；流失最多的一步是“{step}”。"
        "名额不限时{year}年各步人数：",
    ),
    "cascade head": ("step|persons|lost, of the needed", "步骤|人数|流失（占需要者）"),
    "step needed": ("needed", "需要"),
    "step wanted": ("wanted", "愿意"),
    "step affordable": ("affordable", "付得起"),
    "step in_reach": ("in reach", "够得着"),
    "step requested": ("requested", "申请"),
    "step served": ("served", "得到服务"),
    "step in_time": ("in time", "按时"),
    "size counties": (
        "place|size|scenario|too much|yuan a year|share reached|met in",
        "地区|规模|情景|过多|每年花费（元）|达到的比例|达标次数",
    ),
    "budget buys": (
        "a budget of {money:,.0f} yuan builds {places:,} places at {used:,.0f} yuan each (the middle of "
        "{low:,.0f} and {high:,.0f}: {most:,} to {least:,}); wanting: {wanting:,.0f}",
        "预算{money:,.0f}元可建{places:,}个名额，每个{used:,.0f}元（取{low:,.0f}与{high:,.0f}的中间值；两端为{most:,}至"
        "{least:,}个）；不足{wanting:,.0f}个",
    ),
    "budget unknown": (
        "what a budget builds is not known: the evidence has no capital cost of such a place",
        "预算可建多少不详：数据中没有此类名额的建设费用",
    ),
    "size spread": ("spread over counties: place|size|scenario", "按县分布：地区|规模|情景"),
    "county refused": ("none: {why}", "无解：{why}"),
    "why nobody asks": ("nobody asks", "无人申请"),
    "why no places": ("no place to scale", "没有名额"),
    "why out of reach": ("no capacity meets it ({step})", "任何规模都达不到（{step}）"),
    "counties total": (
        "all: {wanting:,.0f} places wanting, {spare:,.0f} too many",
        "合计：不足{wanting:,.0f}，过多{spare:,.0f}",
    ),
}
