"""What the terminal says of sweeps, in English and Chinese."""

from __future__ import annotations

_DIR = ("The sweep's folder.", "批量模拟的文件夹。")
_WORKERS = ("Processes at once, 1 to 1024; default: all cores.", "并行进程数，1至1024；默认全部核心。")

WORDS_SWEEP: dict[str, tuple[str, str]] = {
    # help: "sweep command" and "sweep command option"
    "sweep": (
        "Scenarios × points × replications × places: thousands of jobs, killed at will, nothing lost or done "
        "twice.",
        "批量模拟：情景×参数点×重复×地区，成千上万个任务，随时中断，不丢不重。",
    ),
    "sweep plan": (
        "Plan a sweep file into a folder, and say what it will cost before anything runs.",
        "把批量文件排成任务清单，并在运行前给出所需的计算时间与磁盘。",
    ),
    "sweep plan file": (
        "The sweep file (scenarios/sweeps has examples).",
        "批量文件（scenarios/sweeps 有示例）。",
    ),
    "sweep plan out": (
        "The folder to plan into; default runs/sweeps/NAME.",
        "写入的文件夹；默认 runs/sweeps/文件名。",
    ),
    "sweep run": ("Compute a planned sweep on this machine.", "在本机运行已排好的批量模拟。"),
    "sweep run folder": _DIR,
    "sweep run workers": _WORKERS,
    "sweep resume": (
        "Go on with a sweep that was stopped, after every part has been checked.",
        "检查已有结果后，继续运行被中断的批量模拟。",
    ),
    "sweep resume folder": _DIR,
    "sweep resume workers": _WORKERS,
    "sweep retry-failed": ("Try the jobs again that failed.", "重试失败的任务。"),
    "sweep retry-failed folder": _DIR,
    "sweep retry-failed workers": _WORKERS,
    "sweep status": ("Say how far a sweep is.", "查看批量模拟的进度。"),
    "sweep status folder": _DIR,
    "sweep expand": (
        "Plan further replications or points: what is done stays, only what is new is computed.",
        "追加重复或参数点：已完成的不变，只计算新增部分。",
    ),
    "sweep expand folder": _DIR,
    "sweep expand replications": ("So many replications more: +20.", "追加的重复次数：+20。"),
    "sweep expand points": (
        "So many points more of a random design: +100.",
        "追加的随机参数点数：+100。",
    ),
    "sweep cancel": (
        "Stop whoever computes a sweep, here and on the cluster; 'resume' goes on.",
        "停止本机与集群上正在进行的计算；之后可用 resume 继续。",
    ),
    "sweep cancel folder": _DIR,
    "sweep collect": (
        "Put all rows into one table, results.parquet, with a data dictionary.",
        "把全部结果汇成一张表 results.parquet，并附数据字典。",
    ),
    "sweep collect folder": _DIR,
    "sweep collect partial": (
        "Collect what is there, though jobs are missing.",
        "即使尚有任务未完成，也汇总已有结果。",
    ),
    "sweep job": (
        "Compute one job alone and print its rows, or its error.",
        "单独运行一个任务，打印其结果或错误。",
    ),
    "sweep job folder": _DIR,
    "sweep job key": ("The job's key (jobs.csv lists them).", "任务的键（见 jobs.csv）。"),
    "sweep submit": (
        "Submit what is left of a sweep to a cluster, as a job array of Slurm.",
        "把未完成的任务以 Slurm 作业数组提交到集群。",
    ),
    "sweep submit folder": _DIR,
    "sweep submit slurm": ("To Slurm (sbatch of this machine).", "提交给 Slurm（本机的 sbatch）。"),
    "sweep submit partition": ("As sbatch takes it.", "同 sbatch。"),
    "sweep submit time": (
        "Limit of one task, as sbatch takes it: 02:00:00.",
        "单个任务的时限，同 sbatch：02:00:00。",
    ),
    "sweep submit array_limit": (
        "Tasks at once; 0: as many as the cluster gives.",
        "同时运行的任务数；0表示不限。",
    ),
    "sweep submit account": ("As sbatch takes it.", "同 sbatch。"),
    "sweep submit memory": ("Memory of one task, as sbatch takes it: 4G.", "单个任务的内存，同 sbatch：4G。"),
    "sweep submit sbatch": (
        "Another option of sbatch, such as --sbatch=--qos=long; repeatable.",
        "sbatch 的其他选项，如 --sbatch=--qos=long，可重复。",
    ),
    "sweep submit failed": ("Submit what failed instead of what is left.", "改为提交失败的任务。"),
    "sweep chunk": (
        "Compute one task of a job array (Slurm calls it).",
        "运行作业数组中的一个任务（由 Slurm 调用）。",
    ),
    "sweep chunk folder": _DIR,
    "sweep chunk submission": ("The submission's number.", "提交的编号。"),
    "sweep chunk index": ("The task's number in the array, from 0.", "任务在数组中的编号，从0起。"),
    # what is told
    "sweep nothing left": ("{folder}: nothing is left to compute", "{folder}：没有剩余的任务"),
    "sweep submitted": (
        "submitted as array {array}: {jobs:,} jobs; look with: jinlin sweep status {folder}",
        "已提交为作业数组 {array}：{jobs:,}个任务；查看进度：jinlin sweep status {folder}",
    ),
    "sweep slurm": ("Slurm: {states}", "Slurm：{states}"),
    "sweep planned": (
        "{folder}: {jobs:,} jobs, chunks: {chunks:,}; scenarios {scenarios} × points {points:,} × "
        "replications {replications:,} × markets {markets} ({residents:,} residents)",
        "{folder}：{jobs:,}个任务，{chunks:,}块：{scenarios}个情景×{points:,}个点×{replications:,}次重复×"
        "{markets}个市场（{residents:,}人）",
    ),
    "sweep cost": (
        "about {hours} core-hours ({wall} on {cores} cores), {rows:,} rows, {disk} on disk",
        "约{hours}核时（{cores}核约{wall}），{rows:,}行，占用磁盘{disk}",
    ),
    "sweep no room": ("NOT enough room: {free} are free on that disk", "磁盘空间不足：仅余{free}"),
    "sweep not even": (
        "{points:,} Sobol points: they are even at a power of two, such as {even:,}",
        "{points:,}个Sobol点：点数为2的幂（如{even:,}）时才均匀",
    ),
    "sweep further hypercube": (
        "the added points are a Latin hypercube of their own: a hypercube cannot be made longer",
        "追加的点自成一个拉丁超立方：拉丁超立方无法直接延长",
    ),
    "sweep again": ("{folder}: planned before; nothing to do", "{folder}：此前已排好，无需重复"),
    "sweep next run": ("next: jinlin sweep run {folder}", "下一步：jinlin sweep run {folder}"),
    "sweep next collect": ("next: jinlin sweep collect {folder}", "下一步：jinlin sweep collect {folder}"),
    "sweep next retry": (
        "next: jinlin sweep retry-failed {folder}",
        "下一步：jinlin sweep retry-failed {folder}",
    ),
    "sweep next resume": ("next: jinlin sweep resume {folder}", "下一步：jinlin sweep resume {folder}"),
    "sweep next wait": (
        "on the cluster; look again with: jinlin sweep status {folder}",
        "正在集群上运行；再次查看：jinlin sweep status {folder}",
    ),
    "sweep next submit": (
        "next: jinlin sweep submit {folder} --slurm",
        "下一步：jinlin sweep submit {folder} --slurm",
    ),
    "sweep progress": (
        "{done:,} of {jobs:,} jobs done, {left} left",
        "已完成{done:,}/{jobs:,}个任务，还需{left}",
    ),
    "sweep stopped": (
        "stopped; what is done stays: jinlin sweep resume {folder}",
        "已中断，已完成的保留：jinlin sweep resume {folder}",
    ),
    "sweep state": (
        "{jobs:,} jobs: {done:,} done, {failed:,} failed, {running:,} being computed, {cut:,} cut, "
        "{waiting:,} waiting",
        "{jobs:,}个任务：完成{done:,}，失败{failed:,}，计算中{running:,}，被中断{cut:,}，等待{waiting:,}",
    ),
    "sweep cut": (
        "cut: whoever computed these was stopped or killed; if nobody did it, memory or time ran out (fewer "
        "--workers; --mem or --time on a cluster)",
        "被中断：计算进程已停止或被终止；若非人为，多半是内存或时限不足"
        "（减少 --workers；集群上加大 --mem 或 --time）",
    ),
    "sweep time left": ("about {hours} core-hours left", "约还需{hours}核时"),
    "sweep damaged": ("part {key} {what}: it is computed again", "部分 {key} 已损坏（{what}），将重新计算"),
    "sweep failed": ("failed: {error}; repeat it alone: {command}", "失败：{error}；单独重试：{command}"),
    "sweep more failed": ("and {more} more, in {folder}", "另有{more}个，见 {folder}"),
    "sweep collected": (
        "wrote {path}: {rows:,} rows, sha256 {sha}",
        "已写出 {path}：{rows:,}行，sha256 {sha}",
    ),
    "sweep lacking": ("the rows of {lacking:,} jobs are not in it", "其中缺少{lacking:,}个任务的结果"),
    "sweep cancelled": ("told to stop: {what}", "已通知停止：{what}"),
    "sweep local workers": (
        "workers on this disk, after the job in hand",
        "使用此文件夹的进程（完成手头任务后停止）",
    ),
    "sweep expanded": ("added {jobs:,} jobs in {chunks:,} chunks", "追加{jobs:,}个任务，{chunks:,}块"),
    "hours min": ("{minutes:.0f} min", "{minutes:.0f}分钟"),
    "hours h": ("{hours:,.1f} h", "{hours:,.1f}小时"),
}
