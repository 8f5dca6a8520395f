#!/usr/bin/env bash
# Kills the real program N times while it reads from a real broker, and holds what it published against replay's results of the same records:
#
#   scripts/kill-sweep.sh [N [SEED]]      N kills (1000), SEED of their points (random)
#
# The broker is the one that AGGREGATOR_TEST_KAFKA=HOST:PORT names; without it, one of ../shared/kafka is started and wiped again.
# Exit code 0: nothing missing, nothing different. About 2 s a kill on 2 cores.
set -euo pipefail
cd "$(dirname "$0")/.."
export AGGREGATOR_SWEEP_KILLS=${1:-1000} AGGREGATOR_SWEEP_SEED=${2:-$RANDOM} DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
kafka=$PWD/../shared/kafka/kafka.sh
folder=$(mktemp -d)
port=''
clean_up() {
  trap - EXIT
  if [ -n "$port" ]; then KAFKA_HOME_DIR=$folder/kafka bash "$kafka" wipe "$port" >/dev/null 2>&1 || true; fi
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -z "${AGGREGATOR_TEST_KAFKA:-}" ]; then
  [ -f "$kafka" ] || { echo "kill-sweep.sh: AGGREGATOR_TEST_KAFKA=HOST:PORT must name a broker" >&2; exit 2; }
  port=$((20000 + RANDOM % 20000))
  AGGREGATOR_TEST_KAFKA=$(KAFKA_HOME_DIR=$folder/kafka bash "$kafka" start "$port")
  export AGGREGATOR_TEST_KAFKA
fi

dotnet build Aggregator.Tests -c Release -v quiet -clp:NoSummary
export AGGREGATOR_SWEEP_LOG=$folder/log
touch "$AGGREGATOR_SWEEP_LOG"
tail -n +1 -f "$AGGREGATOR_SWEEP_LOG" &
code=0
dotnet Aggregator.Tests/bin/Release/net10.0/Aggregator.Tests.dll -class Aggregator.Tests.Processes.KillSweepTests -noColor >"$folder/output" 2>&1 || code=$?
sleep 1
kill %1
if [ $code -ne 0 ]; then cat "$folder/output"; fi
exit $code
