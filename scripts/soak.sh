#!/usr/bin/env bash
# Lets the real program run for long, beside a real broker and traffic, while things go wrong, and looks whether memory, handles, garbage and lag stay flat:
#
#   scripts/soak.sh [--minutes 15] [--rate 300] [--chart docs/images/soak.svg] [--quiet-minutes 1]
#
# Two instances read the same topics, each in a group of its own. `steady` has to live all the time: its broker is killed and comes back, it is halted by SIGSTOP, strangers
# join its group. `victim` is killed and stopped too, again and again. In the end what both wrote is held against replay's results of the same records, byte by byte.
# Needs ../shared/kafka, Java, kcat, curl. Prints a table; exit code 0: nothing missing, nothing different.
set -euo pipefail
cd "$(dirname "$0")/.."
minutes=15 rate=300 chart='' quiet=1
while [ $# -gt 0 ]; do
  case $1 in
    --minutes) minutes=$2 ;; --rate) rate=$2 ;; --chart) chart=$2 ;; --quiet-minutes) quiet=$2 ;;
    *) sed -n '2,9p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 LC_ALL=C.UTF-8
kafka=$PWD/../shared/kafka/kafka.sh
[ -f "$kafka" ] || { echo "soak.sh: needs a broker that it may kill: ../shared/kafka/kafka.sh is not there" >&2; exit 2; }
folder=$(mktemp -d)
export KAFKA_HOME_DIR=$folder/kafka
port=$((20000 + RANDOM % 9000))
declare -A pid=()
clean_up() {
  trap - EXIT
  for name in "${!pid[@]}"; do kill -CONT "${pid[$name]}" 2>/dev/null || true; kill -9 "${pid[$name]}" 2>/dev/null || true; done
  bash "$kafka" wipe "$port" >/dev/null 2>&1 || true
  if [ "${keep:-}" ]; then echo "files: $folder"; else rm -rf "$folder"; fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

dotnet build Aggregator.Host -c Release -v quiet -clp:NoSummary
cp -r Aggregator.Host/bin/Release/net10.0 "$folder/bin"
program=(dotnet "$folder/bin/Aggregator.Host.dll")
bash "$kafka" start "$port" >/dev/null
topics=(--set "Kafka:BootstrapServers=127.0.0.1:$port")
"${program[@]}" topics create --partitions 4 --replication-factor 1 "${topics[@]}" >/dev/null
settings=(--set Aggregation:Window=00:00:10 --set 'Aggregation:Groups=[["region"]]')

start() { # NAME WEB_PORT
  "${program[@]}" run "${topics[@]}" "${settings[@]}" --set "Kafka:GroupId=$1" --set Aggregation:IdleTimeout=00:00:40 \
    --web.listen-address "127.0.0.1:$2" --output "$folder/$1.jsonl" >>"$folder/$1.log" 2>&1 &
  pid[$1]=$!
}
steady_port=$((port + 1)) victim_port=$((port + 2))
start steady "$steady_port"
start victim "$victim_port"
first_steady=${pid[steady]}
"${program[@]}" generate --rate "$rate" --duration "${minutes}m" --late 0 --users 5000 "${topics[@]}" \
  --set Kafka:Properties:message.timeout.ms=300000 --set Kafka:Properties:reconnect.backoff.max.ms=1000 >"$folder/generate.log" 2>&1 &
pid[generate]=$!

for _ in $(seq 120); do grep -q records "$folder/generate.log" && break; sleep 1; done
kills=0 stops=0 outages=0 halts=0 strangers=0
fault() { # one after the other
  case $((($1 - 1) % 5)) in
    0) kill -9 "${pid[victim]}"; wait "${pid[victim]}" 2>/dev/null || true; start victim "$victim_port"; kills=$((kills + 1)); echo kill ;;
    1) bash "$kafka" kill "$port" >/dev/null; sleep 8; bash "$kafka" start "$port" >/dev/null; outages=$((outages + 1)); echo outage ;;
    2) kill -STOP "${pid[steady]}"; sleep 15; kill -CONT "${pid[steady]}"; halts=$((halts + 1)); echo halt ;;
    3) kill -TERM "${pid[victim]}"; wait "${pid[victim]}" || { echo "soak.sh: victim ended with $?" >&2; exit 1; }; start victim "$victim_port"; stops=$((stops + 1)); echo stop ;;
    4) for _ in 1 2 3; do timeout 2 kcat -b "127.0.0.1:$port" -G steady -X partition.assignment.strategy=cooperative-sticky -X enable.auto.commit=false im-latency ack >/dev/null 2>&1 || true; done
       strangers=$((strangers + 3)); echo strangers ;;
  esac
}
value() { awk -v name="$1" 'index($1, name) == 1 { sum += $2; n++ } END { print n ? sum : 0 }' "$folder/page"; }
sample() { # seconds FAULT
  curl -s -m 5 "http://127.0.0.1:$steady_port/metrics" >"$folder/page" || : >"$folder/page"
  [ -s "$folder/page" ] || return 0
  printf '%d\t%.1f\t%d\t%.1f\t%d\t%s\n' "$1" "$(awk '/^VmRSS/ { print $2 / 1024 }' "/proc/${pid[steady]}/status")" "$(ls "/proc/${pid[steady]}/fd" | wc -l)" \
    "$(value dotnet_total_memory_bytes | awk '{ print $1 / 1048576 }')" "$(value aggregator_partition_lag_records)" "$2" >>"$folder/samples.tsv"
}

began=$SECONDS end=$((SECONDS + minutes * 60)) next=$((SECONDS + quiet * 60)) number=0
while [ $SECONDS -lt $end ]; do
  happened=-
  if [ $SECONDS -ge $next ] && [ $((end - SECONDS)) -gt 60 ]; then
    number=$((number + 1)); next=$((SECONDS + 45))
    fault $number >"$folder/happened"; happened=$(cat "$folder/happened")
  fi
  sample $((SECONDS - began)) "$happened"
  kill -0 "$first_steady" 2>/dev/null || { keep=1; echo "soak.sh: steady ended by itself:" >&2; tail -20 "$folder/steady.log" >&2; exit 1; }
  sleep 5
done
wait "${pid[generate]}" || { keep=1; echo "soak.sh: the generator failed" >&2; tail -5 "$folder/generate.log" >&2; exit 1; }

for topic in im-latency ack; do kcat -C -q -b "127.0.0.1:$port" -t $topic -e -J; done >"$folder/records.jsonl"
"${program[@]}" replay "${settings[@]}" --input "$folder/records.jsonl" --output "$folder/replay.jsonl" --summary "$folder/summary.json" 2>"$folder/replay.log"
lines=$(wc -l <"$folder/replay.jsonl")
for _ in $(seq 90); do
  [ "$(wc -l <"$folder/steady.jsonl")" -ge "$lines" ] && [ "$(wc -l <"$folder/victim.jsonl")" -ge "$lines" ] && break
  sleep 2
done
code=0
for name in steady victim; do
  cmp "$folder/replay.jsonl" "$folder/$name.jsonl" || { code=1; keep=1; }
  kill -TERM "${pid[$name]}"
  wait "${pid[$name]}" || { echo "soak.sh: $name ended with $?" >&2; code=1; keep=1; }
done

awk -F'\t' -v minutes="$minutes" '
  # After the first minute: what a start needs is not what stays.
  $1 >= 60 { n++; rss[n] = $2; fd[n] = $3; heap[n] = $4; if ($5 > lag) lag = $5; last = $5 }
  function mean(a, from, to,   i, sum) { for (i = from; i <= to; i++) sum += a[i]; return sum / (to - from + 1) }
  END {
    third = int(n / 3)
    print "|  | first third | last third |"; print "|---|---|---|"
    printf "| resident memory, MiB | %.0f | %.0f |\n", mean(rss, 1, third), mean(rss, n - third + 1, n)
    printf "| managed memory, MiB | %.1f | %.1f |\n", mean(heap, 1, third), mean(heap, n - third + 1, n)
    printf "| open handles | %.0f | %.0f |\n", mean(fd, 1, third), mean(fd, n - third + 1, n)
    printf "| largest lag, records | | %d (at the end %d) |\n", lag, last
  }' "$folder/samples.tsv"
echo
echo "$minutes minutes at $rate messages/s: $(wc -l <"$folder/records.jsonl") records, $lines lines of results; $outages outages of the broker, $halts halts, $strangers strangers in the group," \
  "$kills kills and $stops stops of the other instance: $([ $code -eq 0 ] && echo "both wrote what replay gives" || echo "DIFFERENT from what replay gives")"
if [ -n "$chart" ]; then awk -f scripts/soak-chart.awk "$folder/samples.tsv" >"$chart"; echo "chart: $chart"; fi
exit $code
