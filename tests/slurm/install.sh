#!/usr/bin/env sh
# Install by apt-get what the tests on a cluster need and this machine lacks; exit code 3 where that cannot be.
# Nothing is started: the tests run a Slurm of their own (cluster.py).
set -u
PATH=$PATH:/usr/sbin:/sbin

lacking() {
  for program in slurmctld slurmd sbatch squeue scancel scontrol sinfo munged munge; do
    command -v $program >/dev/null || printf '%s ' $program
  done
}

cannot() {
  echo "Slurm cannot be installed here: $1. Lacking: $(lacking)" >&2
  exit 3
}

[ -n "$(lacking)" ] || exit 0
command -v apt-get >/dev/null || cannot "there is no apt-get; install slurmctld, slurmd, slurm-client and munge by hand"
root=
if [ "$(id -u)" -ne 0 ]; then
  sudo -n true 2>/dev/null || cannot "that takes root, and sudo asks for a password"
  root="sudo -n"
fi
echo "Installing Slurm and munge by apt-get: about 10 MB to fetch; no service is begun by the tests."
export DEBIAN_FRONTEND=noninteractive
$root apt-get update -qq || cannot "apt-get update fails"
$root apt-get install -y -qq --no-install-recommends slurmctld slurmd slurm-client munge || cannot "apt-get install fails"
[ -z "$(lacking)" ] || cannot "apt-get installed it, and programs are still not found"
