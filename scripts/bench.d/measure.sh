# shellcheck shell=bash disable=SC2034,SC2154 # shared with the other parts
# Runs the commands of a row, and writes the row's lines.

# timed COMMAND...: runs it, and notes what it took.
timed() {
	"$tools/stopwatch" "${traced[@]}" "$work/took" "$@" </dev/null >"$work/said" 2>&1 ||
		fail "row $row: ${*@Q}: exit status $?: $(tail -n 5 "$work/said")"
}

# run ROUND CONTENDER: adds a line to what was measured in the row: ROUND CONTENDER SECONDS CPU PEAK.
run() {
	rm -f "$work/took"
	from=$src # what is copied, unless the contender says other
	"$2"
	echo "$1 $2 $(<"$work/took")" >>"$work/measured"
}

# race PREPARE CONTENDER...: round 0 is for its copy and, where the row wants it, its memory; the others for the time.
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

# values FIELD CONTENDER [OTHER [SCALE]]: one for each round; with OTHER its ratio to that, times SCALE.
values() {
	awk -v field="$1" -v mine="$2" -v other="${3-}" -v scale="${4:-1}" '
		BEGIN { column["seconds"] = 3; column["cpu"] = 4; column["peak"] = 5 }
		($1 == 0) != (field == "peak") { next }
		$2 == mine { value[$1] = $column[field] }
		$2 == other { base[$1] = $column[field] }
		END { for (round in value) print other == "" ? value[round] : scale * value[round] / base[round] }' "$work/measured"
}

# spread: of the numbers it reads the median, the least and the greatest.
spread() {
	sort -g | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2, v[1], v[NR] }'
}

# line OTHER [FIGURE SPREAD GOAL REACHED SECONDS]
line() {
	printf '| %s | %s | %s | %s | %s | %s | %s | %s |\n' "$row" "$what" "$1" "${2-}" "${3-}" "${4-}" "${5-}" "${6-}"
	what='' # stands in the row's first line
}

# reached FIGURE GOAL: what the table says of it.
reached() {
	if [[ -z $2 ]]; then
		:
	elif awk -v figure="$1" -v goal="$2" 'BEGIN { exit !(figure <= goal) }'; then
		echo yes
	else
		echo '**no**'
	fi
}

# compare GOAL CONTENDER OTHER [FIELD [SCALE]]: a line with their ratio; without a GOAL it is there to be seen.
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

# amount WHAT GOAL UNIT FIGURE: a line with a figure that is no ratio.
amount() {
	line "$1" "$4${3:+ $3}" '' "≤ $2${3:+ $3}" "$(reached "$4" "$2")"
}
