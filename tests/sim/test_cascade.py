"""Choice at replay: the steps of the cascade, the odds of the wish, what people can pay and reach."""

from __future__ import annotations

from dataclasses import fields, replace
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as trial
from hypothesis import strategies as st

from sim.cascade import Requests, abilities, choose
from sim.clock import NEVER, month_start, year_of
from sim.errors import ScenarioError
from sim.kinds import Employment, Function, Living, Payer, Pension, Step
from sim.needs import Ledger
from sim.parameters import Settings
from sim.services import Condition, NeedGroup, OddsRatio, Service
from sim.supply import Supply
from sim.wishes import wish_shares
from tests.sim.small_needs import (
    ANYONE,
    ATLAS,
    HOME,
    NEXT_DOOR,
    STREAM,
    bits,
    people,
    quiet_ledger,
    service,
    settings,
    supply,
)

YUAN = 100  # fen
POOR = Condition(payer=bits(Payer.STATE, Payer.LOW_INCOME))
IN_NEED = {"function": Function.SEVERE, "function_since": -3}
PAYING = {"income_share": "share", "income_heads": "heads"}


def townships(county: int) -> np.ndarray:
    return np.flatnonzero(ATLAS.townships.county == county)


def ledger_of(*rows: dict[str, int], of: Service | None = None, months: int = 1) -> Ledger:
    return quiet_ledger(people(*[IN_NEED | row for row in rows]), of or service(), months=months)


def crowd(count: int, **columns: int) -> Ledger:
    return ledger_of(*[columns] * count)


def chosen(ledger: Ledger, offer: Supply, of: Service | None = None, **changes: float) -> Requests:
    return choose(ledger, (of or service(),), settings(**changes), offer, STREAM, ATLAS)


def steps(requests: Requests) -> list[Step]:
    return [Step(each) for each in requests.step]


# ---- stories


def test_each_step_of_the_cascade_stops_someone() -> None:
    of = service(**PAYING)
    # ability: half of the income per head, two heads: 1,000 yuan a month at 12,000 a year
    away = int(ATLAS.distances_km[HOME].argmax())
    rich, poor, far = {"income": 12_000}, {"income": 1_200}, {"income": 12_000, "county": away}
    far["community"] = ATLAS.communities_of(away).start
    ledger = ledger_of(rich, poor, far, of=of)
    offer = supply([{"kind": 0}], {0: 900 * YUAN}, (of,))
    requests = chosen(ledger, offer, of, reach=10.0)
    by_person = dict(zip(ledger.spells.resident[requests.spell].tolist(), steps(requests), strict=True))
    assert by_person == {0: Step.REQUESTED, 1: Step.WANTED, 2: Step.AFFORDABLE}
    assert sorted(requests.candidates[:, 0].tolist()) == [-1, -1, 0]
    assert len(chosen(ledger, offer, of, wish=0.0).step) == 0


def test_the_state_pays_where_a_home_is_free_and_only_homes_that_admit_it_count() -> None:
    of = service()
    state, family = {"payer": Payer.STATE}, {"payer": Payer.FAMILY}
    offer = supply(
        [{"kind": 0}, {"kind": 1}],
        {0: 900 * YUAN, 1: 0},
        (of,),
        closed_to={1: [Payer.STATE]},
        free_to={0: [Payer.STATE]},
    )
    ledger = ledger_of(state, family, of=of)
    requests = chosen(ledger, offer, of)
    payer = ledger.spells.payer[requests.spell]
    assert requests.candidates[payer == Payer.STATE].tolist() == [[0, -1, -1]]
    assert requests.candidates[payer == Payer.FAMILY].tolist() == [[1, -1, -1]], "it cannot pay for the other"


def test_what_is_not_sold_is_free_to_nobody() -> None:
    of = service()
    offer = supply([{"kind": 0}], {0: -1}, (of,), free_to={0: [Payer.FAMILY]})
    assert steps(chosen(ledger_of({}, of=of), offer, of)) == [Step.WANTED]


def test_a_place_counts_from_the_minute_it_opens() -> None:
    of, opens = service(), month_start(13)
    ledger = ledger_of({}, of=of, months=24)
    requests = chosen(ledger, supply([{"opens": opens}], {0: 0}, (of,)), of)
    asked = {int(m) >= opens: step for m, step in zip(requests.minute, steps(requests), strict=True)}
    assert asked == {False: Step.WANTED, True: Step.REQUESTED}


def test_asks_before_the_census_meet_the_places_and_prices_of_the_census() -> None:
    of = service(**PAYING)
    ledger = ledger_of({"income": 12_000}, of=of)
    offer = supply([{"opens": 0}], {0: 900 * YUAN}, (of,))
    requests = chosen(ledger, offer, of, money__income_growth=0.5)
    assert requests.minute[0] < 0 and steps(requests) == [Step.REQUESTED]


def test_requests_carry_size_priority_and_the_end_of_the_need() -> None:
    groups = (
        NeedGroup(ANYONE, Condition(payer=bits(Payer.STATE)), place="half"),
        NeedGroup(ANYONE, Condition(), place="client"),
    )
    of = service("help", *groups, first=(Payer.STATE,))
    numbers = {**settings().quantities}
    numbers["half"] = replace(numbers["place"], name="half", value=0.5)
    numbers["client"] = replace(numbers["place"], name="client", value=0.002)
    residents = people({"payer": Payer.STATE}, {})
    ledger = quiet_ledger(residents, of, months=1, numbers=Settings(numbers))
    requests = choose(ledger, (of,), Settings(numbers), supply([{}], {0: 0}, (of,)), STREAM, ATLAS)
    told = sorted(zip(requests.parts.tolist(), requests.priority.tolist(), strict=True))
    assert sorted(set(told)) == [(2, 1), (500, 0)]
    assert set(requests.need_end.tolist()) == {NEVER} and set(requests.stay.tolist()) == {NEVER}


def test_requests_stand_in_order_of_minute_and_key() -> None:
    one, other = service("one", group="same"), service("other", group="same", pool="other")
    residents = people(*[IN_NEED] * 60)
    ledger = quiet_ledger(residents, one, other, service("third"))
    trio = (one, other, service("third"))
    requests = choose(ledger, trio, settings(), supply([{}, {"pool": 1}], {0: 0}, trio), STREAM, ATLAS)
    rows = list(zip(requests.minute.tolist(), requests.key.tolist(), requests.service.tolist(), strict=True))
    assert rows == sorted(rows)
    assert dict(zip(requests.service.tolist(), requests.group_id.tolist(), strict=True)) == {0: 0, 1: 0, 2: 1}
    assert dict(zip(requests.service.tolist(), requests.candidates[:, 0].tolist(), strict=True)) == {
        0: 0,
        1: 1,
        2: 0,
    }
    assert (ledger.spells.key[requests.spell] == requests.key).all()
    assert (ledger.asks.minute[requests.ask] == requests.minute).all()


# ---- the wish


OLD = OddsRatio(ANYONE, Condition(age_months=(960, 2400)), "old")
COUPLE = OddsRatio(ANYONE, Condition(living=bits(Living.SPOUSE)), "couple")


def odds_settings(wish: float, old: float, couple: float) -> Settings:
    base = settings(wish=wish)
    extra = {
        n: replace(base.quantities["ratio"], name=n, value=v) for n, v in (("old", old), ("couple", couple))
    }
    return Settings({**base.quantities, **extra})


@given(st.floats(0.001, 0.999), st.floats(0.05, 20), st.floats(0.05, 20))
def test_odds_ratios_add_up_on_the_logit_scale(wish: float, old: float, couple: float) -> None:
    of = service(odds=(OLD, COUPLE))
    rows = [{"birth_month": b, "living": v} for b in (-800, -1000) for v in (Living.ALONE, Living.SPOUSE)]
    residents = people(*[IN_NEED | {"function_since": -1} | row for row in rows])
    asks = quiet_ledger(residents, service(), months=1).asks
    shares = wish_shares(asks, of, odds_settings(wish, old, couple))
    logits = [log(wish / (1 - wish)) + a + c for a in (0, log(old)) for c in (0, log(couple))]
    expected = np.array([1 / (1 + exp(-logit)) for logit in logits])
    assert shares[asks.spell.argsort()] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("wish", [0.0, 1.0])
def test_certainty_stays_certain_whatever_the_odds(wish: float) -> None:
    asks = crowd(3).asks
    assert wish_shares(asks, service(odds=(COUPLE,)), odds_settings(wish, 1, 7)).tolist() == [wish] * 3


def test_the_share_that_wishes_is_the_share_set() -> None:
    ledger, of = crowd(4000), service(odds=(OLD,))
    numbers = odds_settings(0.2, 3.0, 1.0)
    requests = choose(ledger, (of,), numbers, supply([{}], {0: 0}, (of,)), STREAM, ATLAS)
    count = ledger.asks.spell.size
    assert abs(requests.ask.size / count - 0.2) < 4 * np.sqrt(0.2 * 0.8 / count)


def test_a_wish_beyond_what_was_kept_is_refused() -> None:
    of = service(wish_ceiling=0.1)
    with pytest.raises(ScenarioError, match=r"wish = 0.5 .* at most 0.1"):
        chosen(crowd(5), supply([{}], {0: 0}, (of,)), of, wish=0.5)


# ---- money


def test_ability_is_pension_and_a_share_of_income_with_their_growth() -> None:
    rows = (
        {"pension": Pension.EMPLOYEE, "income": 12_000},
        {"pension": Pension.RESIDENT, "income": 24_000},
        {"pension": Pension.EMPLOYEE, "birth_month": -12 * 55, "employment": Employment.EMPLOYED},
        {"pension": Pension.EMPLOYEE, "birth_month": -12 * 55, "employment": Employment.RETIRED},
    )
    anyone = NeedGroup(ANYONE, Condition(), place="place")
    asking = service("help", anyone)
    of = service("help", anyone, counts_pension=True, **PAYING)
    ledger = quiet_ledger(people(*rows), asking, months=2)
    keys = ledger.spells.key[ledger.asks.spell]
    numbers = settings(money__income_growth=0.1, money__pension_growth=0.2)
    can_pay = abilities(ledger.asks, keys, of, numbers, STREAM)
    first = {int(ledger.asks.spell[i]): int(can_pay[i]) for i in np.flatnonzero(ledger.asks.ordinal < 2)}
    assert [first[row] for row in range(4)] == [4000 * YUAN, 2200 * YUAN, 0, 3000 * YUAN]


def test_means_grow_from_calendar_year_to_calendar_year() -> None:
    residents = people(*[{"birth_month": -800 - n, "income": 12_000} for n in range(12)])
    ledger = quiet_ledger(
        residents, service("help", NeedGroup(ANYONE, Condition(), place="place")), months=24
    )
    keys = ledger.spells.key[ledger.asks.spell]
    can_pay = abilities(ledger.asks, keys, service(**PAYING), settings(money__income_growth=0.1), STREAM)
    years = [max(year_of(month), 2020) - 2020 for month in ledger.asks.ordinal.tolist()]
    assert set(years) == {0, 1, 2}
    assert can_pay.tolist() == [round(1000 * YUAN * 1.1**year) for year in years]


def test_a_price_of_exactly_what_one_has_can_be_paid() -> None:
    of = service(**PAYING)
    offer = supply([{"kind": 0}], {0: 1000 * YUAN}, (of,))
    requests = chosen(ledger_of({"income": 12_000}, {"income": 11_999}, of=of), offer, of)
    assert sorted(steps(requests)) == [Step.WANTED, Step.REQUESTED]


def test_the_factor_on_ability_is_lognormal_and_for_life() -> None:
    of = service(ability_spread="ability", **PAYING)
    ledger = crowd(3000, income=12_000)
    keys = ledger.spells.key[ledger.asks.spell]
    logs = np.log(abilities(ledger.asks, keys, of, settings(), STREAM) / (1000 * YUAN))
    assert abs(logs.mean()) < 4 * 0.5 / np.sqrt(3000) and abs(logs.std() - 0.5) < 4 * 0.5 / np.sqrt(6000)
    later = quiet_ledger(people(*[IN_NEED | {"income": 12_000}] * 5), service(), months=24)
    own = abilities(later.asks, later.spells.key[later.asks.spell], of, settings(), STREAM)
    assert all(np.unique(own[later.asks.spell == spell]).size == 1 for spell in range(5))


@trial(max_examples=25, deadline=None)
@given(st.integers(0, 300_000), st.integers(0, 300_000))
def test_a_higher_price_never_lets_more_people_pay(price: int, more: int) -> None:
    of = service(**PAYING, ability_spread="ability")
    ledger = ledger_of(*[{"income": 800 * n} for n in range(40)], of=of)
    both = [chosen(ledger, supply([{}], {0: p}, (of,)), of) for p in (price, price + more)]
    cheap, dear = (set(each.ask[each.step >= Step.AFFORDABLE].tolist()) for each in both)
    assert dear <= cheap


# ---- distance and taste


def test_the_way_to_a_place_is_that_of_a_point_on_a_disc() -> None:
    ledger, of = crowd(3000), service()
    county = float(ATLAS.counties.area_km2[HOME])
    mean = 0.5 * np.sqrt(county / townships(HOME).size)
    offer = supply([{"township": int(townships(HOME)[0])}], {0: 0}, (of,))
    count = ledger.asks.spell.size
    for reach in (0.5, 1.0, 1.4):
        share = (chosen(ledger, offer, of, reach=reach * mean).step == Step.REQUESTED).mean()
        expected = (reach / 1.5) ** 2  # area of a disc within its radius of 1.5 times the mean
        assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / count)
    assert (chosen(ledger, offer, of, reach=1.51 * mean).step == Step.REQUESTED).all()


def test_places_get_farther_from_township_to_county_to_the_next_county() -> None:
    ledger, of = crowd(500), service()
    sites = (int(townships(HOME)[0]), int(townships(HOME)[1]), int(townships(NEXT_DOOR)[0]))
    shares = []
    for site in sites:
        offer = supply([{"township": site}], {0: 0}, (of,))
        shares.append((chosen(ledger, offer, of, reach=6.0).step == Step.REQUESTED).mean())
    assert shares[0] > shares[1] > shares[2]


def test_choice_between_two_prices_is_the_logit_of_their_difference() -> None:
    of = service(**PAYING)
    ledger = crowd(3000, income=120_000)
    offer = supply([{"kind": 0}, {"kind": 1}], {0: 1000 * YUAN, 1: 2000 * YUAN}, (of,))
    requests = chosen(ledger, offer, of, choice__price_weight=0.7, choice__travel_weight=0.0)
    share, expected = (requests.candidates[:, 0] == 0).mean(), 1 / (1 + exp(-0.7))
    assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / requests.ask.size)


def test_another_place_changes_nobodys_order_of_the_others() -> None:
    ledger, of = crowd(200), service()
    old = [{"key": 7}, {"key": 8}]
    first = chosen(ledger, supply(old, {0: 0}, (of,)), of).candidates
    second = chosen(ledger, supply([{"key": 3}, *old], {0: 0}, (of,)), of).candidates - 1
    for before, after in zip(first.tolist(), second.tolist(), strict=True):
        assert [unit for unit in after if unit >= 0] == [unit for unit in before if unit >= 0]


def test_the_best_three_of_many_are_kept_best_first() -> None:
    of = service(**PAYING)
    units, prices = [{"kind": k} for k in range(6)], {k: 1000 * YUAN * (6 - k) for k in range(6)}
    ledger = crowd(50, income=1_200_000)
    requests = chosen(ledger, supply(units, prices, (of,)), of, choice__price_weight=1000.0)
    assert (requests.candidates == [5, 4, 3]).all(), "a weight so high leaves taste no say"
    one = chosen(ledger, supply(units, prices, (of,)), of, choice__price_weight=1000.0, choice__lists=1.0)
    assert (one.candidates == [5, -1, -1]).all()


# ---- patience and stay


def test_patience_has_its_median_and_stays_have_their_mean() -> None:
    of = service(stay_days="stay", stay_spread="spread")
    ledger = crowd(4000)
    requests = chosen(ledger, supply([{}], {0: 0}, (of,)), of)
    count = requests.ask.size
    waits = (requests.patience_end - requests.minute) / 1440
    assert abs((waits < 100).mean() - 0.5) < 4 * np.sqrt(0.25 / count)
    assert abs((waits < 200).mean() - 0.75) < 4 * np.sqrt(0.1875 / count), "exponential: half of the rest"
    stays = requests.stay / 1440
    spread = 400 * np.sqrt(np.exp(0.8**2) - 1)
    assert abs(stays.mean() - 400) < 4 * spread / np.sqrt(count)
    assert abs(np.log(stays).std() - 0.8) < 4 * 0.8 / np.sqrt(2 * count)


def test_a_replay_is_the_same_every_time() -> None:
    of = service(stay_days="stay", stay_spread="spread", **PAYING)
    ledger, offer = crowd(100, income=9_000), supply([{}, {}], {0: 500 * YUAN}, (of,))
    first, second = (chosen(ledger, offer, of) for _ in range(2))
    assert all((getattr(first, f.name) == getattr(second, f.name)).all() for f in fields(Requests))
