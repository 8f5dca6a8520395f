#!/usr/bin/env bash
# Replays records out of a real broker, and lets `run` catch up with the same topics, both with memory sampled: scripts/replay-bench.sh [RECORDS=10000000] [consume|batch]
#
# Needs ../shared/kafka, Java, curl, and some 300 bytes of disk a record, which it gives back. Prints a table; exit code 0: both gave the same windows, and the
# replay's memory in its last quarter is not over that in its second by more than 15 %.
set -euo pipefail
cd "$(dirname "$0")/.."
records=${1:-10000000} transport=${2:-consume}
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 LC_ALL=C.UTF-8
kafka=$PWD/../shared/kafka/kafka.sh
[ -f "$kafka" ] || { echo "replay-bench.sh: needs a broker of its own: ../shared/kafka/kafka.sh is not there" >&2; exit 2; }
folder=$(mktemp -d)
export KAFKA_HOME_DIR=$folder/kafka
port=$((20000 + RANDOM % 9000)) web=$((30000 + RANDOM % 2000))
pid=''
clean_up() {
  trap - EXIT
  [ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true
  bash "$kafka" wipe "$port" >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

dotnet build Aggregator.Host -c Release -v quiet -clp:NoSummary --nologo
program=(dotnet Aggregator.Host/bin/Release/net10.0/Aggregator.Host.dll)
bash "$kafka" start "$port" >/dev/null
settings=(--set "Kafka:BootstrapServers=127.0.0.1:$port" --set Aggregation:IdleTimeout=00:00:02 --set "Kafka:Transport=$transport")
"${program[@]}" topics create "${settings[@]}" --partitions 4 --replication-factor 1 >/dev/null
# A message makes two records or so. 1,000 a second: an hour and a half of windows.
"${program[@]}" generate "${settings[@]}" --messages $((records * 100 / 206)) --rate 1000 --pace none --late 0 --log-level warn 2>"$folder/generate.log"

now() { date +%s%N; }
# Samples of the process as lines "ms MiB CPU-ms" until a condition holds or it has ended.
watch() { # file condition…
  local file=$1 start tick; shift
  start=$(now); tick=$(getconf CLK_TCK)
  while [ -d "/proc/$pid" ] && ! "$@"; do
    awk -v ms=$((($(now) - start) / 1000000)) -v tick="$tick" '
      FNR == NR { if ($1 == "VmRSS:") rss = $2 / 1024; next }
      { sub(/^.*\) /, ""); cpu = ($12 + $13) * 1000 / tick }
      END { if (rss > 0) printf "%d %d %d\n", ms, rss, cpu }' "/proc/$pid/status" "/proc/$pid/stat" 2>/dev/null >>"$file" || true
    sleep 0.2
  done
  echo $((($(now) - start) / 1000000)) >"$file.ms"
}
never() { false; }
caught_up() { curl -sf "http://127.0.0.1:$web/metrics" 2>/dev/null | awk -v all="$read" '/^aggregator_records_total/ { n += $2 } END { exit !(n >= all) }'; }

"${program[@]}" replay "${settings[@]}" --output "$folder/replay.jsonl" --summary "$folder/summary.json" --state "$folder/state" 2>"$folder/replay.log" &
pid=$!
watch "$folder/replay" never
wait "$pid" || { tail -5 "$folder/replay.log"; exit 1; }
read=$(awk -F: '/"(ack|im-latency)"/ { gsub(/[^0-9]/, "", $2); n += $2 } END { print n }' "$folder/summary.json")
"${program[@]}" run "${settings[@]}" --web.listen-address "127.0.0.1:$web" --output "$folder/run.jsonl" --log-level warn 2>"$folder/run.log" &
pid=$!
watch "$folder/run" caught_up
windows=$(wc -l <"$folder/replay.jsonl")
all_there() { [ "$(wc -l <"$folder/run.jsonl" 2>/dev/null || echo 0)" -ge "$windows" ]; }
timeout=$((SECONDS + 120))
until all_there || [ $SECONDS -gt $timeout ]; do sleep 0.5; done
kill "$pid" && wait "$pid" || true
pid=''

row() { # name file
  awk -v name="$1" -v records="$read" -v ms="$(cat "$2.ms")" '
    { rss[NR] = $2; cpu = $3; if ($2 > peak) peak = $2 }
    function mean(from, to,   i, n, s) { for (i = from; i <= to; i++) { s += rss[i]; n++ } return n ? s / n : 0 }
    END {
      q = int(NR / 4)
      printf "%-8s %10d %8.1f %12d %10.2f %14d %12d %10d\n", name, records, ms / 1000, records / ms * 1000, cpu * 1000 / records, mean(q + 1, 2 * q), mean(3 * q + 1, NR), peak
      if (name == "replay" && mean(3 * q + 1, NR) > 1.15 * mean(q + 1, 2 * q)) exit 3
    }' "$2"
}
echo "$(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), load before $(cut -d' ' -f1 /proc/loadavg); broker on the same machine; $windows windows"
printf '%-8s %10s %8s %12s %10s %14s %12s %10s\n' '' records seconds records/s 'us CPU' 'MiB 2nd quart' 'MiB last qu.' 'MiB peak'
code=0
row replay "$folder/replay" || code=$?
row run "$folder/run"
cmp "$folder/replay.jsonl" "$folder/run.jsonl" && echo "both gave the same $windows windows" || code=1
exit $code
