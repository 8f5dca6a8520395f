#!/usr/bin/env bash
# Every figure of docs/performance.md, in twenty minutes on a quiet machine: steps, the whole way from a real broker, the start of
# the service, scrapes, how cost grows, how it depends on the shape of records, what each trick brings, and lanes.
#
#   scripts/bench.sh [steps|scrape|broker|start|grow|shapes|tricks|lanes]      all of them, or one
#
# `broker` and `start` need ../shared/kafka and Java; the broker runs on the same processors. Tables go to stdout; save them in Aggregator.Benchmarks/results with the machine's name.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 LC_ALL=C.UTF-8
part=${1:-all}
dotnet build Aggregator.Benchmarks -c Release -v quiet -clp:NoSummary >&2
bench=(dotnet Aggregator.Benchmarks/bin/Release/net10.0/Aggregator.Benchmarks.dll)

echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) processors, .NET $(dotnet --version), load $(cut -d' ' -f1 /proc/loadavg), $(date -u +%F)"
if [ "$part" = all ] || [ "$part" = steps ]; then
  "${bench[@]}" quick --seconds 4
fi
if [ "$part" = all ] || [ "$part" = scrape ]; then
  "${bench[@]}" scrape
fi
if [ "$part" = all ] || [ "$part" = broker ] || [ "$part" = start ]; then
  kafka=$PWD/../shared/kafka/kafka.sh
  [ -f "$kafka" ] || { echo "bench.sh: ../shared/kafka/kafka.sh is not there" >&2; exit 2; }
  folder=$(mktemp -d)
  export KAFKA_HOME_DIR=$folder/kafka
  port=$((20000 + RANDOM % 9000))
  clean_up() {
    trap - EXIT
    bash "$kafka" wipe "$port" >/dev/null 2>&1 || true
    rm -rf "$folder"
  }
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  bash "$kafka" start "$port" >/dev/null
  if [ "$part" != start ]; then
    java=()
    if command -v javac >/dev/null; then
      java=(--java "${kafka%/*}/libs")
    else
      echo "bench.sh: no Java compiler (javac): without the programs in Java" >&2
    fi
    "${bench[@]}" drain --kafka "127.0.0.1:$port" --messages 2000000 --runs 3 "${java[@]}"
  fi
  if [ "$part" != broker ]; then
    dotnet build Aggregator.Host -c Release -v quiet -clp:NoSummary >&2
    cp -r Aggregator.Host/bin/Release/net10.0 "$folder/build"
    dotnet publish Aggregator.Host -c Release -v quiet -o "$folder/published" >&2
    "${bench[@]}" start --kafka "127.0.0.1:$port" --program "$folder/build/Aggregator.Host.dll,$folder/published/Aggregator.Host"
  fi
fi
if [ "$part" = all ] || [ "$part" = grow ]; then
  "${bench[@]}" grow
fi
if [ "$part" = all ] || [ "$part" = shapes ]; then
  "${bench[@]}" shapes
fi
if [ "$part" = all ] || [ "$part" = tricks ]; then
  "${bench[@]}" tricks
fi
if [ "$part" = all ] || [ "$part" = lanes ]; then
  "${bench[@]}" lanes
fi
