"""Every sentence that refuses a sweep, its file or its folder, in Chinese; as in ``words_refused``."""

from __future__ import annotations

REFUSED_SWEEPS: tuple[tuple[str, str], ...] = (
    # sweeps
    (
        "{}: no sweep here; plan one with 'jinlin sweep plan FILE --out {}'",
        "{}：此处没有批量试验；请先运行 jinlin sweep plan 文件 --out {}",
    ),
    ("give either --replications +N or --points +N", "请给出 --replications +N 或 --points +N 之一"),
    ("{} {} must be how many more, such as +20", "{} {} 应为增加的数目，如 +20"),
    ("{}: no job {}; jobs.csv lists the keys", "{}：没有任务{}；编号见 jobs.csv"),
    (
        "{}: {n} of {n} jobs are not done; 'jinlin sweep resume {}' first, or collect --partial",
        "{0}：{2}个任务中有{1}个未完成；请先运行 jinlin sweep resume {3}，或用 collect --partial",
    ),
    (
        "{}: {n} of {n} jobs failed; 'jinlin sweep retry-failed {}' first, or collect --partial",
        "{0}：{2}个任务中有{1}个失败；请先运行 jinlin sweep retry-failed {3}，或用 collect --partial",
    ),
    (
        "give --slurm: it is the only cluster that is known; 'jinlin sweep run' needs none",
        "请给出 --slurm：目前只支持这一种集群；jinlin sweep run 不需要集群",
    ),
    (
        "--sbatch {} must be an option of sbatch, such as --qos=long, without spaces",
        "--sbatch {} 应为 sbatch 的选项，如 --qos=long，不含空格",
    ),
    ("{} {} must be as sbatch takes it, without spaces", "{} {} 应符合 sbatch 的写法，不含空格"),
    (
        "{}: not found; is Slurm installed on this machine? 'jinlin sweep run' needs none",
        "{}：未找到；本机是否装有 Slurm？jinlin sweep run 不需要",
    ),
    (
        "--trials {}: a fit with fewer or more trials is kept apart: give --out FOLDER",
        "--trials {}：试验数不同的拟合须另存：请给出 --out 文件夹",
    ),
    (
        "{}: is no sweep and not empty; give another folder with --out",
        "{}：不是批量试验的文件夹，且非空；请用 --out 另给文件夹",
    ),
    (
        "{}: holds {}; give another folder with --out, or remove this one",
        "{}：已有{}；请用 --out 另给文件夹，或先删除",
    ),
    ("another sweep", "另一批试验"),
    ("a sweep of other scenario files", "以其他情景文件做的一批试验"),
    ("a sweep planned with other code, evidence or definitions", "用其他代码、证据或定义计划的一批试验"),
    (
        "{}: planned with other {} ({}); go back to that version, or plan the sweep again in another folder",
        "{}：计划时所用的{}不同（{}）；请回到该版本，或在另一文件夹重新计划",
    ),
    (
        "{}: changed since it was planned; plan the changed file in another folder",
        "{}：计划之后已改动；请在另一文件夹计划改动后的文件",
    ),
    (
        "{}: changed since it was planned; plan again in another folder",
        "{}：计划之后已改动；请在另一文件夹重新计划",
    ),
    (
        "{}: is not what was planned; plan the sweep again in another folder",
        "{}：与计划不符；请在另一文件夹重新计划",
    ),
    (
        "{}: is being planned by another process; try again when it is done",
        "{}：另一进程正在计划；请待其结束后再试",
    ),
    ("{}: damaged; plan the sweep again into another folder", "{}：已损坏；请在另一文件夹重新计划"),
    (
        "{}: of another version of jinlin; plan the sweep again in another folder",
        "{}：出自近邻的其他版本；请在另一文件夹重新计划",
    ),
    ("{}: cannot be read: {}", "{}：无法读取：{}"),
    (
        "--points: a {} has the points of its values; change the file and plan it in another folder, or "
        "use a random design",
        "--points：{}的点由其取值决定；请改文件并在另一文件夹计划，或改用随机设计",
    ),
    ("{} +{n}: there are {n}; {n} can be added at most", "{} +{}：已有{}个，至多再加{}个"),
    (
        "{}: workers are ended from outside again and again, for lack of memory perhaps; 'jinlin sweep "
        "resume' with fewer --workers",
        "{}：工作进程一再被外部终止，可能是内存不足；请减少 --workers 后运行 jinlin sweep resume",
    ),
    ("{}: {}; 'jinlin sweep resume' computes it again", "{}：{}；jinlin sweep resume 会重新计算"),
    ("is not what was written", "与写入时不同"),
    ("is missing or cannot be read", "缺失或无法读取"),
    ("is missing", "缺失"),
    ("has {n} rows where its jobs come to {n}", "有{}行，其任务应为{}行"),
    ("has {n} rows, not {n}", "有{}行，应为{}行"),
    ("sbatch: no job number in {}", "sbatch：{}中没有作业号"),
    ("{}: no submission with a task {}", "{}：没有含任务{}的提交"),
    (
        "{}: no answer within two minutes; is Slurm's controller up?",
        "{}：两分钟内无应答；Slurm 的控制进程是否在运行？",
    ),
    ("{}: cannot be written: {}", "{}：无法写入：{}"),
    ("{}; {}, then 'jinlin sweep resume {}'", "{}；{}，然后运行 jinlin sweep resume {}"),
    ("point {n}: {}", "点{}：{}"),
    # sweep files
    ("leave it out for the first", "不写则用第一个"),
    ("a month from {} to {}", "{}至{}间的月份"),
    ("which means its last day", "指该月最后一天"),
    ("true: lives are kept for later points", "true 表示为后续各点保存一生记录"),
    ("a list of names", "名称的列表"),
    ('write {} = ["…"]', '请写 {} = ["…"]'),
    ("given once", "只写一次"),
    ("take the second away", "请去掉第二个"),
    ("years from {n} to {n}", "{}至{}间的年份"),
    ("write years = [{}]", "请写 years = [{}]"),
    ("grid: every combination of the values", "grid 表示各取值的全部组合"),
    ("a table for each number that varies", "为每个变动的数写一个表"),
    ('write [vary."elder-bed.wish"], low and high', '请写 [vary."elder-bed.wish"] 及 low 与 high'),
    ("at most {n} numbers", "不超过{}个数"),
    ("vary fewer", "请少变动几个"),
    (
        "vary workforce.{}.…: the share filled is what comes of hiring and attrition",
        "请变动 workforce.{}.…：在岗比例由招聘与流失得出",
    ),
    (
        "name scenarios that keep the account of this staff ([workforce.…])",
        "请选用核算这支队伍的情景（[workforce.…]）",
    ),
    ("scenarios that all read this number", "都用到此数的情景"),
    ("a number that a run reads", "运行时用到的数"),
    ("this one is read by reports alone", "此数只用于报告"),
    ("a list of at least one number", "至少有一个数的列表"),
    ("write values = {}", "请写 values = {}"),
    ("left out of a {}", "{}中不写"),
    ("left out of a random design", "随机设计中不写"),
    ("left out of a grid or a list", "grid 或 list 中不写"),
    ("left out of a setting", "参数中不写"),
    ("the values make the points", "点由取值决定"),
    ("a setting has its own unit, and no date", "参数有自己的单位，没有日期"),
    ("write low and high", "请写 low 与 high"),
    ("above low, {n}", "大于 low（{}）"),
    ("at least {n}, the jobs that this comes to", "不小于{}，即所得任务数"),
    ("write most_jobs = {n} where they are meant", "若确需这么多，请写 most_jobs = {}"),
    ("letters, digits, '-', '_' and '.'", "字母、数字、“-”“_”与“.”"),
    ("rename the file", "请改文件名"),
    ("places of the province", "福建省内的地点"),
    ("lists of one length", "长度相同的列表"),
    ("the first values make point 0, and so on", "各列表的第一个值为点0，依此类推"),
    ("a point once", "每个点只写一次"),
    ("take one of the two away", "请去掉其中之一"),
    ("a scenario that can be loaded", "可以读取的情景"),
    ("the name of one scenario", "不重复的情景名"),
    ("rename one of the files", "请改其中一个文件名"),
)
