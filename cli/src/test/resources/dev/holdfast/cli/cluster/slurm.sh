#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A Slurm of several nodes on this machine, as root, without systemd: slurm.sh FOLDER NODES CPUS PORT
#
# Lives as long as its standard input is open; everything it started dies with it, whatever ends it.
# Prints "ready" when every node is idle. Each node has its own processes (a PID namespace), host
# name, boot id and /dev/shm, so that no program on one node can see those of another. Reads
# commands: "boot NODE" starts a node that was killed. With SLURM_FIXTURE_ACCOUNTING=yes sacct works:
# slurmdbd then listens on the port after the nodes', before a MariaDB that only it can reach.
set -euo pipefail
folder=$1 nodes=$2 cpus=$3 port=$4
trap '' INT HUP TERM # only the end of the input counts
export SLURM_CONF=$folder/slurm.conf
accounting=${SLURM_FIXTURE_ACCOUNTING:-no}
storage_port=$((port + nodes + 1))

# Dies with this shell, even when that is killed. An input is needed: slurmd starts nothing without.
bound() { setpriv --pdeathsig KILL -- "$@" </dev/null & }

# What ordinary settings mean, and those that are here to be quick: KillWait, SlurmdTimeout,
# cred_expire (a requeued job waits for it) and the scheduler's intervals. proctrack/pgid ends
# processes whose parent has gone, as cgroups do on a real cluster.
configure() {
  cat >"$folder/slurm.conf" <<EOF
ClusterName=holdfast
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$port
CommunicationParameters=NoCtldInAddrAny
SlurmUser=root
SlurmdUser=root
MailProg=/bin/true
AuthType=auth/munge
AuthInfo=socket=$folder/run/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool/%n
SlurmctldPidFile=$folder/run/slurmctld.pid
SlurmdPidFile=$folder/run/slurmd.%n.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.%n.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/$([[ $accounting == yes ]] && echo slurmdbd || echo none)
AccountingStorageHost=localhost
AccountingStoragePort=$storage_port
AccountingStoragePass=$folder/run/munge.socket
JobCompType=jobcomp/filetxt
JobCompLoc=$folder/log/completions.txt
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0,sched_interval=1,bf_interval=1,max_batch_requeue=${SLURM_FIXTURE_MAX_REQUEUE:-5}
SlurmctldParameters=preempt_send_user_signal
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
ReturnToService=2
KillWait=${SLURM_FIXTURE_KILL_WAIT:-5}
OverTimeLimit=0
MinJobAge=3600
InactiveLimit=0
SlurmctldTimeout=10
SlurmdTimeout=25
MessageTimeout=30
BatchStartTimeout=30
UnkillableStepTimeout=60
SlurmctldDebug=info
SlurmdDebug=info
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF
PartitionName=low Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=1 PreemptMode=REQUEUE GraceTime=8
EOF
  echo "CgroupPlugin=cgroup/v1" >"$folder/cgroup.conf" # nothing of the host's cgroups is looked for
  echo "127.0.0.1 localhost $(hostname)" >"$folder/hosts"
  local i
  for ((i = 1; i <= nodes; i++)); do
    echo "NodeName=n$i NodeHostname=localhost NodeAddr=127.0.0.$((10 + i)) Port=$((port + i))" \
      "CPUs=$cpus RealMemory=1000 State=UNKNOWN" >>"$folder/slurm.conf"
    echo "127.0.0.$((10 + i)) n$i" >>"$folder/hosts"
  done
}

# Waits until a command succeeds, and not for ever.
await() {
  local deadline=$((SECONDS + 180))
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS > deadline)); then
      echo "in vain: $*" >&2
      tail -n 20 "$folder"/log/* >&2
      exit 1
    fi
    sleep 0.05
  done
}

# The database is of no use to anybody after the test, so it does not wait for the disk.
account() {
  local database=$folder/database socket=$folder/run/database.socket
  mkdir -p "$database"
  mariadb-install-db --no-defaults --user=root --datadir="$database" \
    --auth-root-authentication-method=socket --skip-test-db >"$folder/log/database.init" 2>&1
  bound mariadbd --no-defaults --user=root --datadir="$database" --socket="$socket" \
    --skip-networking --pid-file="$folder/run/database.pid" --innodb-buffer-pool-size=16M \
    --innodb-flush-log-at-trx-commit=0 --innodb-lock-wait-timeout=900 >"$folder/log/database" 2>&1
  (umask 077 && cat >"$folder/slurmdbd.conf") <<EOF
AuthType=auth/munge
AuthInfo=socket=$folder/run/munge.socket
DbdHost=localhost
DbdPort=$storage_port
SlurmUser=root
LogFile=$folder/log/slurmdbd.log
PidFile=$folder/run/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=root
StorageLoc=accounting
EOF
  await mariadb --no-defaults --socket="$socket" --execute="create database accounting"
  export MYSQL_UNIX_PORT=$socket
  bound slurmdbd -D >"$folder/log/slurmdbd.out" 2>&1
  await timeout 20 sacctmgr --immediate --quiet add cluster holdfast
}

# The shell in it is the node's first process: it takes in orphans, and with it the node dies.
boot() {
  local node=$1
  mkdir -p "$folder/spool/$node"
  cat /proc/sys/kernel/random/uuid >"$folder/run/$node.boot"
  # shellcheck disable=SC2016 # for the inner shell
  bound unshare --pid --fork --kill-child --mount-proc --uts --mount --propagation private \
    bash -c '
      hostname "$1"
      mount --bind "$0/run/$1.boot" /proc/sys/kernel/random/boot_id
      mount --bind "$0/hosts" /etc/hosts
      mount -t tmpfs none /dev/shm
      mount -t tmpfs none /sys/fs/cgroup
      cd / && slurmd -N "$1"
      sleep infinity & wait
    ' "$folder" "$node" >>"$folder/log/$node.out" 2>&1
  echo $! >"$folder/run/$node.pid"
}

mkdir -p "$folder"/{state,spool,log,run}
(umask 077 && head -c 128 /dev/urandom >"$folder/munge.key")
configure
bound munged --foreground --force --key-file="$folder/munge.key" --socket="$folder/run/munge.socket" \
  --pid-file="$folder/run/munged.pid" --log-file="$folder/log/munged.log" \
  --seed-file="$folder/run/munge.seed" >"$folder/log/munged.out" 2>&1
await test -S "$folder/run/munge.socket"
if [[ $accounting == yes ]]; then account; fi
bound slurmctld -D -c >"$folder/log/slurmctld.out" 2>&1
controller=$!
for ((i = 1; i <= nodes; i++)); do boot "n$i"; done
deadline=$((SECONDS + 180))
until [[ $(sinfo -h -p main -N -o %T 2>/dev/null | grep -cx idle) == "$nodes" ]]; do
  if ((SECONDS > deadline)) || ! kill -0 "$controller"; then
    tail -n 20 "$folder"/log/* >&2
    exit 1
  fi
  sleep 0.05
done
echo ready
while read -r command node; do
  if [[ $command == boot ]]; then boot "$node"; fi
done
exec 2>/dev/null # what the shell says of killed children
jobs -p | xargs -r kill -KILL
wait
