#!/usr/bin/env bash
# Writes the stores of this directory with keytool and openssl: what the readers of keystores are tested against.
# Run in an empty directory; the keys are for tests alone, and everybody knows them.
set -euo pipefail
days=36500
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days $days -subj '/CN=Test CA' -addext basicConstraints=critical,CA:true 2> /dev/null
openssl ecparam -name prime256v1 -genkey -noout -out server.sec1.pem
openssl pkcs8 -topk8 -nocrypt -in server.sec1.pem -out server.key.pem
openssl req -new -key server.key.pem -subj '/CN=broker' -out server.csr
sign() { openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile <(printf '%s' "$2") -out "$1" 2> /dev/null "${@:3}"; }
sign server.pem 'subjectAltName=DNS:broker,DNS:*.brokers.test,IP:127.0.0.1' -days $days
sign unnamed.pem 'keyUsage=digitalSignature' -days $days
sign expired.pem 'subjectAltName=DNS:broker' -days -1
cat server.pem ca.pem > chain.pem
# Keys under a password: what openssl writes now, and what it wrote long ago.
openssl pkcs8 -topk8 -in server.key.pem -passout pass:key-secret -v2 aes-256-cbc -out server.aes256.pem
openssl pkcs8 -topk8 -in server.key.pem -passout pass:key-secret -v2 aes-128-cbc -v2prf hmacWithSHA1 -out server.aes128.pem
openssl pkcs8 -topk8 -in server.key.pem -passout pass:key-secret -v1 PBE-SHA1-3DES -out server.3des.pem
# PKCS12 of openssl, now and long ago.
openssl pkcs12 -export -inkey server.key.pem -in server.pem -certfile ca.pem -name server -passout pass:store-secret -out openssl.p12
openssl pkcs12 -export -legacy -inkey server.key.pem -in server.pem -certfile ca.pem -name server -passout pass:store-secret -out openssl-legacy.p12
openssl pkcs12 -export -nokeys -in ca.pem -passout pass:store-secret -out openssl-trust.p12
# keytool: JKS and PKCS12, now and long ago.
k() { keytool "$@" > /dev/null 2>&1; }
k -importcert -noprompt -alias ca -file ca.pem -keystore trust.jks -storetype JKS -storepass store-secret
k -importcert -noprompt -alias ca -file ca.pem -keystore trust.p12 -storepass store-secret
k -J-Dkeystore.pkcs12.legacy -importcert -noprompt -alias ca -file ca.pem -keystore trust-legacy.p12 -storepass store-secret
k -importkeystore -srckeystore openssl.p12 -srcstorepass store-secret -destkeystore key.jks -deststoretype JKS -deststorepass store-secret -srcalias server -srckeypass store-secret -destkeypass key-secret
k -importkeystore -srckeystore openssl.p12 -srcstorepass store-secret -destkeystore key.p12 -deststorepass store-secret
k -J-Dkeystore.pkcs12.legacy -importkeystore -srckeystore openssl.p12 -srcstorepass store-secret -destkeystore key-legacy.p12 -deststorepass store-secret
k -genseckey -alias s -keyalg AES -keysize 128 -keystore secret.jceks -storetype JCEKS -storepass store-secret -keypass store-secret
rm -f server.csr ca.srl
