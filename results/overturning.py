"""Which observation would overturn a forecast, and which assumption it speaks against, in two languages."""

from __future__ import annotations

from dataclasses import dataclass

from sim.services import Words


@dataclass(frozen=True)
class Speaks:
    """What an observation below, and one above, the 90 % interval speaks against."""

    title: Words
    below: Words
    above: Words


_AGED = (
    Words(
        "2020年普查的年龄，或高龄死亡率低估、老年人迁出",
        "the ages of the census of 2020, mortality at these ages (it is higher), or few older migrants",
    ),
    Words(
        "2020年普查的年龄，或高龄死亡率高估、老年人迁入多",
        "the ages of the census of 2020, mortality at these ages (it is lower), or many older migrants",
    ),
)
SPEAKS: dict[str, Speaks] = {
    "births": Speaks(
        Words("出生人数", "births"),
        Words(
            "生育率按2015—2020年的平均变化漂移：实际下降更快",
            "fertility drifts as it did on average from 2015 to 2020: it fell faster",
        ),
        Words(
            "生育率按2015—2020年的平均变化漂移：实际回升",
            "fertility drifts as it did on average from 2015 to 2020: it recovered",
        ),
    ),
    "deaths": Speaks(
        Words("死亡人数", "deaths"),
        Words(
            "死亡率趋势：实际下降更快，或登记有遗漏",
            "the trend of mortality: it fell faster, or deaths were missed",
        ),
        Words(
            "死亡率趋势，或疫情使一年死亡增加至多五分之一的假定",
            "the trend of mortality, or that an epidemic adds at most a fifth to a year's deaths",
        ),
    ),
    "population": Speaks(
        Words("年末常住人口", "residents at the year's end"),
        Words(
            "净迁入与2015—2020年相近，或出生：实际更少",
            "net migration as in 2015 to 2020, or births: there were fewer",
        ),
        Words(
            "净迁入与2015—2020年相近，或出生：实际更多",
            "net migration as in 2015 to 2020, or births: there were more",
        ),
    ),
    "age_60_plus": Speaks(Words("60岁及以上人口", "residents aged 60 and older"), *_AGED),
    "age_65_plus": Speaks(Words("65岁及以上人口", "residents aged 65 and older"), *_AGED),
    "age_80_plus": Speaks(Words("80岁及以上人口", "residents aged 80 and older"), *_AGED),
    "institution_residents": Speaks(
        Words("养老机构入住人数", "residents of elder-care homes"),
        Words(
            "人均入住意愿平均不变：实际减弱，或机构不收住",
            "the wish for a bed stands still on average: it weakened, or homes took nobody in",
        ),
        Words(
            "人均入住意愿平均不变、新增床位至多按规划：实际更多",
            "the wish for a bed stands still on average and beds rise at most as planned: they grew",
        ),
    ),
    "childcare_use": Speaks(
        Words("在托幼儿", "children in childcare"),
        Words(
            "入托率起点为全国的5.5%、意愿平均不变：实际更低",
            "use begins at the nation's 5.5 % and the wish stands still on average: it was lower",
        ),
        Words(
            "入托率起点为全国的5.5%、托位至多按规划：实际更高",
            "use begins at the nation's 5.5 % and slots rise at most as planned: it was higher",
        ),
    ),
}
OVERTURNS = Words(
    "{year}年{title}低于{low:,.0f}或高于{high:,.0f}",
    "{title} of {year} below {low:,.0f} or above {high:,.0f}",
)
VERDICT = Words(
    "2025年按标准得到服务的比例低于{low:.1%}或高于{high:.1%}",
    "a share served to the standard in 2025 below {low:.1%} or above {high:.1%}",
)


def overturning(indicator: str, year: int, low: float, high: float) -> dict[str, str]:
    """Say what would overturn an interval.

    >>> overturning("births", 2022, 240_000, 430_000)["en"]
    'births of 2022 below 240,000 or above 430,000'
    """
    title = SPEAKS[indicator].title
    return {
        "zh": OVERTURNS.zh.format(year=year, title=title.zh, low=low, high=high),
        "en": OVERTURNS.en.format(year=year, title=title.en, low=low, high=high),
    }


def spoken_against(indicator: str) -> dict[str, dict[str, str]]:
    """Give the assumptions that an observation on either side speaks against."""
    speaks = SPEAKS[indicator]
    return {
        "below": {"zh": speaks.below.zh, "en": speaks.below.en},
        "above": {"zh": speaks.above.zh, "en": speaks.above.en},
    }
