#!/usr/bin/env bash
# The Java 4.4 clients, compiled from java/ once and run in one JVM each: `java.sh BOOTSTRAP [PROGRAM...]`.
set -u
here=$(cd "$(dirname "$0")" && pwd) && . "$here/node.sh"
B=$1; shift
[ $# -gt 0 ] || set -- Admin Clients Groups Migration Transactions
peer install
classes=$(mktemp -d); trap 'rm -rf "$classes"' EXIT
javac -nowarn -d "$classes" -cp "$KAFKA_LIBS/*" "$here"/java/*.java || { echo "0 passed, 1 failed"; exit 1; }
passed=0 failed=0
for program in "$@"; do
  echo "-- $program"
  out=$(java -Xmx512m -XX:TieredStopAtLevel=1 -cp "$classes:$KAFKA_LIBS/*" -Dlog4j2.configurationFile="$here/java/log4j2.properties" "$program" "$B" 2>&1)
  printf '%s\n' "$out" | sed '$d'
  read -r p _ f _ < <(printf '%s\n' "$out" | tail -1 | grep -E '^[0-9]+ passed, [0-9]+ failed$' || echo "0 passed, 1 failed (the program ended early)")
  passed=$((passed + p)) failed=$((failed + f))
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
