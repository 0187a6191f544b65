# What scripts share that look at how ottla-client meets a listener: the example `connect` (CONNECT=path), and
# what it must have said. Sourced behind node.sh; `passed` and `failed` count.
target=${CARGO_TARGET_DIR:-$here/../target}
CONNECT=${CONNECT:-$(ls -t "$target"/{release,debug}/examples/connect 2> /dev/null | head -1)}
[ -x "${CONNECT:-}" ] || { echo "no example connect: cargo build -p ottla-client --example connect" >&2; exit 1; }
passed=0 failed=0

# judge NAME WORDS TEXT: the text has these words in it, and nothing that is secret.
judge() {
  case $3 in
    *-secret*) failed=$((failed + 1)); echo "FAIL  $1: it shows a secret" ;;
    *"$2"*) passed=$((passed + 1)); echo "ok    $1" ;;
    *) failed=$((failed + 1)); echo "FAIL  $1"; printf '%s\n' "$3" "wanted: $2" | sed 's/^/        /' ;;
  esac
}
# expect NAME WORDS KEY=VALUE...: what the client prints.
expect() {
  local name=$1 words=$2; shift 2
  judge "$name" "$words" "$(RUST_BACKTRACE=1 timeout 60 "$CONNECT" "$@" 2>&1)"
}
# authority NAME: a certificate that signs others, and its key, in the current directory.
authority() { openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.pem" -days 30 -subj "/CN=$1" 2> /dev/null; }
