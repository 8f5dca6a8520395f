#!/usr/bin/env bash
# Builds everything and runs all tests: ./test.sh [options of dotnet test, such as --filter-class 'Aggregator.Tests.Windows.*']
#
# Installs the Debian packages prometheus, prometheus-alertmanager, kcat and chromium if they are missing and that can be done (root or sudo without a
# password); tests whose tools are missing are skipped, and it is said why. AGGREGATOR_TEST_KAFKA=HOST:PORT names a Kafka for the tests that need
# a real one (.ci/run starts one), AGGREGATOR_TEST_PROMETHEUS3 a folder with prometheus and promtool 3.x.
#
# The last line is `N passed, N failed, N skipped`; the exit code is 0 if none failed and at least one passed.
set -uo pipefail
cd "$(dirname "$0")" || exit 1
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 LC_ALL=C.UTF-8
configuration=Release
limit_min=45

finish() { # passed failed skipped
  echo "$1 passed, $2 failed, $3 skipped"
  [ "$2" -eq 0 ] && [ "$1" -gt 0 ]
  exit
}

if ! dotnet --version >/dev/null 2>&1 </dev/null; then
  echo "test.sh: the .NET 10 SDK is missing (global.json says which one): https://dotnet.microsoft.com/download/dotnet/10.0"
  finish 0 1 0
fi

.ci/install promtool=prometheus amtool=prometheus-alertmanager kcat=kcat chromium=chromium

echo "== build"
# Without build servers: none of them stays behind and holds our output open.
dotnet build Aggregator.sln -c $configuration -v quiet -clp:NoSummary --disable-build-servers ${CI:+-p:RestoreLockedMode=true} </dev/null || { echo "test.sh: the build failed"; finish 0 1 0; }

passed=0 failed=0 skipped=0
if [ $# -eq 0 ]; then
  echo "== format"
  if dotnet format Aggregator.sln --verify-no-changes --no-restore </dev/null; then passed=1; else failed=1; echo "test.sh: 'dotnet format Aggregator.sln' mends the lines above"; fi
fi

if [ $# -eq 0 ]; then
  # That the benchmarks run, and that no step takes several times what it should beside a fixed loop in the same process. Compiled at once, for there is no time to
  # warm up; twice, for a machine may be busy with other things. Timings say no more than that here.
  echo "== benchmarks"
  benchmarks() { DOTNET_TieredCompilation=0 timeout --foreground 5m dotnet Aggregator.Benchmarks/bin/$configuration/net10.0/Aggregator.Benchmarks.dll "$@" </dev/null; }
  if { benchmarks quick --seconds 0.3 || benchmarks quick --seconds 0.3; } && benchmarks grow --records 50000 --only partitions && benchmarks shapes --records 50000 --only object && benchmarks tricks --short yes \
    && { [ -z "${AGGREGATOR_TEST_KAFKA:-}" ] || benchmarks drain --kafka "$AGGREGATOR_TEST_KAFKA" --messages 20000 --runs 1; }; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1)); echo "test.sh: a benchmark failed, or a step is over its limit"
  fi
fi

echo "== test"
output=$(mktemp)
trap 'rm -f "$output"' EXIT
# The platform ends what hangs; if that hangs too, timeout does.
timeout --foreground --kill-after=30s $((limit_min + 1))m \
  dotnet test --solution Aggregator.sln -c $configuration --no-build --no-ansi --no-progress --timeout ${limit_min}m "$@" </dev/null 2>&1 | tee "$output"
code=${PIPESTATUS[0]}

count() { sed -n '/^Test run summary/,$ s/^ *'"$1"': *\([0-9][0-9]*\).*/\1/p' "$output" | tail -n 1; }
succeeded=$(count succeeded)
broken=$(count failed)
left_out=$(count skipped)
passed=$((passed + ${succeeded:-0})) failed=$((failed + ${broken:-0})) skipped=${left_out:-0}

if [ "$code" -ne 0 ] && [ "${broken:-0}" -eq 0 ]; then
  echo "test.sh: dotnet test ended with code $code though no test failed (3, 124: not within $limit_min minutes)"
  failed=$((failed + 1))
fi

echo
if [ "$skipped" -gt 0 ]; then
  echo "Skipped, by reason:"
  # `skipped Name` is followed by a line with the reason
  awk '/^skipped / { if (getline > 0) { sub(/^ +/, ""); reasons[$0]++ } } END { for (reason in reasons) printf "%5d  %s\n", reasons[reason], reason }' "$output" | sort -rn
fi
finish $passed $failed $skipped
