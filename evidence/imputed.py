"""What no source gives of a census, and how it was filled in, in both languages."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.margins import Imputed, Margin
from sim.places import Atlas

NONE = -1  # a cell outside a table
REST = " (rest)"  # ends the name of a place whose total leaves out the parts that stand for themselves

Bools = npt.NDArray[np.bool_]


def imputed_2020(
    atlas: Atlas, tables: tuple[Margin, ...], urban_published: Bools, collective: Margin
) -> tuple[Imputed, ...]:
    """Say what no source gives of the census of 2020, from what the tables leave out."""
    by_name = {table.name: table for table in tables}
    urban = "、".join(map(str, atlas.cities.name[~urban_published]))
    ages = _cities_outside(atlas, by_name["ages of cities"])
    sexes = _cities_outside(atlas, by_name["sexes of cities"])
    known = "、".join(label.removesuffix(REST) for label in collective.labels[1:])
    return (
        Imputed(
            f"{urban}：2020年城镇人口占比未见公布，取2018年占比，优势比乘以同一倍数，使全省合计等于普查数；"
            "市内各县按居委会与村委会数量推算。",
            f"{urban}: no urban share for 2020; the odds of 2018 times one factor, so that the province adds "
            "up; counties within a city by their residents' and village committees.",
        ),
        Imputed(
            f"{ages}：年龄构成未见公布，分担全省余数。",
            f"{ages}: ages not published; they share the province's remainder.",
        ),
        Imputed(
            f"{sexes}：性别构成未见公布，以2010年普查为初值分担余数。",
            f"{sexes}: sexes not published; they share the remainder, seeded with the census of 2010.",
        ),
        Imputed(
            "城乡分年龄人口未见公布：乡村老人、儿童占比为城镇的若干倍，系假定。",
            "Ages by urban and rural were not found: how far villages are older is assumed.",
        ),
        Imputed(
            f"集体户与家庭户：除{known}外分担全省余数，户规模以2010年为初值。",
            f"Collective and family households: all but {known} share the remainder, sizes seeded with 2010.",
        ),
    )


def imputed_2010() -> tuple[Imputed, ...]:
    """Say what no source gives of the census of 2010."""
    return (
        Imputed(
            "2010年各市、县年龄构成未见公布：全部以全省年龄分布、分县性别与城乡推算。",
            "No ages of cities and counties of 2010: all follow the province's, by county, sex and area.",
        ),
        Imputed(
            "除泉州外各市2010年城镇人口占比未见公布，取2018年占比，优势比乘以同一倍数，使全省合计等于普查数；"
            "市内各县按2020年的居委会与村委会数量推算。",
            "No urban shares of cities of 2010 but 泉州: the odds of 2018 times one factor, so that the "
            "province adds up; counties within a city by their committees of 2020.",
        ),
        Imputed(
            "2010年分县集体户人口未见公布，分担全省数；分县户规模取普查表5-3。",
            "No people in collective households by county: they share the province's; sizes of family "
            "households are those of the census's table 5-3.",
        ),
        Imputed(
            "2005—2010年出生数未见公布：5岁以下按月均匀分布。收入、救助、就业、残疾沿用2020年的表。",
            "No births of 2005 to 2010: ages under 5 are even by month. Incomes, support, work and "
            "disability use the tables of 2020.",
        ),
        Imputed(
            "各县人口增长取两次普查之差，含未来信息：分县不作检验。",
            "How counties share the migrants is their growth from 2010 to 2020, which looks ahead: no county "
            "is compared.",
        ),
    )


def _cities_outside(atlas: Atlas, table: Margin) -> str:
    """Name the cities of which a table says nothing."""
    inside = (table.groups.reshape(len(atlas.counties.code), -1) != NONE).any(axis=1)
    spoken = np.bincount(atlas.counties.city, inside) > 0
    return "、".join(map(str, atlas.cities.name[~spoken]))
