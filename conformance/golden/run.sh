#!/usr/bin/env bash
# Compares our encoding of every message and version with that of Kafka's own classes, both ways:
# Kafka's bytes through our decoder and encoder, and our bytes through Kafka's.
#   run.sh           compares; prints `N passed, N failed`
#   run.sh --write   also rewrites crates/wire/testdata/golden.txt
# KAFKA_LIBS names the folder of the Kafka 4.4.0 jars.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
libs=${KAFKA_LIBS:-$HOME/.cache/peers/apache-kafka/4.4.0/libs-4.4.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

(cd "$root" && cargo build -q -p ottla-wire --example golden)
ours=${CARGO_TARGET_DIR:-$root/target}/debug/examples/golden
theirs() { java -cp "$libs/*" "$here/Golden.java" "$@"; }

theirs emit >"$work/theirs.txt"
failed=0
"$ours" check <"$work/theirs.txt" >"$work/rust.txt" || failed=1
"$ours" emit "${SEED:-1}" >"$work/ours.txt"
theirs verify <"$work/ours.txt" >"$work/java.txt" || failed=1
grep -h FAIL -A1 "$work/rust.txt" "$work/java.txt" | head -40 || true

if [ "${1:-}" = --write ]; then
    grep -vE '^(Request|Response)Header ' "$work/theirs.txt" >"$root/crates/wire/testdata/golden.txt"
fi
awk '/ passed, /{p+=$1; f+=$3} END{print p " passed, " f " failed"}' \
    <(tail -qn1 "$work/rust.txt" "$work/java.txt")
exit $failed
