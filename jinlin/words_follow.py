"""What the terminal says of residents who are followed through two scenarios, in English and Chinese."""

from __future__ import annotations

WORDS_FOLLOW: dict[str, tuple[str, str]] = {
    # help: "command" and "command option"
    "follow": (
        "Follow the same residents through two scenarios: who is served when, and whose place it is.",
        "同一批居民在两种情景下各走一遍：何时得到服务，名额让给了谁。",
    ),
    "follow a": ("A scenario, called A.", "一个情景，称为A。"),
    "follow b": (
        "The other scenario, B; left out: A with one place more for --service, where most go unserved.",
        "另一个情景，称为B；不给则为A加一个名额（--service，设在最缺的机构）。",
    ),
    "follow resident": (
        "Tell the story of one resident: a key, as --who lists.",
        "讲述一位居民的经过：给出 --who 所列的编号。",
    ),
    "follow who": (
        "List residents whose record differs: changed, waits-in-A, waits-in-B, left-in-A, left-in-B, "
        "sooner-in-B, later-in-B, gains, loses.",
        "列出记录不同的居民：changed（全部）、waits-in-A/B（等候）、left-in-A/B（未获服务而离开）、"
        "sooner-in-B（B更早）、later-in-B（B更晚）、gains（仅B得到）、loses（仅A得到）。",
    ),
    "follow place": (
        "Code or Chinese name of a city or county; repeatable; with --resident the key may tell it.",
        "市或县（区）的代码或名称，可重复；给 --resident 时多可由编号得知。",
    ),
    "follow service": ("Only this service, by id or name: nursing-bed.", "只看这项服务，如护理型床位。"),
    "follow replication": (
        "Which replication is followed, from 0; 0 has the central values of all assumed numbers.",
        "第几次重复，自0起；0为全部假设参数的中心值。",
    ),
    "follow limit": ("Most lines to print of a list or chain.", "名单或链条最多打印多少行。"),
    "follow ledgers": (
        "Where lives and needs are kept, for later commands to replay.",
        "居民的生活与需要存放在何处，供以后的命令重放。",
    ),
    "follow no_ledgers": (
        "Keep no lives and needs, and use none that are kept.",
        "不存放、也不使用已存放的生活与需要。",
    ),
    # what is told
    "follow living": (
        "living and serving both: {done} of {parts} markets done",
        "正在模拟两种情景：已完成 {done}/{parts} 个市场",
    ),
    "stopped follow": ("stopped; needs lived so far are kept", "已中断；已算出的需要保留"),
    "follow sides": ("A: {a} · B: {b} · {draw}", "A：{a} · B：{b} · {draw}"),
    "follow more": ("the same with one place more for {service}", "同A，加一个名额（{service}）"),
    "follow central": ("central values", "中心值"),
    "follow drawn": ("replication {number}", "第{number}次重复"),
    "follow privacy": (
        "Residents are synthetic: nobody here is a real person.",
        "居民是合成的：这里没有任何真实的人。",
    ),
    "follow count": (
        "{place}: of {requests:,} requests {rows:,} have another record in B than in A: {people:,} residents",
        "{place}：{requests:,}个请求中，{rows:,}个在B的记录与A不同，涉及{people:,}位居民",
    ),
    "follow one more": (
        "B has one place more in {unit}, from the census on: the unit that most of the unserved put first",
        "B在{unit}多一个名额（自普查起）：未获服务者首选最多的机构",
    ),
    "follow none": (
        "{place}: nobody's record differs, for every resident both come to the same",
        "{place}：没有人的记录不同，两者对每位居民的结果一样",
    ),
    "follow fates": (
        "fate in B|residents|days waited, A|in B|days in place, A|in B",
        "在B的境遇|居民|等候天数（A）|（B）|在位天数（A）|（B）",
    ),
    "fate gains": ("gains a place", "仅B得到名额"),
    "fate loses": ("loses the place", "仅A得到名额"),
    "fate sooner-in-B": ("sooner", "更早"),
    "fate later-in-B": ("later", "更晚"),
    "fate elsewhere": ("at that time, in another place", "同时，另一名额"),
    "fate unserved": ("unserved in both", "两者都未得到"),
    "follow list": (
        "resident|since|service|fate in B|days waited, A|in B|days in place, A|in B|because of",
        "居民|自|服务|在B的境遇|等候天数（A）|（B）|在位天数（A）|（B）|原因",
    ),
    "follow left out": ("… and {count:,} more (--limit)", "……另有{count:,}位（--limit）"),
    "follow listed": (
        "{place}, {who}: {count:,} residents, the most changed first",
        "{place}，{who}：{count:,}位居民，变化大者在前",
    ),
    "follow nobody": ("{place}: nobody ({who})", "{place}：没有这样的居民（{who}）"),
    "follow ask": ("'--resident KEY' tells one of them", "用“--resident 编号”讲述其中一位"),
    "follow chains": ("who moved whom, from what the scenario changed on:", "谁动了谁，自情景的改变起："),
    "follow this chain": (
        "how the change came here, and who was moved on from here:",
        "如何波及此人，此人又波及谁：",
    ),
    "cause places": ("{unit} has more places in {side}", "{unit}在{side}名额更多"),
    "cause choice": (
        "another own choice: facilities, prices or rules differ",
        "本人的选择不同：机构、价格或规则变了",
    ),
    "cause resident": (
        "in {side} {other} has the place in {unit}, or comes first",
        "在{side}，{unit}的名额由{other}占用，或其排在前面",
    ),
    "cause lists": ("others on the list of {unit} chose otherwise", "{unit}名单上他人的选择不同"),
    "cause seating": ("another order of seating at the census", "普查时入座的次序不同"),
    "cause short places": ("more places", "名额"),
    "cause short choice": ("own choice", "本人选择"),
    "cause short lists": ("others' choice", "他人选择"),
    "cause short seating": ("seating in 2020", "期初入座"),
    # one request
    "spell none": ("does not ask", "不申请"),
    "spell already": ("has a place, or waits for one, already", "已有名额或已在名单上"),
    "spell past": ("gave up before the census", "普查前已放弃"),
    "spell seated": ("in place at the census", "普查时已在位"),
    "spell at once": ("served at once, {since}", "{since}即获服务"),
    "after hours": ("within a day", "等不到一天"),
    "after day": ("after a day", "等一天"),
    "after days": ("after {days:,} days", "等{days:,}天"),
    "after census": ("{days:,} days after the census", "普查后等{days:,}天"),
    "spell after": ("served {since}, {after}", "{after}，{since}获服务"),
    "spell until": (" until {until}", "，至{until}"),
    "spell on": (" and to the end of the run", "，直到模拟结束"),
    "side told": ("{side}: {what}", "{side}：{what}"),
    "spell in": (", {unit}", "，{unit}"),
    "spell waits": ("still waits at the end of the run, {after}", "{after}，到模拟结束仍在等候"),
    "spell left patience": (
        "leaves unserved {until}, out of patience {after}",
        "{after}，{until}失去耐心，未获服务而离开",
    ),
    "spell left need": (
        "leaves unserved {until}, the need ends {after}",
        "{after}，{until}需要消失，未获服务而离开",
    ),
    # one person
    "person": (
        "{key}: {sex}, {age} in November 2020, {county}, {area}",
        "{key}：{sex}，2020年11月{age}岁，{county}，{area}",
    ),
    "person born": (
        "{key}: {sex}, born {month}, {county}, {area}",
        "{key}：{sex}，{month}出生，{county}，{area}",
    ),
    "person home": ("lives {living}; household of {heads}", "{living}；家庭户{heads}人"),
    "person means": (
        "income: {fifth} of 5 fifths of {area} residents; care paid by {payer}",
        "收入：{area}居民五等分中第{fifth}组（1为最低）；照护付费：{payer}",
    ),
    "person function": (
        "loss of function when first in need: {function}",
        "需要出现时的失能程度：{function}",
    ),
    "person need": (
        "needs {service} ({group}) {since} to {until}",
        "需要{service}（{group}），{since}至{until}",
    ),
    "to the end": ("the end of the run", "模拟结束"),
    "person asks": (
        "{date}: asks for {service}; patience to {patience}, stay {stay}",
        "{date}：申请{service}；耐心至{patience}，拟住{stay}",
    ),
    "stay days": ("{days:,} days at most", "至多{days:,}天"),
    "stay need": ("as long as the need", "与需要同长"),
    "person never": ("for ever", "不限"),
    "person side": ("  {side}: {what}", "  {side}：{what}"),
    "person lists": ("     asked: {lists}", "     所选：{lists}"),
    "person place": ("     in {unit}", "     在{unit}"),
    "place of": ("{unit}; in {side} that place is {other}'s", "{unit}；在{side}，此名额归{other}"),
    "place empty": ("{unit}; in {side} that place stands empty", "{unit}；在{side}，此名额空着"),
    "place more": ("{unit}; {side} does not have that place", "{unit}；{side}没有此名额"),
    "person why": ("differs since {date}: {why}", "自{date}起不同：{why}"),
    "person no difference": (
        "the record is the same in A and in B: no chain comes here",
        "此人的记录在A与B相同：没有链条波及",
    ),
    "person no request": ("asks for nothing in A or in B", "此人在A、B都没有申请"),
    "unit of county": ("{unit} of {county}", "{county}{unit}"),
    "person home coming": ("lives {living}", "{living}"),
    "person both": ("A and B", "A与B"),
    "unit": ("{kind} {number}", "{kind}{number}号"),
    "priced": ("{unit} ({price:,.0f} yuan a month)", "{unit}（每月{price:,.0f}元）"),
    "sex MALE": ("man", "男"),
    "sex FEMALE": ("woman", "女"),
    "child MALE": ("boy", "男孩"),
    "child FEMALE": ("girl", "女孩"),
    "area RURAL": ("rural", "乡村"),
    "area URBAN": ("urban", "城镇"),
    "living ALONE": ("alone", "独居"),
    "living SPOUSE": ("with the spouse", "与配偶同住"),
    "living CHILDREN": ("with grown children", "与成年子女同住"),
    "living SPOUSE_AND_CHILDREN": ("with spouse and grown children", "与配偶、成年子女同住"),
    "living PARENTS": ("with parents", "与父母同住"),
    "living OTHERS": ("with others", "与他人同住"),
    "living COLLECTIVE": ("in a collective household", "住集体户"),
    "function NONE": ("none", "无"),
    "function MILD": ("mild", "轻度"),
    "function MODERATE": ("moderate", "中度"),
    "function SEVERE": ("severe", "重度"),
    "payer of FAMILY": ("the family", "家庭"),
    "payer of LOW_INCOME": ("the family, on low-income support", "家庭（低保）"),
    "payer of STATE": ("the state", "国家（特困供养）"),
}
