# shellcheck shell=bash disable=SC2154 # scripts/slurm, which reads this file, sets $dir, $conf and $patience
# The processes of the cluster and its nodes.

# --- processes by name, with their PIDs in $dir/NAME.pid

# born PID prints its start time. The kernel reuses PIDs, and a PID with its start time is unique. A zombie has none.
born() {
	local stat fields
	{ stat=$(<"/proc/$1/stat"); } 2>/dev/null || return
	# The name of the command may contain spaces and brackets, so count the fields after it: proc_pid_stat(5).
	read -ra fields <<<"${stat##*) }"
	[[ ${fields[0]} != Z ]] && echo "${fields[19]}"
}

# alive NAME prints its PID.
alive() {
	local pid start
	read -r pid start 2>/dev/null <"$dir/$1.pid" && [[ $(born "$pid") == "$start" ]] && echo "$pid"
}

dead() { ! alive "$1" >/dev/null; }

# launch NAME COMMAND... starts a daemon of that name, unless it is alive. With default signals: a background job of a
# shell ignores SIGINT, and so would the tasks of a node.
launch() {
	dead "$1" || return 0
	env -i --default-signal PATH="$PATH" HOME=/ LC_ALL=C SLURM_CONF="$conf" SLURMD_NODENAME="${1#slurmd-}" \
		setsid "${@:2}" </dev/null >>"$dir/log/$1.out" 2>&1 &
	echo "$! $(born $!)" >"$dir/$1.pid"
}

# finish SIGNAL NAME ends a daemon. The wrapper of a node's process ends when all processes of the namespace have
# ended.
finish() {
	local pid
	pid=$(alive "$2") || return 0
	[[ $2 != *n[0-9]* ]] || ! apart || pid=$(wrapped "$2")
	kill "-$1" "$pid" 2>/dev/null
	within "$patience" dead "$2" || fail "$2 (PID $pid) is alive after SIG$1"
}

# wrapped NAME prints the PID of the process that its unshare or nsenter waits for.
wrapped() {
	local pid
	pid=$(alive "$1") && pgrep -P "$pid"
}

# --- nodes

nodes() { sed -n 's/^NodeName=\([^ ]*\) .*/\1/p' "$conf"; }

# apart tells whether nodes have namespaces.
apart() { grep -q '^# namespaces$' "$conf"; }

# start_node NODE starts its daemon. The first process in its namespace reaps orphans, and when it dies, the kernel
# kills all others there.
start_node() {
	local in=()
	if apart; then
		launch "$1" unshare --pid --fork --kill-child --mount-proc --uts --propagation slave bash -c 'read -r <> <(:)'
		within "$patience" wrapped "$1" >/dev/null || fail "$1 has no process"
		in=(nsenter --target "$(wrapped "$1")" --pid --mount --uts bash -c "hostname $1 && exec \"\$@\"" -)
	fi
	launch "slurmd-$1" "${in[@]}" slurmd -D -N "$1"
}

cut_node() { finish KILL "slurmd-$1"; }

crash_node() {
	cut_node "$1"
	finish KILL "$1"
	within "$patience" kill_all "$1" || fail "left alive on $1: $(processes "$1")"
}

# kill_all NODE kills its processes, and fails if it found any: new ones may have started meanwhile.
kill_all() {
	local pids
	pids=$(processes "$1")
	[[ -z $pids ]] || { xargs kill -KILL <<<"$pids" 2>/dev/null; false; }
}

# processes NODE prints their PIDs. Without namespaces, the environment of a process names its node.
processes() {
	local init
	if ! apart; then
		grep -lzxF "SLURM_CONF=$conf" /proc/[0-9]*/environ 2>/dev/null |
			xargs -r grep -lzxF "SLURMD_NODENAME=$1" 2>/dev/null | cut -d/ -f3
	elif init=$(wrapped "$1"); then
		pgrep --ns "$init" --nslist pid | grep -vx "$init"
	fi
}

# foreign NODE prints the processes that are not of Slurm. A process may end meanwhile, which is no failure.
foreign() {
	processes "$1" | xargs -r ps -o pid=,comm=,args= -p | awk '$2 !~ /^slurm(d|stepd)$/ { $2 = ""; print }'
	true
}
