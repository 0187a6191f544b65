#!/usr/bin/env bash
# Members of a group that come, go and die by the dozen while the node is killed and started again, in both
# group protocols: `churn.sh [classic|server|mixed...]`; runs a node of its own.
# CHURN_MEMBERS, CHURN_SECONDS and CHURN_SEED: how many, how long, and which course it takes.
set -u
here=$(cd "$(dirname "$0")" && pwd) && . "$here/checks.sh" && . "$here/node.sh"
[ $# -gt 0 ] || set -- classic server
franz_build || { fail "franz is built"; finish; }
[ "$PEER" != kafka ] || peer install
D=$(mktemp -d); at_end "$D"
# Members that die are missed soon, in both protocols.
settings=(group.initial.rebalance.delay.ms=0 group.consumer.session.timeout.ms=6000 group.consumer.min.session.timeout.ms=6000
  group.consumer.heartbeat.interval.ms=500 group.consumer.min.heartbeat.interval.ms=500)

for protocol in "$@"; do
  port=$(free_port)
  node_start "$D/$protocol" "$port" "${settings[@]}" || { tail -5 "$D/$protocol/out.log"; fail "$protocol: the node starts"; continue; }
  while IFS= read -r line; do
    case $line in
      '!kill') node_kill; node_start "$D/$protocol" "$port" "${settings[@]}" || fail "$protocol: the node starts again" ;;
      ok\ *) passed=$((passed + 1)); echo "$line" ;;
      FAIL\ *) failed=$((failed + 1)); echo "$line" ;;
      *\ passed,\ *) ended=$protocol ;;
      *) echo "$line" ;;
    esac
  done < <("$FRANZ" churn "127.0.0.1:$port" "$protocol" "${CHURN_MEMBERS:-50}" "${CHURN_SECONDS:-15}" "${CHURN_SEED:-1}" 2>&1)
  [ "${ended:-}" = "$protocol" ] || fail "$protocol: it ran to its end"
  node_stop
  if [ "$PEER" != kafka ] && grep -n -m3 'panicked at' "$D/$protocol/out.log"; then fail "$protocol: the node did not panic"; fi
  rm -rf "${D:?}/$protocol"
done
finish
