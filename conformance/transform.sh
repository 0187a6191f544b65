#!/usr/bin/env bash
# Consume, transform, produce while workers and the node are killed: every input is reflected exactly once.
# `transform.sh [java|java-consumer|franz|librdkafka...]`; runs a node of its own.
# TRANSFORM_SECONDS: how long there are kills, for each client; TRANSFORM_SEED: when they come.
set -u
here=$(cd "$(dirname "$0")" && pwd) && . "$here/checks.sh" && . "$here/node.sh"
[ $# -gt 0 ] || set -- java franz librdkafka
peer install
D=$(mktemp -d); at_end "$D"
franz_build && mkdir "$D/classes" && javac -nowarn -d "$D/classes" -cp "$KAFKA_LIBS/*" "$here/java/Transformer.java" || { fail "the workers are built"; finish; }
settings=(group.initial.rebalance.delay.ms=0 group.consumer.session.timeout.ms=6000 group.consumer.min.session.timeout.ms=6000
  group.consumer.heartbeat.interval.ms=300 group.consumer.min.heartbeat.interval.ms=300)
java=(java -Xmx128m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$D/classes:$KAFKA_LIBS/*" "-Dlog4j2.configurationFile=$here/java/log4j2.properties" Transformer)
export WORKER_LOG=$D/workers.log

for client in "$@"; do
  case $client in
    java) worker=("${java[@]}" classic) ;;
    java-consumer) worker=("${java[@]}" consumer) ;;
    franz) worker=("$FRANZ" worker) ;;
    librdkafka) worker=("$PYTHON" "$here/transformer.py") ;;
  esac
  port=$(free_port)
  node_start "$D/$client" "$port" "${settings[@]}" || { tail -5 "$D/$client/out.log"; fail "$client: the node starts"; continue; }
  while IFS= read -r line; do
    case $line in
      '!kill') node_kill; node_start "$D/$client" "$port" "${settings[@]}" || fail "$client: the node starts again" ;;
      ok\ *) passed=$((passed + 1)); echo "$line" ;;
      FAIL\ *) failed=$((failed + 1)); echo "$line" ;;
      *\ passed,\ *) ended=$client ;;
      *) echo "$line" ;;
    esac
  done < <("$FRANZ" transform "127.0.0.1:$port" "$client" "${TRANSFORM_SECONDS:-8}" "${TRANSFORM_SEED:-1}" "${worker[@]}" 2>&1)
  [ "${ended:-}" = "$client" ] || fail "$client: it ran to its end"
  node_stop
  if [ "$PEER" != kafka ] && grep -n -m3 'panicked at' "$D/$client/out.log"; then fail "$client: the node did not panic"; fi
  rm -rf "${D:?}/$client"
done
[ "$failed" = 0 ] || sort "$WORKER_LOG" | uniq -c | sort -rn | head -20
finish
