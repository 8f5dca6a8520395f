#!/usr/bin/env bash
# Builds the tests and runs some classes of them beside a real broker: scripts/with-kafka.sh [NAME=VALUE…] CLASS…
#
# The broker is the one that AGGREGATOR_TEST_KAFKA=HOST:PORT names; without it, one of ../shared/kafka is started and wiped again.
# Exit code 0: all tests held.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
classes=()
for argument in "$@"; do
  case $argument in *=*) export "${argument?}" ;; *) classes+=(-class "Aggregator.Tests.$argument") ;; esac
done
[ ${#classes[@]} -gt 0 ] || { sed -n '2,5p' "$0" >&2; exit 2; }
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
  [ -f "$kafka" ] || { echo "with-kafka.sh: AGGREGATOR_TEST_KAFKA=HOST:PORT must name a broker" >&2; exit 2; }
  port=$((20000 + RANDOM % 9000))
  AGGREGATOR_TEST_KAFKA=$(KAFKA_HOME_DIR=$folder/kafka bash "$kafka" start "$port")
  export AGGREGATOR_TEST_KAFKA
fi
dotnet build Aggregator.Tests -c Release -v quiet -clp:NoSummary
dotnet Aggregator.Tests/bin/Release/net10.0/Aggregator.Tests.dll "${classes[@]}" -noColor -noLogo -showLiveOutput
