#!/usr/bin/env bash
# Lets members join and leave the group of the real program every 200 ms, for each kind of group, for longer than CI does:
#
#   scripts/churn.sh [SECONDS]      for each kind (120)
#
# The broker is the one that AGGREGATOR_TEST_KAFKA=HOST:PORT names; without it, one of ../shared/kafka is started and wiped again.
exec "$(dirname "$0")/with-kafka.sh" AGGREGATOR_CHURN_SECONDS="${1:-120}" Processes.ChurnTests
