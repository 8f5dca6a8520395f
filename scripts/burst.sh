#!/usr/bin/env bash
# Ten minutes of traffic that waited during an outage, read at once: how long that takes, how much memory, and whether the results are those of replay.
#
#   scripts/burst.sh [RATE [CONNECTIONS]]      messages a second of those ten minutes (2000); each makes two records or so.
#
# CONNECTIONS (0) up to no good are opened at once, and again every 5 s, in every other turn of 2 s meanwhile (`storm` of Aggregator.Benchmarks): how long scrapes
# take and how fast the service reads, with and without them. The larger RATE the longer it has to do, and the more scrapes there are; 4000 are enough for some hundred.
#
# Needs ../shared/kafka, Java, kcat, curl. Exit code 0: the peak of resident memory is below 512 MiB, the results are equal, and every scrape was answered.
set -euo pipefail
cd "$(dirname "$0")/.."
rate=${1:-2000} connections=${2:-0} minutes=10 limit_mib=512
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 LC_ALL=C.UTF-8
kafka=$PWD/../shared/kafka/kafka.sh
[ -f "$kafka" ] || { echo "burst.sh: ../shared/kafka/kafka.sh is not there" >&2; exit 2; }
folder=$(mktemp -d)
export KAFKA_HOME_DIR=$folder/kafka
port=$((20000 + RANDOM % 9000)) service='' storm='' answered=yes
clean_up() {
  trap - EXIT
  [ -z "$storm" ] || kill "$storm" 2>/dev/null || true
  [ -z "$service" ] || { kill -9 "$service"; wait "$service"; } 2>/dev/null || true
  bash "$kafka" wipe "$port" >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

dotnet build Aggregator.Host -c Release -v quiet -clp:NoSummary
[ "$connections" = 0 ] || dotnet build Aggregator.Benchmarks -c Release -v quiet -clp:NoSummary
program=(dotnet Aggregator.Host/bin/Release/net10.0/Aggregator.Host.dll)
bash "$kafka" start "$port" >/dev/null
topics=(--set "Kafka:BootstrapServers=127.0.0.1:$port")
settings=(--set 'Aggregation:Groups=[["region"],["region","platform"]]')
"${program[@]}" topics create --partitions 4 --replication-factor 1 "${topics[@]}" >/dev/null
"${program[@]}" generate --rate "$rate" --duration ${minutes}m --late 0 --pace none "${topics[@]}" >/dev/null 2>&1

began=$(date +%s%N)
"${program[@]}" run "${topics[@]}" "${settings[@]}" --web.listen-address "127.0.0.1:$((port + 1))" --output "$folder/live.jsonl" >"$folder/log" 2>&1 &
service=$!
if [ "$connections" -gt 0 ]; then
  for _ in $(seq 300); do curl -s -m 5 -o /dev/null "http://127.0.0.1:$((port + 1))/metrics" && break; sleep 0.1; done
  dotnet Aggregator.Benchmarks/bin/Release/net10.0/Aggregator.Benchmarks.dll storm --address "http://127.0.0.1:$((port + 1))" \
    --connections "$connections" --seconds 2 --turns 1000 >"$folder/storm" &
  storm=$!
fi
for _ in $(seq 2400); do
  [ "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$((port + 1))/-/ready" || true)" = 200 ] && break
  kill -0 $service 2>/dev/null || { tail -20 "$folder/log" >&2; exit 1; }
  sleep 0.1
done
took_ms=$((($(date +%s%N) - began) / 1000000))
peak_mib=$(awk '/^VmHWM/ { print int($2 / 1024) }' "/proc/$service/status")
[ -z "$storm" ] || { wait "$storm" && answered=yes || answered=no; storm=''; }
records=$(curl -s "http://127.0.0.1:$((port + 1))/metrics" | awk '/^aggregator_records_total/ { sum += $2 } END { print sum }')

for topic in im-latency ack; do kcat -C -q -b "127.0.0.1:$port" -t $topic -e -J; done >"$folder/records.jsonl"
"${program[@]}" replay "${settings[@]}" --input "$folder/records.jsonl" --output "$folder/replay.jsonl" --summary "$folder/summary.json" 2>/dev/null
lines=$(wc -l <"$folder/replay.jsonl")
# The last windows become final once the clock says so: AckTimeout, Lateness and IdleTimeout after their end.
for _ in $(seq 100); do [ "$(wc -l <"$folder/live.jsonl")" -ge "$lines" ] && break; sleep 2; done
echo "$records records of $minutes minutes caught up in $((took_ms / 1000)) s ($((records * 1000 / took_ms)) records/s, start included); peak of resident memory: $peak_mib MiB; $lines lines of results"
[ ! -f "$folder/storm" ] || cat "$folder/storm"
cmp "$folder/replay.jsonl" "$folder/live.jsonl"
[ "$peak_mib" -lt $limit_mib ] || { echo "burst.sh: more than $limit_mib MiB" >&2; exit 1; }
[ "$answered" = yes ] || { echo "burst.sh: not every scrape was answered" >&2; exit 1; }
