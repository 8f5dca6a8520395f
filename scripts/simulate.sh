#!/usr/bin/env bash
# Runs simulated worlds (Aggregator.Tests/Simulation): partitions, a group, crashes, rebalances, idle partitions and clocks around the real fold.
#
#   scripts/simulate.sh SEED             one world again, with everything that happens in it when it breaks
#   scripts/simulate.sh FIRST COUNT      COUNT worlds from seed FIRST on: `scripts/simulate.sh 1 1000000` takes hours (some 5 ms of a core each)
#   scripts/simulate.sh                  100,000 worlds from a random seed on
#
# Exit code 0: every window was published with the values of an undisturbed run, in each world.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
export AGGREGATOR_TEST_SEED=${1:-$((RANDOM * 32768 + RANDOM))}
if [ $# -eq 0 ]; then export AGGREGATOR_TEST_SEEDS=100000; else export AGGREGATOR_TEST_SEEDS=${2:-1}; fi
dotnet build Aggregator.Tests -c Release -v quiet -clp:NoSummary
echo "worlds $AGGREGATOR_TEST_SEED to $((AGGREGATOR_TEST_SEED + AGGREGATOR_TEST_SEEDS - 1))"
dotnet Aggregator.Tests/bin/Release/net10.0/Aggregator.Tests.dll -noColor \
  -method Aggregator.Tests.Simulation.SimulationTests.Whatever_happens_every_window_is_published_with_the_values_of_an_undisturbed_run
