#!/usr/bin/env bash
# The long form of RecordedRunTests: a service on a real broker, recorded by a real Prometheus 3 for some minutes and killed in between, then replayed and
# compared series by series by every output: scripts/recorded-run.sh [SECONDS=300]
#
# AGGREGATOR_TEST_PROMETHEUS3 names the folder of a Prometheus 3; without it, that of ../shared/prometheus3 is taken. Exit code 0: all is equal.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${AGGREGATOR_TEST_PROMETHEUS3:-}" ]; then
  AGGREGATOR_TEST_PROMETHEUS3=$(bash ../shared/prometheus3/prometheus3.sh)
  export AGGREGATOR_TEST_PROMETHEUS3
fi
exec scripts/with-kafka.sh AGGREGATOR_TEST_RECORDED_SECONDS="${1:-300}" Processes.RecordedRunTests
