#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A Grid Engine of one host, "sgeh", on this machine, as root: sge.sh FOLDER SLOTS PORT
#
# Lives as long as its standard input is open; everything it started dies with it, whatever ends it.
# Prints "ready" when the queue takes jobs. The host has its own processes (a PID namespace) and its
# own name, because Grid Engine wants one that is not localhost: its commands run there, with nsenter
# into the child of the process whose number is in FOLDER/run/sgeh.pid.
set -euo pipefail
folder=$1 slots=$2 port=$3
trap '' INT HUP TERM # only the end of the input counts

mkdir -p "$folder"/{log,run,root/default/common,spool/{qmaster/job_scripts,execd,spooldb}}
echo "127.0.0.1 sgeh localhost" >"$folder/hosts"
cp -a /var/lib/gridengine/{bin,lib,util,utilbin} "$folder/root/"
sed "s#/var/spool/gridengine#$folder/spool#" /usr/share/gridengine/default-bootstrap \
  >"$folder/root/default/common/bootstrap"
echo sgeh >"$folder/root/default/common/act_qmaster"
chown -R sgeadmin:sgeadmin "$folder/root/default" "$folder/spool"
cat >"$folder/run/environment" <<EOF
export SGE_ROOT=$folder/root SGE_CELL=default SGE_QMASTER_PORT=$port SGE_EXECD_PORT=$((port + 1))
EOF

# In the new namespaces; its shell takes in orphans, and with it the host dies.
cat >"$folder/run/host.sh" <<'EOF'
set -euo pipefail
folder=$1 slots=$2
. "$folder/run/environment"
hostname sgeh
mount --bind "$folder/hosts" /etc/hosts
setpriv --reuid=sgeadmin --regid=sgeadmin --init-groups \
  /usr/share/gridengine/scripts/init_cluster "$SGE_ROOT" "$SGE_CELL" "$folder/spool/spooldb" sgeadmin
sge_qmaster
until qconf -sh; do sleep 0.1; done
qconf -ah sgeh
qconf -as sgeh
qconf -sconf | sed -e 's/^min_uid.*/min_uid 0/' -e 's/^min_gid.*/min_gid 0/' \
  -e "s#^execd_spool_dir.*#execd_spool_dir $folder/spool/execd#" \
  -e 's/^reschedule_unknown.*/reschedule_unknown 00:00:30/' >"$folder/run/global"
qconf -Mconf "$folder/run/global"
qconf -ssconf | sed -e 's/^schedule_interval.*/schedule_interval 0:0:1/' \
  -e 's/^flush_submit_sec.*/flush_submit_sec 1/' -e 's/^flush_finish_sec.*/flush_finish_sec 1/' \
  -e 's/^load_adjustment_decay_time.*/load_adjustment_decay_time 0:0:0/' \
  -e 's/^job_load_adjustments.*/job_load_adjustments NONE/' >"$folder/run/scheduler"
qconf -Msconf "$folder/run/scheduler"
sge_execd
{
  printf '%s\n' 'qname all.q' 'hostlist sgeh' "slots $slots" 'seq_no 0' 'rerun TRUE' \
    'qtype BATCH' 'shell /bin/bash' 'shell_start_mode unix_behavior' 'notify 00:00:20' \
    'tmpdir /tmp' 'min_cpu_interval 00:00:30' 'suspend_interval 00:05:00' 'nsuspend 1' \
    'priority 0' 'processors UNDEFINED' 'initial_state default'
  printf '%s NONE\n' load_thresholds suspend_thresholds ckpt_list pe_list prolog epilog \
    starter_method suspend_method resume_method terminate_method owner_list user_lists \
    xuser_lists subordinate_list complex_values projects xprojects calendar
  for limit in rt cpu fsize data stack core rss vmem; do
    printf '%s INFINITY\n' "s_$limit" "h_$limit"
  done
} >"$folder/run/queue"
qconf -Aq "$folder/run/queue"
until qstat -f | grep -q '^all.q@sgeh .* lx-amd64 *$'; do sleep 0.1; done
touch "$folder/run/ready"
sleep infinity & wait
EOF

setpriv --pdeathsig KILL -- unshare --pid --fork --kill-child --mount-proc --uts --mount \
  --propagation private bash "$folder/run/host.sh" "$folder" "$slots" \
  </dev/null >"$folder/log/sgeh.out" 2>&1 &
host=$!
echo "$host" >"$folder/run/sgeh.pid"
deadline=$((SECONDS + 180))
until [[ -e $folder/run/ready ]]; do
  if ((SECONDS > deadline)) || ! kill -0 "$host" 2>/dev/null; then
    tail -n 20 "$folder"/log/* >&2
    exit 1
  fi
  sleep 0.05
done
echo ready
while read -r _; do :; done
exec 2>/dev/null # what the shell says of killed children
kill -KILL "$host"
wait
