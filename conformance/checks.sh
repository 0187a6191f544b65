# Counting for shell scripts: source it, call `check`/`same`/`has`, end with `finish`.
passed=0 failed=0

# ok NAME / fail NAME DETAIL: one check that was decided by the caller.
ok() { passed=$((passed + 1)); echo "ok    $1"; }
fail() { failed=$((failed + 1)); echo "FAIL  $1"; [ -z "${2:-}" ] || printf '%s\n' "$2" | head -${LINES_SHOWN:-25} | sed 's/^/        /'; }

# gap NAME WHY: cannot be seen on this server yet, and why; neither passed nor failed.
gap() { echo "gap   $1: $2"; }

# check NAME COMMAND...: passes when the command does; its output is shown when it does not.
check() {
  local name=$1 out; shift
  if out=$("$@" 2>&1); then ok "$name"; else fail "$name" "exit $?: $out"; fi
}

# same NAME GOT WANT: passes when both texts are equal.
same() { if [ "$2" = "$3" ]; then ok "$1"; else fail "$1" "$(diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") | sed 's/^</got </; s/^>/want >/')"; fi; }

# has NAME TEXT PATTERN: passes when the text matches the extended regular expression.
has() { if printf '%s\n' "$2" | grep -qE -- "$3"; then ok "$1"; else fail "$1" "no /$3/ in: $2"; fi; }

# lacks NAME TEXT PATTERN: passes when it does not.
lacks() { if printf '%s\n' "$2" | grep -qE -- "$3"; then fail "$1" "/$3/ in: $2"; else ok "$1"; fi; }

# eventually SECONDS COMMAND...: true as soon as the command is.
eventually() {
  local end=$((SECONDS + $1)); shift
  until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $end ] || return 1; sleep 0.05; done
}

# Prints the totals and leaves with 0 when nothing failed.
finish() { echo "$passed passed, $failed failed"; [ "$failed" = 0 ] && [ "$passed" -gt 0 ]; exit; }
