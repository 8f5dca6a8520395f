#!/usr/bin/env bash
# Takes the pictures of the page in docs/images with a demo of four minutes and Chromium: scripts/screenshots.sh. Build first (./test.sh does).
# For Chinese letters the machine needs a font that has them (Debian: fonts-wqy-zenhei or fonts-noto-cjk).
set -euo pipefail
cd "$(dirname "$0")/.."
.ci/install chromium=chromium
export AGGREGATOR_TEST_SCREENSHOTS=$PWD/docs/images
exec Aggregator.Tests/bin/Release/net10.0/Aggregator.Tests -explicit only -method 'Aggregator.Tests.Browser.DemoPageTests.Pictures_of_the_demo'
