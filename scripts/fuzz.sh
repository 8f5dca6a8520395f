#!/usr/bin/env bash
# Lets the fuzz tests of the decoders and of the envelope reader look for longer than CI does:
#
#   scripts/fuzz.sh [SECONDS]      for each of the laws (60): some millions of inputs a minute
#
# The law of each: both ways of reading say the same of every input, as does the naive reader of the reference, and nothing throws. Exit code 0: all held.
set -euo pipefail
cd "$(dirname "$0")/.."
export AGGREGATOR_TEST_SECONDS=${1:-60} DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build Aggregator.Tests -c Release -v quiet -clp:NoSummary
exec dotnet Aggregator.Tests/bin/Release/net10.0/Aggregator.Tests.dll -noColor -noLogo -showLiveOutput \
  -class Aggregator.Tests.Records.RecordShapesTests -class Aggregator.Tests.Records.DecoderFuzzTests \
  -class Aggregator.Tests.Records.NestedValueTests -class Aggregator.Tests.Records.ShapeGraphTests \
  -class Aggregator.Tests.Records.HostileValueTests -class Aggregator.Tests.Replay.EnvelopeFuzzTests
