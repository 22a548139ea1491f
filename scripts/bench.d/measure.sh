# shellcheck shell=bash disable=SC2034,SC2154 # shared with the other parts
# Runs the commands of a row, and prints its lines.

# timed COMMAND... runs it and notes its time.
timed() {
	"$tools/stopwatch" "${traced[@]}" "$work/took" "$@" </dev/null >"$work/said" 2>&1 ||
		fail "row $row: ${*@Q}: exit status $?: $(tail -n 5 "$work/said")"
}

# run ROUND CONTENDER adds a line to the measurements of the row: ROUND CONTENDER SECONDS CPU PEAK.
run() {
	rm -f "$work/took"
	from=${want:-$src} # the default source of a contender, or what it must write
	"$2"
	echo "$1 $2 $(<"$work/took")" >>"$work/measured"
}

# race PREPARE CONTENDER... runs all rounds. Round 0 checks each copy, and measures memory if the row wants it. The
# others measure time.
race() {
	local prepare=$1 round name
	rm -f "$work/measured"
	traced=(${memory:+-peak})
	for name in "${@:2}"; do
		"$prepare"
		run 0 "$name"
		quietly diff -r --no-dereference "$from" "$dst"
	done
	traced=()
	for ((round = 1; round <= rounds; round++)); do
		for name in $(shuf -e -- "${@:2}"); do
			"$prepare"
			run "$round" "$name"
		done
	done
}

# values FIELD CONTENDER [OTHER [SCALE]] prints a value for each round; with OTHER, the ratio to it, times SCALE.
values() {
	awk -v field="$1" -v mine="$2" -v other="${3-}" -v scale="${4:-1}" '
		BEGIN { column["seconds"] = 3; column["cpu"] = 4; column["peak"] = 5 }
		($1 == 0) != (field == "peak") { next }
		$2 == mine { value[$1] = $column[field] }
		$2 == other { base[$1] = $column[field] }
		END {
			for (round in value) print other == "" ? value[round] : scale * value[round] / base[round]
		}' "$work/measured"
}

# spread reads numbers, and prints the median, the smallest and the largest.
spread() {
	sort -g | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2, v[1], v[NR] }'
}

# line OTHER [FIGURE SPREAD GOAL REACHED SECONDS] prints a line of the table.
line() {
	printf '| %s | %s | %s | %s | %s | %s | %s | %s |\n' "$row" "$what" "$1" "${2-}" "${3-}" "${4-}" "${5-}" "${6-}"
	what='' # only in the first line of a row
}

# reached FIGURE GOAL prints yes or no, and nothing without a goal.
reached() {
	if [[ -z $2 ]]; then
		:
	elif awk -v figure="$1" -v goal="$2" 'BEGIN { exit !(figure <= goal) }'; then
		echo yes
	else
		echo '**no**'
	fi
}

# compare GOAL CONTENDER OTHER [FIELD [SCALE]] prints a line with their ratio. GOAL may be empty.
compare() {
	local goal=$1 field=${4:-seconds} figure least most mine other seconds=''
	read -r figure least most < <(values "$field" "$2" "$3" "${5:-1}" | spread)
	if [[ $field != peak ]]; then
		read -r mine _ < <(values "$field" "$2" | spread)
		read -r other _ < <(values "$field" "$3" | spread)
		seconds=$(printf '%.3f / %.3f' "$mine" "$other")
	fi
	line "${label[$3]}" "$(printf '%.2f' "$figure")" "$(printf '%.2f–%.2f' "$least" "$most")" "${goal:+≤ $goal}" \
		"$(reached "$figure" "$goal")" "$seconds"
}

# amount WHAT GOAL UNIT FIGURE prints a line with a figure that is no ratio.
amount() {
	line "$1" "$4${3:+ $3}" '' "≤ $2${3:+ $3}" "$(reached "$4" "$2")"
}
