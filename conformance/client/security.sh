#!/usr/bin/env bash
# ottla-client against Apache Kafka's listeners with TLS and SASL: stores of every format, every mechanism,
# authentication repeated on a living connection, and what is said when something is wrong.
#
#   conformance/client/security.sh [PORT]     brings its own broker and certificates; CONNECT=path to the example
# Needs java, keytool, openssl. Its last line is `N passed, N failed`.
set -u
here=$(cd "$(dirname "$0")/.." && pwd) && . "$here/node.sh" && . "$here/client/connect.sh"
port=${1:-21320}
D=$(mktemp -d)
trap 'peer stop "$D/kafka" > /dev/null 2>&1; rm -rf "$D"' EXIT

# -- certificates: an authority, a broker named localhost, one whose time is over, a client, and a stranger's authority
cd "$D" || exit 1
issue() { # issue NAME SUBJECT DAYS EXTENSION
  openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "$2" 2> /dev/null
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days "$3" -extfile <(echo "$4") -out "$1.pem" 2> /dev/null
  openssl pkcs12 -export -inkey "$1.key" -in "$1.pem" -certfile ca.pem -name own -passout pass:store-secret -out "$1.p12"
}
authority ca; authority other
issue broker /CN=broker 30 'subjectAltName=DNS:localhost'
issue old /CN=old -1 'subjectAltName=DNS:localhost'
issue named /CN=localhost 30 'keyUsage=digitalSignature,keyEncipherment'
issue client /CN=client 30 'keyUsage=digitalSignature'
quiet() { "$@" > /dev/null 2>&1; }
quiet keytool -importcert -noprompt -alias ca -file ca.pem -keystore trust.jks -storetype JKS -storepass store-secret
quiet keytool -importcert -noprompt -alias ca -file ca.pem -keystore trust.p12 -storetype PKCS12 -storepass store-secret
quiet keytool -importkeystore -srckeystore client.p12 -srcstorepass store-secret -destkeystore client.jks -deststoretype JKS -deststorepass store-secret -srcalias own -srckeypass store-secret -destkeypass key-secret
openssl pkcs8 -topk8 -in client.key -passout pass:key-secret -out client.encrypted.key
cat client.encrypted.key client.pem ca.pem > client.both.pem

# -- the broker
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))
map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT advertised=PLAINTEXT://127.0.0.1:$port stores=()
listener() { # listener NAME PROTOCOL OFFSET [STORE]
  listeners+=,$1://localhost:$((port + $3)) advertised+=,$1://localhost:$((port + $3)) map+=,$1:$2
  local name=listener.name.${1,,}
  stores+=("$name.ssl.keystore.location=$D/${4:-broker}.p12" "$name.ssl.keystore.password=store-secret" "$name.ssl.keystore.type=PKCS12"
    "$name.ssl.truststore.location=$D/trust.jks" "$name.ssl.truststore.password=store-secret")
}
listener TLS SSL 2; listener MUTUAL SSL 3; listener EXPIRED SSL 4 old; listener NAMED SSL 5 named
listener SASL SASL_PLAINTEXT 6; listener SASLTLS SASL_SSL 7
module=org.apache.kafka.common.security
for name in sasl sasltls; do
  stores+=("listener.name.$name.plain.sasl.jaas.config=$module.plain.PlainLoginModule required user_alice=\"alice-secret\";"
    "listener.name.$name.scram-sha-256.sasl.jaas.config=$module.scram.ScramLoginModule required;"
    "listener.name.$name.scram-sha-512.sasl.jaas.config=$module.scram.ScramLoginModule required;"
    "listener.name.$name.oauthbearer.sasl.jaas.config=$module.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"broker\";"
    "listener.name.$name.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER")
done
export KAFKA_HEAP_OPTS=${KAFKA_HEAP_OPTS:--Xmx512m}
peer start "$D/kafka" "$port" "listeners=$listeners" "advertised.listeners=$advertised" "listener.security.protocol.map=$map" \
  listener.name.mutual.ssl.client.auth=required connections.max.reauth.ms=3000 "${stores[@]}" \
  > /dev/null || { tail -20 "$D/kafka/out.log"; echo "0 passed, 1 failed"; exit 1; }
for _ in $(seq 100); do listening $((port + 7)) && break; sleep 0.1; done
for mechanism in SCRAM-SHA-256 SCRAM-SHA-512; do
  tool kafka.admin.ConfigCommand --bootstrap-server "127.0.0.1:$port" --alter --entity-type users --entity-name 'al=ice,' \
    --add-config "$mechanism=[iterations=4096,password=scram-secret]" > "$D/scram.out" 2>&1 || cat "$D/scram.out"
done

# -- TLS
at() { echo "bootstrap.servers=localhost:$((port + $1))"; }
ssl=(security.protocol=SSL) trust=(ssl.truststore.location="$D/trust.jks" ssl.truststore.password=store-secret)
pem=(ssl.truststore.type=PEM ssl.truststore.location="$D/ca.pem")
expect "no TLS" "ok 1 nodes" "bootstrap.servers=127.0.0.1:$port"
expect "TLS, trust store JKS" "ok 1 nodes" "$(at 2)" "${ssl[@]}" "${trust[@]}"
expect "TLS, trust store PKCS12" "ok 1 nodes" "$(at 2)" "${ssl[@]}" ssl.truststore.location="$D/trust.p12" ssl.truststore.password=store-secret ssl.truststore.type=PKCS12
expect "TLS, trust store PEM in a file" "ok 1 nodes" "$(at 2)" "${ssl[@]}" "${pem[@]}"
expect "TLS, trust store PEM in the setting" "ok 1 nodes" "$(at 2)" "${ssl[@]}" ssl.truststore.type=PEM "ssl.truststore.certificates=@$D/ca.pem"
expect "TLS, the broker's own certificate is trusted" "ok 1 nodes" "$(at 2)" "${ssl[@]}" ssl.truststore.type=PEM "ssl.truststore.certificates=@$D/broker.pem"
expect "TLS 1.2" "ok 1 nodes" "$(at 2)" "${ssl[@]}" "${trust[@]}" ssl.enabled.protocols=TLSv1.2
expect "TLS 1.2, one cipher suite" "ok 1 nodes" "$(at 2)" "${ssl[@]}" "${trust[@]}" ssl.enabled.protocols=TLSv1.2 ssl.cipher.suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
expect "TLS 1.3, one cipher suite" "ok 1 nodes" "$(at 2)" "${ssl[@]}" "${trust[@]}" ssl.enabled.protocols=TLSv1.3 ssl.cipher.suites=TLS_AES_256_GCM_SHA384
expect "a host that only the common name names" "ok 1 nodes" "$(at 5)" "${ssl[@]}" "${trust[@]}"
for store in "jks JKS key-secret" "p12 PKCS12 store-secret"; do
  read -r suffix kind key <<< "$store"
  expect "TLS, a client's key in $kind" "ok 1 nodes" "$(at 3)" "${ssl[@]}" "${trust[@]}" ssl.keystore.type="$kind" \
    ssl.keystore.location="$D/client.$suffix" ssl.keystore.password=store-secret ssl.key.password="$key"
done
expect "TLS, a client's key in PEM, encrypted" "ok 1 nodes" "$(at 3)" "${ssl[@]}" "${trust[@]}" ssl.keystore.type=PEM ssl.keystore.location="$D/client.both.pem" ssl.key.password=key-secret
expect "TLS, a client's key in the settings" "ok 1 nodes" "$(at 3)" "${ssl[@]}" "${trust[@]}" ssl.keystore.type=PEM "ssl.keystore.key=@$D/client.key" "ssl.keystore.certificate.chain=@$D/client.pem"
expect "TLS 1.2, a client's key" "ok 1 nodes" "$(at 3)" "${ssl[@]}" "${trust[@]}" ssl.enabled.protocols=TLSv1.2 ssl.keystore.location="$D/client.p12" ssl.keystore.password=store-secret

# -- SASL
user() { echo "sasl.jaas.config=$module.$1LoginModule required username=\"$2\" password=\"$3\";"; }
plain=(sasl.mechanism=PLAIN "$(user plain.Plain alice alice-secret)")
for protocol in "6 SASL_PLAINTEXT" "7 SASL_SSL"; do
  read -r offset protocol <<< "$protocol"
  sasl=("$(at "$offset")" "security.protocol=$protocol"); [ "$protocol" = SASL_PLAINTEXT ] || sasl+=("${trust[@]}")
  expect "$protocol, PLAIN" "ok 1 nodes" "${sasl[@]}" "${plain[@]}"
  for hash in 256 512; do
    expect "$protocol, SCRAM-SHA-$hash" "ok 1 nodes" "${sasl[@]}" "sasl.mechanism=SCRAM-SHA-$hash" "$(user scram.Scram al=ice, scram-secret)"
  done
  expect "$protocol, OAUTHBEARER" "ok 1 nodes" "${sasl[@]}" sasl.mechanism=OAUTHBEARER "sasl.jaas.config=$module.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"alice\";"
done
# Sessions end after three seconds: a connection that lives longer has authenticated again, and no request was lost.
export HOLD_SECONDS=8
expect "SCRAM again and again on a living connection" "ok 1 nodes" "$(at 7)" security.protocol=SASL_SSL "${trust[@]}" sasl.mechanism=SCRAM-SHA-512 "$(user scram.Scram al=ice, scram-secret)"
unset HOLD_SECONDS

# -- what is said when something is wrong
wrong=(ssl.truststore.location="$D/trust.jks" ssl.truststore.password=wrong)
expect "said: wrong password of a JKS" "ssl.truststore.password is wrong" "$(at 2)" "${ssl[@]}" "${wrong[@]}"
expect "said: wrong password of a PKCS12" "ssl.keystore.password is wrong" "$(at 3)" "${ssl[@]}" "${trust[@]}" ssl.keystore.location="$D/client.p12" ssl.keystore.password=wrong
expect "said: wrong password of a key" "ssl.key.password is wrong" "$(at 3)" "${ssl[@]}" "${trust[@]}" ssl.keystore.type=PEM ssl.keystore.location="$D/client.both.pem" ssl.key.password=wrong
expect "said: no such file" "No such file" "$(at 2)" "${ssl[@]}" ssl.truststore.location=/nowhere.jks
expect "said: a PEM that is not called so" "set its type to PEM" "$(at 2)" "${ssl[@]}" ssl.truststore.location="$D/ca.pem"
expect "said: another authority" "vouches for its certificate" "$(at 2)" "${ssl[@]}" ssl.truststore.type=PEM ssl.truststore.location="$D/other.pem"
expect "said: another host" "its certificate is for localhost, not for 127.0.0.1" "bootstrap.servers=127.0.0.1:$((port + 2))" "${ssl[@]}" "${trust[@]}"
expect "names are not compared if nobody wants it" "ok 1 nodes" "bootstrap.servers=127.0.0.1:$((port + 2))" "${ssl[@]}" "${trust[@]}" ssl.endpoint.identification.algorithm=
expect "said: an expired certificate" "has expired" "$(at 4)" "${ssl[@]}" "${trust[@]}"
expect "said: TLS to a port without" "check that the port is a listener with TLS" "bootstrap.servers=localhost:$((port))" "${ssl[@]}" "${trust[@]}"
expect "said: no TLS to a port with" "answered in TLS" "$(at 2)"
expect "said: the broker wants a certificate" "ssl.keystore.location" "$(at 3)" "${ssl[@]}" "${trust[@]}"
expect "said: the broker wants a certificate, TLS 1.2" "ssl.keystore.location" "$(at 3)" "${ssl[@]}" "${trust[@]}" ssl.enabled.protocols=TLSv1.2
for mechanism in "PLAIN plain.Plain alice" "SCRAM-SHA-256 scram.Scram al=ice," "SCRAM-SHA-512 scram.Scram nobody"; do
  read -r mechanism class name <<< "$mechanism"
  expect "said: wrong password, $mechanism" "SASL_AUTHENTICATION_FAILED" "$(at 6)" security.protocol=SASL_PLAINTEXT "sasl.mechanism=$mechanism" "$(user "$class" "$name" wrong)"
done
expect "said: a mechanism that is not offered" "(Kerberos, Java's default, is not there)" "$(at 6)" security.protocol=SASL_PLAINTEXT
expect "said: a login module that does not fit" "does not fit sasl.mechanism" "$(at 6)" security.protocol=SASL_PLAINTEXT sasl.mechanism=PLAIN "$(user scram.Scram a b)"
expect "said: a JAAS text without its end" "not terminated by semi-colon" "$(at 6)" security.protocol=SASL_PLAINTEXT sasl.mechanism=PLAIN "sasl.jaas.config=x required password=jaas-secret"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
