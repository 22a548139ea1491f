# shellcheck shell=bash disable=SC2034,SC2154 # shared with the other parts
# The rows of the table.

MiB=$((1 << 20))

row_a() {
	local mib
	mib=$(pick 256 2)
	what="8 × $mib MiB, warm, 2 at once"
	needs room=$((16 * mib * MiB)) memory=$((20 * mib * MiB)) xargs rclone python3 || return
	contents "$src" 8 $((mib * MiB))
	race warm brood_files cp_folder cp_each rclone_folder original floor
	compare 1.0 brood_files cp_folder
	compare 1.0 brood_files cp_each
	compare 1.0 brood_files rclone_folder
	compare 1.0 brood_files original
	compare '' brood_files floor
}

row_b() {
	local mib
	mib=$(pick 512 2)
	what="8 × $mib MiB, cold, \`--durable --verify\`"
	needs root room=$((16 * mib * MiB)) rclone xxh128sum || return
	contents "$src" 8 $((mib * MiB))
	race cold brood_durable cp_checked cp_proved rclone_checked
	compare 0.65 brood_durable cp_checked
	compare 0.65 brood_durable cp_proved
	compare 0.5 brood_durable rclone_checked
}

row_c() {
	local n
	n=$(pick 2000 40)
	what="$n × 4 KiB, warm, a child each, 2 at once"
	many=1
	needs room=$((6 * (rounds + 2) * n * 5000)) xargs parallel python3 || return
	contents "$src" "$n" 4096
	race warm brood_files cp_each original cp_parallel floor lean
	compare 1.2 brood_files cp_each
	compare 0.6 brood_files original
	compare '' brood_files cp_parallel
	compare 1.3 brood_files lean
	compare '' brood_files floor
}

row_d() {
	local n
	n=$(pick 20000 200)
	what="$n × 4 KiB, warm, \`--per-child=$per_child\`"
	many=1
	needs room=$((3 * (rounds + 2) * n * 5000)) rsync || return
	tree "$n" 4096
	race warm brood_many cp_folder rsync_folder
	compare 1.0 brood_many cp_folder
	compare 0.5 brood_many rsync_folder
}

row_e() {
	shared xfs
	[[ -n $unmet ]] || shared btrfs
}

# shared KIND copies on a file system with reflinks: the copy shares the data of the source, and writes none.
shared() {
	local mib before after
	mib=$(pick 512 2)
	what="4 × $mib MiB within $1, shared (reflink)"
	needs root room=$((5 * mib * MiB)) "mkfs.$1" xargs || return
	volume "$1" $((512 * MiB + 12 * mib * MiB)) || return
	src=$work/$1/src dst=$work/$1/dst
	contents "$src" 4 $((mib * MiB))
	race fresh brood_files cp_shared cp_shared_each
	compare 2 brood_files cp_shared_each
	compare '' brood_files cp_shared
	fresh
	before=$(written "$work/$1")
	run 0 brood_files
	after=$(written "$work/$1")
	amount 'bytes written to the disk / bytes copied' 0.01 '' \
		"$(awk "BEGIN { printf \"%.4f\", ($after - $before) / (4 * $mib * $MiB) }")"
}

row_f() {
	local mib
	mib=$(pick 512 2)
	what="4 × $mib MiB from ext4 to xfs, cold"
	needs root room=$((9 * mib * MiB)) mkfs.ext4 mkfs.xfs || return
	volume ext4 $((512 * MiB + 6 * mib * MiB)) && volume xfs $((512 * MiB + 6 * mib * MiB)) || return
	src=$work/ext4/src dst=$work/xfs/dst
	contents "$src" 4 $((mib * MiB))
	race cold brood_files cp_folder
	compare 0.9 brood_files cp_folder
}

row_g() {
	local gib data
	gib=$(pick 20 1)
	what="a file of $gib GiB with 20 MiB of data, warm"
	needs room=$((100 * MiB)) xargs || return
	sparse_file $((gib << 30)) "$MiB"
	race fresh brood_files cp_sparse cp_each
	data=$(du -m "$dst/sparse" | cut -f 1) # of the last copy of the race
	((data < 40)) || fail "row g: a copy takes $data MiB, want less than 40: its holes are filled"
	compare 2 brood_files cp_each
	compare '' brood_files cp_sparse
	discard "$src"
	row_g_one
}

# row_g_one compares a run for one small file with the three processes that it needs: the parent, a child for the file,
# and one for the folder.
row_g_one() {
	local i
	export TIMES
	TIMES=$(pick 50 2)
	what="a file of 4 KiB, $TIMES runs one after the other"
	contents "$src" 1 4096
	want=$work/want
	quietly mkdir "$want"
	for ((i = 0; i < TIMES; i++)); do quietly cp -r "$src" "$want/$i"; done
	race fresh brood_runs empty_runs
	compare 2.5 brood_runs empty_runs
}

row_h() {
	local mib
	mib=$(pick 4096 16)
	what="a file of $mib MiB, warm"
	needs room=$((2 * mib * MiB)) memory=$((5 * mib * MiB / 2)) xxh128sum || return
	contents "$src" 1 $((mib * MiB))
	race warm brood_files cp_folder brood_verified cp_checked
	compare 1.0 brood_files cp_folder
	what="the same, \`--verify\`"
	compare 1.5 brood_verified cp_folder
	compare '' brood_verified cp_checked
}

row_i() {
	local n memory=yes
	many=1
	n=$(pick 1000000 2000)
	what="$n files planned, time a file"
	needs room=$((n * 1024)) memory=$((n * 2048)) || return
	empty_tree "$n"
	race fresh brood_plan brood_plan_tenth
	compare_with_tenth brood_plan
	discard "$src"

	n=$(pick 200000 1000)
	what="$n × 4 KiB copied, \`--per-child=$per_child\`, time a file"
	needs room=$(((rounds + 2) * n * 5500)) || return
	tree "$n" 4096
	race fresh brood_many brood_many_tenth
	compare_with_tenth brood_many
}

# compare_with_tenth CONTENDER compares the time of a file among many with that among a tenth of them.
compare_with_tenth() {
	compare 1.2 "$1" "$1_tenth" seconds 0.1
	what='the same, peak memory of the parent'
	compare 1.1 "$1" "$1_tenth" peak
	amount 'itself' 48 MiB "$(values peak "$1" | awk '{ printf "%.1f", $1 / 1024 }')"
}

row_j() {
	local n status
	n=$(pick 2000 20)
	what="$n children alive at once"
	needs room=$((n * 131072)) || return
	contents "$src" "$n" 65536
	hold "$n" || return
	status=$(</proc/"$parent"/status)
	amount 'threads of the parent' 12 '' "$(awk '/^Threads:/ { print $2 }' <<<"$status")"
	amount 'its peak memory' 25 MiB "$(awk '/^VmHWM:/ { printf "%.1f", $2 / 1024 }' <<<"$status")"
	let_go
}

row_k() {
	local n
	n=$(pick 2000 40)
	what="$n × 4 KiB, a child each: CPU time of the parent alone"
	many=1
	needs room=$((3 * (rounds + 2) * n * 5000)) || return
	contents "$src" "$n" 4096
	race warm brood_files lean floor
	compare 1.5 brood_files lean cpu
	compare '' brood_files floor cpu
}

# --- brood run

row_l() {
	local n
	n=$(pick 5000 50)
	what="$n times \`true\`, 2 at once"
	needs room=$MiB xargs parallel || return
	items "$n"
	: >"$want/out"
	race warm brood_true xargs_true parallel_true
	compare 1.3 brood_true xargs_true
	compare 0.3 brood_true parallel_true
}

row_m() {
	local n
	n=$(pick 1000000 10000)
	what="$n lines to \`echo\`, 1000 for each"
	needs room=$((n * 40)) xargs || return
	items "$n"
	xargs -n1000 <"$src/items" | sort >"$want/out"
	race warm brood_echo xargs_echo
	compare 1.2 brood_echo xargs_echo
}

row_n() {
	export SIZE ZEROS=$zeros
	SIZE=$((MiB * $(pick 2048 16)))
	what="$((SIZE / MiB)) MiB of output of 8 commands, 2 at once, in order"
	needs room=$((4 * SIZE)) parallel || return
	items 8
	head -c "$SIZE" /dev/zero >"$want/out"
	race warm brood_zeros parallel_zeros
	compare 0.5 brood_zeros parallel_zeros
}

# items COUNT makes the items, and the folder for the wanted output.
items() {
	want=$work/want
	quietly mkdir -p "$src" "$want"
	seq "$1" >"$src/items"
}

# --- many children at once

# hold N starts a parent and stops each of its N children at once. The common rate is so low that no child ends before.
hold() {
	local said record
	quietly mkfifo "$work/pids"
	# sed reads faster than bash. With a slow reader, the parent would keep the rest in memory. sed also reads to the
	# end.
	exec {record}> >(
		trap '' INT TERM HUP
		exec sed -un 's/.*"kind":"started".*"pid":\([0-9]*\).*/\1/p; /"kind":"limited"/p' >"$work/pids"
	)
	exec {pids}<"$work/pids"
	"$brood" copy --quiet --jobs=0 --stall=0 --bwlimit=4K --record="/dev/fd/$record" "$src" "$dst" \
		</dev/null >"$work/said" 2>&1 {pids}<&- &
	parent=$!
	exec {record}>&-
	held=()
	while ((${#held[@]} < $1)); do
		read -r -u "$pids" said || fail "row j: ${#held[@]} children, want $1; output: $(tail -n 5 "$work/said")"
		if [[ $said == *limited* ]]; then
			unmet="needs room for $1 processes: $said"
			release
			return 1
		fi
		kill -STOP "$said" || fail "row j: a child has ended"
		held+=("$said")
	done
}

# release ends the parent early. It sends two different signals, since brood counts equal ones at one moment as one.
release() {
	kill -TERM "$parent" && kill -HUP "$parent" && kill -CONT "${held[@]}"
	wait "$parent"
	parent='' held=()
} 2>/dev/null

# let_go lets the children finish.
let_go() {
	quietly "$brood" limit "$parent" off
	quietly kill -CONT "${held[@]}"
	cat <&"$pids" >/dev/null
	exec {pids}<&-
	wait "$parent" || fail "row j: exit status $?: $(tail -n 5 "$work/said")"
	parent='' held=()
	quietly diff -r "$src" "$dst"
}
