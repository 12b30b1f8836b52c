"""What the terminal says of forecasts and of the fit, in English and Chinese."""

from __future__ import annotations

WORDS_AHEAD: dict[str, tuple[str, str]] = {
    # help: "command" and "command option"; then what is told
    "forecast": (
        "Forecast the province 2021 to 2025 from 2020's knowledge, with intervals; minutes.",
        "由2020年所知预测2021—2025年全省各项指标及其区间；需数分钟。",
    ),
    "forecast out": ("The CSV file to write.", "写入的 CSV 文件。"),
    "draws": (
        "Futures of births, deaths and moves, 20 to 20000.",
        "出生、死亡、迁移的抽取次数，20至20000。",
    ),
    "market_draws": (
        "Settings under which every market is replayed, 2 to 500.",
        "逐市场重放所用参数的抽取次数，2至500。",
    ),
    "seed": ("Seed of every draw, 0 to 2^63-1.", "随机种子，0至2^63-1。"),
    "workers": (
        "Processes at once, 1 to 1024; default: all cores.",
        "并行进程数，1至1024；默认全部核心。",
    ),
    "pledge": (
        "Pledge a forecast: its intervals, what would overturn each, and a hash of it all.",
        "立据：预测区间、何种观测会推翻它，以及全部内容的哈希值。",
    ),
    "pledge out": ("The JSON file to write.", "写入的 JSON 文件。"),
    "pledge run_folder": (
        "A finished run whose verdicts are pledged as well.",
        "同时立据其结论的、已完成的结果文件夹。",
    ),
    "confront": (
        "Hold published figures against a pledge and say which assumption they speak against.",
        "以公布的数据对照立据，指出其与哪项假定相悖。",
    ),
    "confront pledged": ("A file of 'jinlin pledge'.", "“jinlin pledge”写出的文件。"),
    "confront observed": (
        "CSV with the columns indicator,year,value and, if you like, source.",
        "CSV 文件，列为 indicator,year,value，可另加 source。",
    ),
    "forecast head": ("thousand persons, p50 (p05–p95)", "千人，p50（p05–p95）"),
    "forecast markets": ("market {done} of {parts} lived and replayed", "已完成市场{done}/{parts}"),
    "confront head": (
        "indicator|year|observed|p05–p95|falls|in 50 %|in 90 %|speaks against",
        "指标|年份|观测|p05–p95|位置|在50%内|在90%内|与何假定相悖",
    ),
    "confronted": (
        "{inside} of {all} inside the 90 % intervals, {half} inside the 50 % intervals",
        "{all}项中{inside}项在90%区间内，{half}项在50%区间内",
    ),
    "calibrate": (
        "Fit what is not known to what was observed, and keep the posterior; half an hour.",
        "以观测拟合未知参数并保存后验分布；约需半小时。",
    ),
    "calibrate out": ("Keep posterior.parquet and fitted.json in this folder instead.", "改存于此文件夹。"),
    "calibrate folder": ("Where trials are kept: a stopped fit goes on.", "试算存放处；中断后可续。"),
    "calibrate trials": ("Trials of the prior.", "先验试算次数。"),
    "calibrate counted": ("{what}: {done} of {parts}", "{what}：{done}/{parts}"),
    "calibrate stored": ("Print the stored fit; nothing is run.", "只打印已存的拟合结果。"),
    "stopped calibrate": ("Stopped; the same command goes on.", "已停止；再次运行即可继续。"),
    "trials first wave": ("trials of the prior", "先验试算"),
    "trials province": ("trials of the province", "全省试算"),
    "trials second wave": ("trials not ruled out", "未被排除处的试算"),
    "trials check": ("the posterior in the model", "后验检验"),
    "trials rank test": ("rank test", "秩检验"),
    "fitted head": (
        "setting|prior (range)|posterior (5–95 %)|informed",
        "参数|先验（范围）|后验（5—95%）|有信息",
    ),
    "fitted targets": (
        "observation|year|observed|model|predicted, 90 %|inside",
        "观测|年份|观测值|模型|90%预测区间|在内",
    ),
    "fitted tests": (
        "Rank test on {sets} sets, {all} settings: uneven at 1 % in {right}; half as wide again in {wider}, "
        "shifted by half in {shifted}.",
        "{sets}组、{all}个参数的秩检验：{right}个不均匀（1%）；放宽一半时{wider}个，偏移半个标准差时{shifted}个。",
    ),
}
