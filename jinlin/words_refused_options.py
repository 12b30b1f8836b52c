"""Every sentence that refuses an option of a command, in Chinese; the form is that of ``words_refused``."""

from __future__ import annotations

REFUSED_OPTIONS: tuple[tuple[str, str], ...] = (
    # what the options of compare, size, follow and staffing may be
    (
        "compare takes two or more scenarios or run folders; the first is the baseline",
        "compare 需要两个以上情景或结果文件夹；第一个为对照",
    ),
    (
        "{}: is no run folder, the others are; give scenarios or finished runs, not both",
        "{}：其余都是结果文件夹，它不是；请全给情景，或全给已完成的运行",
    ),
    (
        "{}: is a folder but no run ({} is missing); give a run folder or a scenario",
        "{}：是文件夹但不是运行结果（缺少{}）；请给出结果文件夹或情景",
    ),
    (
        "there is nothing to compare: no service that both have has such an outcome",
        "没有可比较的：双方共有的服务都没有该指标",
    ),
    (
        "--place, --replications-most and --seed are those of the finished runs; leave them out",
        "--place、--replications-most 与 --seed 以已完成的运行为准；请去掉",
    ),
    (
        "{} and {} have no service in common; compare runs of the same services",
        "{}与{}没有共同的服务；请比较服务相同的运行",
    ),
    (
        "{} and {} cannot be paired: {} {} against {}; run both with the same {}",
        "{}与{}无法配对：{}分别为{}与{}；请用相同的{}运行",
    ),
    (
        "{} {} must be a share such as 5%, or a number above 0 with a unit: persons, points, places, "
        "person-days or minutes",
        "{} {} 应为比例（如 5%），或带单位的正数，单位为 persons、points、places、person-days 或 minutes",
    ),
    ("{}: given twice; name each scenario once", "{}：给了两次；每个情景只写一次"),
    (
        "--service {}: nobody waits for it; give one of {}",
        "--service {}：没有人等候该服务；请给出下列之一：{}",
    ),
    ("--service {}: no such service; give one of {}", "--service {}：没有该服务；请给出下列之一：{}"),
    (
        "--service {}: its {} has no places and nobody waits on a list for it; 'jinlin run' gives the "
        "minutes that its workers carry and the break-even of an event",
        "--service {}：按{}提供，没有名额，也无人排队；jinlin run "
        "会给出工作人员承担的分钟数与单次事件的盈亏平衡点",
    ),
    ("--service {}: {} has no facility with places for it", "--service {}：{}没有提供该服务名额的机构"),
    ("{} must be one of {}; did you mean {}?", "{}应为下列之一：{}；是否指{}？"),
    ("--who {} must be one of {}", "--who {} 应为下列之一：{}"),
    ("--outcome {} must be one of {}", "--outcome {} 应为下列之一：{}"),
    ("--cadre {} must be one of {}", "--cadre {} 应为下列之一：{}"),
    ("--service {} must be one of {}", "--service {} 应为下列之一：{}"),
    (
        "--replications {n} cannot bear a confidence of {n}: give --replications {n} or more, or a "
        "lower --confidence",
        "--replications {} 不足以支撑{}的置信水平：请给 --replications {} 或更多，或降低 --confidence",
    ),
    ("--ledgers-gb {} must be 0 or more, such as 20", "--ledgers-gb {} 应不小于0，如 20"),
    ("--within {} must be days, such as 30d", "--within {} 应为天数，如 30d"),
    (
        "{} {} must be a share above 0 and below 1, such as 95% or 0.95",
        "{} {} 应为大于0、小于1的比例，如 95% 或 0.95",
    ),
    ("{} {} must be {}", "{} {} 应为{}"),
    (
        "{} and {} differ in {}, which changes lives or needs: nobody can be followed from one to the "
        "other; follow scenarios that differ in supply, staff, prices or choice alone",
        "{}与{}在{}上不同，会改变人的一生或需求，无法逐人对照；请选用只在供给、人员、价格或选择上不同的情景",
    ),
    (
        "give a second scenario, or --service: then B is A with one place more for it",
        "请给出第二个情景，或给出 --service：此时乙为甲加一个名额",
    ),
    (
        "--resident {} must be a key of up to 16 hexadecimal digits; '--who changed' lists some",
        "--resident {} 应为不超过16位的十六进制编号；--who changed 会列出若干",
    ),
    (
        "give --place: residents are followed in one city or county, not in the province at once",
        "请给出 --place：逐人追踪只能在一个市或县（区）内进行",
    ),
    (
        "--resident tells one resident, --who lists several: give one of them",
        "--resident 讲述一人，--who 列出多人：只给其一",
    ),
    (
        "--resident {}: this key tells no county (born in the run); give --place",
        "--resident {}：此编号不含县（区）（运行期间出生）；请给出 --place",
    ),
    (
        "--resident {}: nobody of that key needs a service with places in {}; '--who changed' lists keys",
        "--resident {0}：在{1}，没有此编号的人需要有名额的服务；--who changed 会列出编号",
    ),
    (
        "{} must not be below nil; give yuan, such as 500万 or 5e6",
        "{}不可为负；请给出人民币金额，如 500万 或 5e6",
    ),
    (
        "{} is no amount of money; give yuan, such as 5亿, 500万 or 5e6",
        "{}不是金额；请给出人民币金额，如 5亿、500万 或 5e6",
    ),
    ("{} is more than there is; give at most 1000万亿 yuan", "{}过大；至多 1000万亿 元"),
    ("{} parts a fen; give at most two decimals of a yuan", "{}不足一分；元后至多两位小数"),
    # work that is ended from outside
    (
        "a worker was ended from outside, for lack of memory perhaps; run with fewer --workers",
        "有工作进程被外部终止，可能是内存不足；请减少 --workers",
    ),
    (
        "a worker was ended from outside while it compiled, for lack of memory perhaps; run with --workers 1",
        "编译时有工作进程被外部终止，可能是内存不足；请用 --workers 1 运行",
    ),
    ("the kernels cannot be compiled: {}: {}", "内核无法编译：{}：{}"),
)
