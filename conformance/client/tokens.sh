#!/usr/bin/env bash
# ottla-client with tokens that it fetches itself (OAUTHBEARER, the client credentials grant) against Apache Kafka,
# which checks their signatures; the request that it sends beside the one of Java's client; what is said when
# something is wrong.
#
#   conformance/client/tokens.sh [PORT]     brings its own broker and endpoint; CONNECT=path to the example
# Needs java, openssl, python3. Its last line is `N passed, N failed`.
set -u
here=$(cd "$(dirname "$0")/.." && pwd) && . "$here/node.sh" && . "$here/client/connect.sh"
port=${1:-21330}
D=$(mktemp -d)
endpoint=
trap 'peer stop "$D/kafka" > /dev/null 2>&1; [ -z "$endpoint" ] || kill "$endpoint"; rm -rf "$D"' EXIT

# -- certificates of the endpoint: an authority, and a stranger
cd "$D" || exit 1
authority ca; authority other
openssl req -newkey rsa:2048 -nodes -keyout idp.key -out idp.csr -subj /CN=idp 2> /dev/null
openssl x509 -req -in idp.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile <(echo subjectAltName=DNS:localhost) -out idp.pem 2> /dev/null

# -- the endpoint, and the broker
"$PYTHON" "$here/client/tokens.py" "$D" $((port + 5)) $((port + 6)) "$D/idp.pem" "$D/idp.key" > "$D/endpoint.log" 2>&1 &
endpoint=$!
for _ in $(seq 100); do listening $((port + 5)) && break; sleep 0.1; done
listening $((port + 5)) || { cat "$D/endpoint.log"; echo "0 passed, 1 failed"; exit 1; }
url=http://localhost:$((port + 5)) tls=https://localhost:$((port + 6))
oauth=org.apache.kafka.common.security.oauthbearer
export KAFKA_HEAP_OPTS="${KAFKA_HEAP_OPTS:--Xmx512m} -Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=file:$D/jwks.json"
peer start "$D/kafka" "$port" "listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1)),OAUTH://localhost:$((port + 2))" \
  "advertised.listeners=PLAINTEXT://127.0.0.1:$port,OAUTH://localhost:$((port + 2))" \
  listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,OAUTH:SASL_PLAINTEXT \
  listener.name.oauth.sasl.enabled.mechanisms=OAUTHBEARER \
  "listener.name.oauth.oauthbearer.sasl.jaas.config=$oauth.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"broker\";" \
  "listener.name.oauth.oauthbearer.sasl.server.callback.handler.class=$oauth.OAuthBearerValidatorCallbackHandler" \
  "sasl.oauthbearer.jwks.endpoint.url=file:$D/jwks.json" sasl.oauthbearer.expected.audience=kafka \
  sasl.oauthbearer.expected.issuer=http://localhost connections.max.reauth.ms=5000 \
  > /dev/null || { tail -20 "$D/kafka/out.log"; echo "0 passed, 1 failed"; exit 1; }
for _ in $(seq 100); do listening $((port + 2)) && break; sleep 0.1; done

base=("bootstrap.servers=localhost:$((port + 2))" security.protocol=SASL_PLAINTEXT sasl.mechanism=OAUTHBEARER)
credentials=(sasl.oauthbearer.client.credentials.client.id=my@id "sasl.oauthbearer.client.credentials.client.secret=s:e c&ret-secret")
client=("${base[@]}" "${credentials[@]}")
at() { echo "sasl.oauthbearer.token.endpoint.url=$1"; }
old="sasl.jaas.config=$oauth.OAuthBearerLoginModule required clientId=\"my@id\" clientSecret=\"s:e c&ret-secret\" scope=\"read write\""

# -- the same request as Java's client: its address, the headers that are Kafka's, the body
java_client() {
  java -Xmx128m -XX:TieredStopAtLevel=1 "-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=$url/token" -cp "$KAFKA_LIBS/*" "$here/client/Login.java" \
    "sasl.login.callback.handler.class=$oauth.OAuthBearerLoginCallbackHandler" "$@" 2>&1
}
request() { # of the last request that was noted
  tail -1 "$D/requests.log" | "$PYTHON" -c 'import json, sys
it = json.load(sys.stdin)
own = ["accept", "authorization", "cache-control", "content-type", "host", "content-length"]
headers = {name.lower(): value for name, value in it["headers"].items()}
print(it["path"], [headers.get(name) for name in own], it["body"])'
}
same() { # same NAME KEY=VALUE...
  local name=$1 said; shift
  said=$(java_client "$@") && judge "$name: Java's client" "ok 1 nodes" "$said"
  request > "$D/java.request"
  expect "$name: ottla-client" "ok 1 nodes" "$@"
  request > "$D/our.request"
  judge "$name: the same request" "same" "$(cmp -s "$D/java.request" "$D/our.request" && echo same || sed s/-secret// "$D/java.request" "$D/our.request")"
}
none="sasl.jaas.config=$oauth.OAuthBearerLoginModule required;"
same "the names of 4.x" "${client[@]}" "$none" "$(at "$url/token")"
same "with a scope" "${client[@]}" "$none" "$(at "$url/token")" "sasl.oauthbearer.scope=read write"
same "url-encoded" "${client[@]}" "$none" "$(at "$url/token")" "sasl.oauthbearer.scope=read write" sasl.oauthbearer.header.urlencode=true
same "the older form in the login module" "${base[@]}" "$old;" "$(at "$url/token")"

# -- what else works
expect "no login module at all" "ok 1 nodes" "${client[@]}" "$(at "$url/token")"
expect "a body in chunks" "ok 1 nodes" "${client[@]}" "$(at "$url/chunked")"
expect "an endpoint that answers 500 twice" "ok 1 nodes" "${client[@]}" "$(at "$url/flaky")"
pem=(ssl.truststore.type=PEM "ssl.truststore.location=$D/ca.pem")
expect "https, the client's trust store" "ok 1 nodes" "${client[@]}" "$(at "$tls/token")" "${pem[@]}"
expect "https, a trust store in the login module" "ok 1 nodes" "${base[@]}" "$(at "$tls/token")" "$old ssl.truststore.type=\"PEM\" ssl.truststore.location=\"$D/ca.pem\";"
expect "a token in a file" "ok 1 nodes" "${base[@]}" "$(at "file:$D/token")"
# Tokens that are good for twelve seconds, and sessions that end after five: nothing is lost while both are renewed.
short=(sasl.login.refresh.min.period.seconds=0 sasl.login.refresh.buffer.seconds=0)
HOLD_SECONDS=25 expect "tokens renewed on living connections" "ok 1 nodes" "${client[@]}" "$(at "$url/short")" "${short[@]}"
renewed=$(grep -c '"/short"' "$D/requests.log")
judge "tokens renewed ahead of their end" "as expected" "$([ "$renewed" -ge 5 ] && [ "$renewed" -le 12 ] && echo as expected || echo "$renewed requests by three clients")"

# -- what is said when something is wrong
expect "said: the id or the secret is wrong" "it answered 401, invalid_client (not you: my@id:[hidden] Basic [hidden]): check sasl.oauthbearer.client.credentials" "${client[@]}" "$(at "$url/denied")"
expect "said: not what a token endpoint answers" "its answer is not a JSON object" "${client[@]}" "$(at "$url/garbage")"
expect "said: a token without a signature" "expected three sections" "${client[@]}" "$(at "$url/unsigned")"
expect "said: an endpoint in trouble" "it answered 503, busy" "${client[@]}" "$(at "$url/broken")" sasl.login.retry.backoff.max.ms=1000
expect "said: nobody there" "from http://localhost:1/token: connect to localhost:1: Connection refused" "${client[@]}" "$(at http://localhost:1/token)" sasl.login.retry.backoff.ms=0
expect "said: too slow" "sasl.login.read.timeout.ms allows more" "${client[@]}" "$(at "$url/slow")" sasl.login.read.timeout.ms=500 sasl.login.retry.backoff.ms=0
expect "said: a token whose time is over" "SASL_AUTHENTICATION_FAILED" "${client[@]}" "$(at "$url/expired")"
expect "said: no certificate to trust" "vouches for its certificate" "${client[@]}" "$(at "$tls/token")" ssl.truststore.type=PEM "ssl.truststore.location=$D/other.pem"
expect "said: another host" "its certificate is for localhost, not for 127.0.0.1" "${client[@]}" "$(at "https://127.0.0.1:$((port + 6))/token")" "${pem[@]}"
expect "said: https to a port without" "not https" "${client[@]}" "$(at "https://localhost:$((port + 5))/token")" "${pem[@]}" sasl.login.retry.backoff.ms=0
expect "said: the secret is missing" "the secret is not set" "${base[@]}" sasl.oauthbearer.client.credentials.client.id=my@id "$(at "$url/token")"
expect "said: no endpoint" "sasl.oauthbearer.token.endpoint.url is not set" "${client[@]}"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
