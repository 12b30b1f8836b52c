"""The manifest of the small run: counties, services, settings and targets, invented."""

from __future__ import annotations

from results.manifest import (
    CountyEntry,
    FittedEntry,
    KindEntry,
    Manifest,
    PredictionEntry,
    SameLogEntry,
    ServiceEntry,
    SettingEntry,
    StandardEntry,
    SupplyEntry,
    TargetEntry,
)
from sim.services import Words

COUNTIES = (
    CountyEntry(350302, "城厢区", "莆田市", 0.02, False),
    CountyEntry(350303, "涵江区", "莆田市", 0.02, False),
    CountyEntry(350304, "荔城区", "莆田市", 0.02, True),
    CountyEntry(350305, "秀屿区", "莆田市", 0.05, True),
    CountyEntry(350322, "仙游县", "莆田市", 0.02, False),
)
RESIDENTS = {350302: 560_000, 350303: 480_000, 350304: 640_000, 350305: 590_000, 350322: 940_000}
REASON = "an invented standard, for a test"


def _service(
    id: str,
    zh: str,
    en: str,
    mechanism: str,
    pool: str,
    unit: Words,
    client: Words,
    days: int,
    grade: str,
    price: str = "",
    minutes: str = "",
) -> ServiceEntry:
    return ServiceEntry(
        id,
        Words(zh, en),
        "三.2.(一)",
        mechanism,
        pool,
        pool.split("-")[0],
        unit,
        client,
        StandardEntry(days, 0.95, REASON),
        grade,
        "",
        price,
        minutes,
    )


BED, SLOT, WORKER = Words("张", "beds"), Words("个托位", "slots"), Words("名社工", "social workers")
ELDERS, CHILDREN, CLIENTS = (
    Words("老人", "elders"),
    Words("婴幼儿家庭", "families"),
    Words("服务对象", "clients"),
)
SERVICES = (
    _service(
        "childcare-full",
        "全日托",
        "Full-day childcare",
        "occupancy",
        "childcare-slot",
        SLOT,
        CHILDREN,
        30,
        "B",
        "price.childcare",
    ),
    _service(
        "childcare-half",
        "半日托",
        "Half-day childcare",
        "occupancy",
        "childcare-slot",
        SLOT,
        CHILDREN,
        30,
        "C",
    ),
    _service("nursing-bed", "护理型床位", "Nursing beds", "occupancy", "nursing-bed", BED, ELDERS, 30, "B"),
    _service("ordinary-bed", "普通床位", "Ordinary beds", "occupancy", "ordinary-bed", BED, ELDERS, 30, "B"),
    _service(
        "social-work-case",
        "社工个案",
        "Social-work cases",
        "caseload",
        "social-work",
        WORKER,
        CLIENTS,
        14,
        "C",
    ),
    _service(
        "community-errand",
        "社区办事",
        "Community errands",
        "workload",
        "",
        Words("分钟", "minutes"),
        Words("居民", "residents"),
        1,
        "C",
        minutes="community-errand.minutes",
    ),
)
POOLS = ("childcare-slot", "nursing-bed", "ordinary-bed", "social-work")
KINDS = (
    KindEntry("public-home", Words("公办福利院", "Public homes"), True, True),
    KindEntry("extremely-poor-home", Words("特困供养机构", "Homes for the extremely poor"), True, True),
    KindEntry("private-home", Words("民办养老机构", "Private homes"), False, True),
    KindEntry("childcare-centre", Words("托育机构", "Childcare centres"), False),
    KindEntry("social-work-station", Words("乡镇社工站", "Social-work stations"), True),
)


def _setting(
    name: str, value: float, low: float, high: float, unit: str, zh: str, en: str, quality: str = "assumed"
) -> SettingEntry:
    return SettingEntry(
        name, value, low, high, unit, "an invented source", 2020, quality, "for a test", zh, en
    )


SETTINGS = (
    _setting("childcare.wish", 0.35, 0.12, 0.5, "share", "入托意愿", "wish for childcare"),
    _setting("price.childcare", 1900, 1000, 2600, "yuan a month", "托育价格", "price of childcare"),
    _setting("nursing-bed.stay", 3.0, 2.0, 5.0, "years", "平均入住年数", "mean stay in a nursing bed"),
    _setting("nursing-bed.wish", 0.05, 0.02, 0.14, "share", "护理床位入住意愿", "wish for a nursing bed"),
    _setting(
        "cost.slot", 6000, 4000, 9000, "yuan a place and year", "托位年运营成本", "yearly cost of a slot"
    ),
    _setting(
        "cost.nursing",
        2400,
        2400,
        2400,
        "yuan a place and year",
        "护理床年运营成本",
        "yearly cost of a nursing bed",
        "published",
    ),
    _setting(
        "cost.worker", 90000, 70000, 110000, "yuan a worker and year", "社工年成本", "yearly cost of a worker"
    ),
    _setting("community-errand.minutes", 30, 10, 60, "minutes", "每件办理分钟数", "minutes of an errand"),
    _setting("demand.level", 0.02, 0.01, 0.04, "share", "入住需求水平", "level of demand for beds", "fitted"),
)
SUPPLY = (
    SupplyEntry(
        "supply.childcare-centre",
        "slots per 1000 residents",
        {"2020-12": 2.0, "2025-12": 3.0},
        "plan 三.2.(一).2",
    ),
    SupplyEntry(
        "staff.community-worker",
        "workers per 10000 urban residents",
        {"2020-12": 14, "2025-12": 18},
        "plan table 2, indicator 7",
    ),
)


def manifest(replications: int, months: int = 62) -> Manifest:
    """Return the manifest of the small run."""
    return Manifest(
        scenario="plan-2025",
        title=Words("规划目标按期实现", "The plan, on time"),
        description=Words("规划的目标全部按期实现。", "Every target of the plan is reached on time."),
        places=("莆田市",),
        counties=COUNTIES,
        markets=("3503D", "350322"),
        seed=1,
        replications=replications,
        months=months,
        versions={"jinlin": "0.1.0", "python": "3.11", "numpy": "2.4"},
        services=SERVICES,
        pools=POOLS,
        kinds=KINDS,
        settings=SETTINGS,
        supply=SUPPLY,
        capacity_targets=_targets(),
        predictions=_predictions(),
        notes=(
            Words(
                "照料不反馈就业与失能：等候的代价被低估。",
                "Care has no effect on work or function: the cost of waiting is understated.",
            ),
        ),
        seconds={"founding": 1.2, "life": 20.0, "demand": 5.0, "service": 9.0, "total": 36.0},
        peak_mb=900.0,
        result_hash="0" * 64,
        engine="compiled",
        same_log=SameLogEntry("仙游县", 0, 10_411),
        finished=True,
        fitted=FittedEntry(
            "demand.level",
            0.02,
            0.01,
            0.04,
            Words("2020年全省养老机构入住人数", "bed residents of the province in 2020"),
            32693,
            32711,
        ),
    )


def _targets() -> tuple[TargetEntry, ...]:
    return (
        TargetEntry(
            "childcare-slots-per-1000",
            Words("每千人口托位数", "Childcare slots per 1,000 residents"),
            "三.2.(一).2",
            ("childcare-full", "childcare-half"),
            3.0,
            ">=",
            Words("个/千人", "slots per 1,000"),
            {"2020": (2.0,), "2025": (2.99999999999,)},
            Words("一个托位", "one slot"),
            {"childcare-slot": "cost.slot"},
            ("supply.childcare-centre", "price.childcare"),
        ),
        TargetEntry(
            "t2-community-workers-per-10k",
            Words("每万名城镇人口社区工作者", "Community workers per 10,000 urban residents"),
            "二.3.表2.r7",
            ("community-errand",),
            18.0,
            ">=",
            Words("人/万人", "workers per 10,000"),
            {"2020": (14.0,), "2025": (18.0,)},
            Words("一名社区工作者", "one worker"),
            scenario_values=("staff.community-worker",),
        ),
        TargetEntry(
            "social-work-station-coverage",
            Words("乡镇（街道）社工站覆盖", "Township social-work stations"),
            "三.2.(三).9",
            ("social-work-case",),
            100.0,
            ">=",
            Words("%", "%"),
            {"2020": (60.0,), "2025": (100.0,)},
            Words("一名社工", "one social worker"),
            {"social-work": "cost.worker"},
        ),
        TargetEntry(
            "nursing-beds-per-institution-min",
            Words("护理型床位", "Nursing beds"),
            "三.2.(一).1",
            ("nursing-bed",),
            None,
            ">=",
            Words("张", "beds"),
            {"2020": (2400.0,), "2025": (4000.0,)},
            Words("一张护理床", "one nursing bed"),
            {"nursing-bed": "cost.nursing"},
            note=Words(
                "规划只要求单个公办机构不少于30张护理型床位",
                "the plan only asks for 30 nursing beds in each public home that is built",
            ),
        ),
        TargetEntry(
            "ordinary-beds",
            Words("普通床位", "Ordinary beds"),
            "三.2.(一).1",
            ("ordinary-bed",),
            None,
            ">=",
            Words("张", "beds"),
            {"2020": (4000.0,), "2025": (4500.0,)},
            Words("一张床", "one bed"),
        ),
    )


def _predictions() -> tuple[PredictionEntry, ...]:
    source = "an invented yearbook"
    return (
        PredictionEntry(
            "occupancy-public",
            Words("公办福利院入住率（2020）", "Occupancy of public homes, 2020"),
            0.348,
            "share",
            source,
            kind="public-home",
        ),
        PredictionEntry(
            "occupancy-poor",
            Words("特困供养机构入住率（2020）", "Occupancy of homes for the extremely poor, 2020"),
            0.417,
            "share",
            source,
            kind="extremely-poor-home",
        ),
        PredictionEntry(
            "occupancy-private",
            Words("民办养老机构入住率（2020）", "Occupancy of private homes, 2020"),
            0.39,
            "share",
            source,
            kind="private-home",
        ),
        PredictionEntry(
            "occupancy-2019",
            Words("2019年总入住率（66293张床）", "Occupancy of 2019 (66,293 beds)"),
            0.40,
            "share",
            source,
            (0.413,),
        ),
    )
