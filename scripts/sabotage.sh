#!/usr/bin/env bash
# Breaks the program on purpose, one place after the other, and looks whether the tests notice:
#
#   scripts/sabotage.sh [NAME…]      these mutations of scripts/sabotage/ (all)
#
# Each NAME.txt there says what breaks, replaces one text that occurs once in one file by another, and names the classes of tests that have to notice. It is applied to a
# copy of what git tracks (changes that are not committed included), in a folder of its own. Prints a line for each mutation: `name – noticed by TEST`.
# Exit code 0: all were noticed. 1: one survived, or does not apply any more. Some 15 s a mutation on 2 cores.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 LC_ALL=C.UTF-8
# The worlds and streams of CI are random; here each run shall say the same.
export AGGREGATOR_TEST_SEED=1 AGGREGATOR_TEST_SEEDS=3000
limit_s=300
folder=$(mktemp -d)
copy=$folder/copy
clean_up() {
  trap - EXIT
  git worktree remove --force "$copy" >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

names=("$@")
if [ ${#names[@]} -eq 0 ]; then for file in scripts/sabotage/*.txt; do names+=("$(basename "$file" .txt)"); done; fi
value() { sed -n "s/^$2: //p" "scripts/sabotage/$1.txt"; }

run() { # CLASS… – the tests of these classes in the copy; their output goes to $folder/output
  local arguments=() class
  for class in "$@"; do arguments+=(-class "Aggregator.Tests.$class"); done
  timeout "$limit_s" dotnet "$tests" "${arguments[@]}" -noColor -noLogo -stopOnFail >"$folder/output" 2>&1
}

build() { # PROJECT [OPTION…]
  dotnet build "$1" -c Release -v quiet -clp:NoSummary -p:UseSharedCompilation=false "${@:2}" >"$folder/build" 2>&1 || { cat "$folder/build" >&2; return 1; }
}
# Only the library is built again and again; everything else is what it is without a mutation.
build Aggregator.Tests
commit=$(git stash create)
git worktree add --quiet --detach "$copy" "${commit:-HEAD}"
mkdir -p "$copy/Aggregator.Tests/bin/Release"
cp -r Aggregator.Tests/bin/Release/net10.0 "$copy/Aggregator.Tests/bin/Release/"
tests=$copy/Aggregator.Tests/bin/Release/net10.0/Aggregator.Tests.dll
library=$copy/Aggregator.Core/bin/Release/net10.0/Aggregator.Core.dll
build "$copy/Aggregator.Core" -p:RunAnalyzers=false

classes=()
for name in "${names[@]}"; do
  [ -f "scripts/sabotage/$name.txt" ] || { echo "sabotage.sh: scripts/sabotage/$name.txt is not there" >&2; exit 2; }
  for class in $(value "$name" tests); do [[ " ${classes[*]:-} " == *" $class "* ]] || classes+=("$class"); done
done
# Who is red anyway notices nothing.
run "${classes[@]}" || { cat "$folder/output" >&2; echo "sabotage.sh: these tests fail without any mutation" >&2; exit 1; }

noticed=0 survived=0
for name in "${names[@]}"; do
  path=$(value "$name" file)
  if ! OLD=$(value "$name" old) NEW=$(value "$name" new) awk '
      { at = index($0, ENVIRON["OLD"]) }
      at { n++; $0 = substr($0, 1, at - 1) ENVIRON["NEW"] substr($0, at + length(ENVIRON["OLD"])) }
      { print }
      END { exit n != 1 }' "$copy/$path" >"$folder/mutated"; then
    echo "$name – DOES NOT APPLY: its text has to occur once in $path"
    survived=$((survived + 1))
    continue
  fi
  cp "$copy/$path" "$folder/original"
  cp "$folder/mutated" "$copy/$path"
  build "$copy/Aggregator.Core" --no-restore -p:RunAnalyzers=false -p:TreatWarningsAsErrors=false || { echo "sabotage.sh: $name does not build" >&2; exit 1; }
  cp "$library" "$(dirname "$tests")/"
  code=0
  # shellcheck disable=SC2046
  run $(value "$name" tests) || code=$?
  cp "$folder/original" "$copy/$path"
  test=$(sed -n 's/^ *Aggregator\.Tests\.\([^ ]*\).*\[FAIL\].*/\1/p' "$folder/output" | head -1)
  if [ $code -eq 124 ]; then test='tests that do not end any more'; fi
  if [ $code -ne 0 ] && [ -n "$test" ]; then
    echo "$name – noticed by ${test%%(*}"
    noticed=$((noticed + 1))
  else
    echo "$name – SURVIVED: $(value "$name" what)"
    survived=$((survived + 1))
  fi
done
echo "$noticed of ${#names[@]} mutations noticed"
[ $survived -eq 0 ]
