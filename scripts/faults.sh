#!/usr/bin/env bash
# Outages of the real broker in full length: 60 s down and back, round trips of 5 s, halts of 3 minutes, passwords, access control. CI runs the same tests with shorter times.
#
#   scripts/faults.sh
#
# Needs ../shared/kafka, whose broker is killed and started again.
exec "$(dirname "$0")/with-kafka.sh" AGGREGATOR_OUTAGE_SECONDS=60 AGGREGATOR_ROUND_TRIP_MS=5000 AGGREGATOR_HALT_SECONDS=180 Processes.OutageTests Processes.StopTests Processes.SecurityTests
