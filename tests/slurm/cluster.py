"""A Slurm of one node in a folder of its own, for tests and for trying a sweep before the cluster has it.

    python tests/slurm/cluster.py start DIR     a fresh one: forgets every job
    python tests/slurm/cluster.py restart DIR   after a crash: keeps the queue
    python tests/slurm/cluster.py crash DIR     kill -9 both daemons, as when they run out of memory
    python tests/slurm/cluster.py blackout DIR  kill -9 all of it, and every running job with it
    python tests/slurm/cluster.py stop DIR
    python tests/slurm/cluster.py check         whether one comes up here at all

It needs no systemd and touches nothing of the machine's: it has its own key, its own munge and its own ports,
and belongs to whoever starts it. ``install.sh``, beside it, installs what it needs.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

PROGRAMS = ("slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol", "sinfo", "munged", "munge")
PATIENCE = 60.0  # seconds for the daemons to come up, or for a process to be gone
BETWEEN_ROUNDS = 5.0  # seconds, of the operator who tends a cluster that others wait for
MOST_JOBS = 50_000
LONGEST_SOCKET = 100  # characters: Linux allows 107
_SBIN = "/usr/sbin:/sbin"  # where Debian puts daemons, and users have no path
SETTINGS = Path(__file__).with_name("template.conf")


class ClusterError(RuntimeError):
    """Slurm is not here, or does not come up: says where its words are."""


def missing() -> list[str]:
    """Name the programs that are not installed."""
    return [name for name in PROGRAMS if not _program(name)]


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:{_SBIN}")


@dataclass(frozen=True)
class Cluster:
    """One node and its controller, with everything they write in ``folder``."""

    folder: Path

    @property
    def settings(self) -> Path:
        """Return the file that Slurm's programs find by ``SLURM_CONF``."""
        return self.folder / "slurm.conf"

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment in which sbatch and squeue speak to this cluster."""
        return os.environ | {"SLURM_CONF": str(self.settings)}

    def start(self, array: int = 20_001) -> None:
        """Begin afresh, without any job; ``array`` is the ``MaxArraySize``.

        Raises ClusterError where a daemon does not come up.
        """
        if absent := missing():
            raise ClusterError(f"not installed: {' '.join(absent)}; tests/slurm/install.sh installs it")
        if len(str(self.folder / "munge.socket")) > LONGEST_SOCKET:
            raise ClusterError(f"{self.folder}: this path is too long for a socket; choose a shorter one")
        self.stop()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)  # munge wants its socket to be reached by all
        for name in ("state", "spool"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
            (self.folder / name).mkdir(mode=0o755)
        key = self.folder / "munge.key"
        key.unlink(missing_ok=True)
        key.touch(mode=0o600)
        key.write_bytes(secrets.token_bytes(128))
        self.settings.write_text(self._settings(array), encoding="utf-8")
        self._up(["-c"])

    def restart(self) -> None:
        """Come up again with the queue as it was saved; what still runs goes on."""
        self._up([])

    def crash(self) -> None:
        """Kill both daemons at once; jobs that run do not notice."""
        for name in ("slurmd", "slurmctld"):
            self._kill(name, signal.SIGKILL)

    def blackout(self) -> None:
        """Kill both daemons and every job, as when the node loses its power."""
        self.crash()
        self._end_jobs()

    def stop(self) -> None:
        """End everything, and wait until it is gone."""
        self._cancel_all()
        for name in ("slurmd", "slurmctld", "munged"):
            self._kill(name, signal.SIGTERM)
        self._end_jobs()

    def call(self, *words: str) -> str:
        """Return what one of Slurm's programs says. Raises ClusterError where it fails."""
        program = _program(words[0])
        if program is None:
            raise ClusterError(f"{words[0]} is not installed")
        done = subprocess.run(
            [program, *words[1:]], env=self.environment, capture_output=True, text=True, timeout=PATIENCE
        )
        if done.returncode:
            raise ClusterError(f"{' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def queue(self) -> list[str]:
        """Return the states of all jobs that are not over, array tasks one by one."""
        return self.call("squeue", "--noheader", "--array", "--format=%T").split()

    def wait_until_empty(self, seconds: float = 600.0) -> None:
        """Wait for the end of all jobs. Raises ClusterError where the queue stays."""
        self.wait_for("an empty queue", lambda: not self.queue(), seconds, pause=0.5)

    def wait_until_saved(self, seconds: float = PATIENCE) -> None:
        """Wait until the controller has written down what it knows now: it does so some seconds late.

        A controller that is killed before has forgotten a submission, and never starts it. Jobs have to be
        at work, for it writes when something changes. Raises ClusterError where it writes nothing.
        """
        asked = time.time()
        state = self.folder / "state" / "job_state"
        self._until("a saved queue", lambda: state.exists() and state.stat().st_mtime > asked, seconds)

    def wait_for(
        self, what: str, done: Callable[[], bool], seconds: float = PATIENCE, pause: float = 0.2
    ) -> None:
        """Look again and again until ``done()`` is true, and do meanwhile what an operator does.

        Raises ClusterError where it stays false.
        """
        tended = time.monotonic()

        def tended_and_done() -> bool:
            nonlocal tended
            if time.monotonic() > tended + BETWEEN_ROUNDS:
                self._tend()
                tended = time.monotonic()
            return done()

        self._until(what, tended_and_done, seconds, pause)

    def _tend(self) -> None:
        """Help a controller that was killed, and has forgotten its last seconds.

        It sends again what runs already, takes the node that refuses for broken, and holds the job. What has
        ended without its knowledge keeps its cores for minutes, until the node is asked what it runs; what
        is then sent again has to wait two minutes more.
        """
        with suppress(ClusterError, subprocess.TimeoutExpired):
            if self.call("sinfo", "--noheader", "--format=%t").startswith(("drain", "drng", "down")):
                self.call("scontrol", "update", f"NodeName={_host()}", "State=RESUME")
            waiting = self.call("squeue", "--noheader", "--array", "--states=PD", "--format=%i %r")
            for job, _, reason in (line.partition(" ") for line in waiting.splitlines()):
                if "held" in reason:
                    self.call("scontrol", "release", job)
                if reason == "BeginTime":
                    self.call("scontrol", "update", f"JobId={job}", "StartTime=now")
            self.call("scontrol", "reconfigure")

    def _until(
        self, what: str, done: Callable[[], bool], seconds: float = PATIENCE, pause: float = 0.2
    ) -> None:
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                raise ClusterError(f"{what}: not within {seconds:.0f} seconds\n{self._last_words()}")
            time.sleep(pause)

    def _settings(self, array: int) -> str:
        controller_port, node_port = _free_ports(2)
        return SETTINGS.read_text(encoding="utf-8").format(
            host=_host(), user=psutil.Process().username(), folder=self.folder,
            controller_port=controller_port, node_port=node_port, array=array, jobs=MOST_JOBS,
            cores=len(os.sched_getaffinity(0)), megabytes=psutil.virtual_memory().total >> 21,
        )  # fmt: skip

    def _up(self, fresh: list[str]) -> None:
        """Bring up what is down: munge, the controller, the node; then wait for the node to be idle."""
        if not self._alive("munged"):
            self._daemon("munged", *(f"--{name}={self.folder}/munge.{end}" for name, end in MUNGE))
        for name in ("slurmctld", "slurmd"):
            if not self._alive(name):
                self._daemon(name, *fresh, "-f", str(self.settings))
        self._until("a node that takes jobs", self._takes_jobs)

    def _daemon(self, name: str, *words: str) -> None:
        program = _program(name)
        done = subprocess.run([str(program), *words], env=self.environment, capture_output=True, text=True)
        if done.returncode:
            raise ClusterError(f"{name} does not start: {done.stderr.strip()}\n{self._last_words()}")

    def _takes_jobs(self) -> bool:
        with suppress(ClusterError, subprocess.TimeoutExpired):
            return self.call("sinfo", "--noheader", "--format=%t").strip() in ("idle", "mix", "alloc")
        return False

    def _process(self, name: str) -> psutil.Process | None:
        """Return a daemon of this cluster by the number that it wrote, unless another program has it now."""
        with suppress(OSError, ValueError, psutil.Error):
            process = psutil.Process(int((self.folder / PID_FILES[name]).read_text()))
            if process.name() == name and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None

    def _alive(self, name: str) -> bool:
        return self._process(name) is not None

    def _kill(self, name: str, how: signal.Signals) -> None:
        process = self._process(name)
        if process is None:
            return
        with suppress(psutil.Error):
            process.send_signal(how)
        self._until(f"{name} to be gone", lambda: not self._alive(name), pause=0.05)

    def _cancel_all(self) -> None:
        """Ask for the end of what runs, where there is anybody to ask."""
        if self._alive("slurmctld"):
            with suppress(ClusterError, subprocess.TimeoutExpired):
                self.call("scancel", "--user", psutil.Process().username())

    def _end_jobs(self) -> None:
        """Kill what belongs to jobs, and look again: what is killed may just have begun something."""
        end = time.monotonic() + PATIENCE
        while (ours := self._jobs()) and time.monotonic() < end:
            for process in ours:
                with suppress(psutil.Error):
                    process.kill()
            psutil.wait_procs(ours, timeout=1)

    def _jobs(self) -> list[psutil.Process]:
        """List the processes of running jobs, and what the daemons forked and left behind."""
        ours = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.status() != psutil.STATUS_ZOMBIE and self._is_of_a_job(process):
                    ours.append(process)
        return ours

    def _is_of_a_job(self, process: psutil.Process) -> bool:
        """Tell whether this cluster started a process: by words, environment, or the log it writes."""
        match process.name():
            case "slurmd" | "slurmctld" | "slurmscriptd":
                return str(self.settings) in process.cmdline()
            case "slurmstepd":  # it writes its title over its words and its environment
                return any(each.path == str(self.folder / "slurmd.log") for each in process.open_files())
        set_to = process.environ()
        return "SLURM_JOB_ID" in set_to and set_to.get("SLURM_CONF") == str(self.settings)

    def _last_words(self) -> str:
        logs = [self.folder / f"{name}.log" for name in ("slurmctld", "slurmd", "munge")]
        ends = [(log, log.read_text(errors="replace").splitlines()[-5:]) for log in logs if log.exists()]
        return "\n".join(f"{log}:\n  " + "\n  ".join(lines) for log, lines in ends)


PID_FILES = {"munged": "munge.pid", "slurmctld": "slurmctld.pid", "slurmd": "slurmd.pid"}
MUNGE = (
    ("key-file", "key"),
    ("socket", "socket"),
    ("pid-file", "pid"),
    ("log-file", "log"),
    ("seed-file", "seed"),
)


def _host() -> str:
    return socket.gethostname().split(".")[0]


def _free_ports(count: int) -> list[int]:
    """Return ports that nobody listens to now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


ACTIONS = ("start", "restart", "crash", "blackout", "stop")


def check() -> None:
    """Bring a cluster up in a temporary folder and end it. Raises ClusterError where that cannot be."""
    with tempfile.TemporaryDirectory(prefix="jinlin-slurm-") as name:
        cluster = Cluster(Path(name))
        try:
            cluster.start()
        finally:
            cluster.stop()


def main() -> None:
    """Do what the command says."""
    action, *folder = sys.argv[1:] or [""]
    try:
        if action == "check" and not folder:
            check()
        elif action in ACTIONS and len(folder) == 1:
            cluster = Cluster(Path(folder[0]).resolve())
            getattr(cluster, action)()
            if action in ("start", "restart"):
                print(f"export SLURM_CONF={cluster.settings}")
        else:
            sys.exit(f"usage: cluster.py check, or cluster.py {'|'.join(ACTIONS)} DIR")
    except ClusterError as wrong:
        sys.exit(str(wrong))


if __name__ == "__main__":
    main()
