#!/usr/bin/env bash
# Kills the real program N times while it reads from a real broker, and holds what it published against replay's results of the same records:
#
#   scripts/kill-sweep.sh [N [SEED]]      N kills (1000), SEED of their points (random)
#
# The broker is the one that AGGREGATOR_TEST_KAFKA=HOST:PORT names; without it, one of ../shared/kafka is started and wiped again.
# Exit code 0: nothing missing, nothing different. About 2 s a kill on 2 cores.
exec "$(dirname "$0")/with-kafka.sh" AGGREGATOR_SWEEP_KILLS="${1:-1000}" AGGREGATOR_SWEEP_SEED="${2:-$RANDOM}" Processes.KillSweepTests
