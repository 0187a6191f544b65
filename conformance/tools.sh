#!/usr/bin/env bash
# Kafka's own command-line tools, each once, their output compared by shape: `tools.sh BOOTSTRAP`.
set -u
here=$(cd "$(dirname "$0")" && pwd) && . "$here/checks.sh" && . "$here/node.sh"
B=$1
T=tools-$(date +%s%N)
D=$(mktemp -d); trap '[ "$BASHPID" != $$ ] || rm -rf "$D"' EXIT
peer install

topics() { tool org.apache.kafka.tools.TopicCommand --bootstrap-server "$B" "$@" 2>&1; }
configs() { tool kafka.admin.ConfigCommand --bootstrap-server "$B" "$@" 2>&1; }
offsets() { tool org.apache.kafka.tools.GetOffsetShell --bootstrap-server "$B" "$@" 2>&1; }
# What differs from run to run: the topic's name, ids, log lines of the client.
shape() { sed -E "s/$T/T/g; s/TopicId: [A-Za-z0-9_-]{22}/TopicId: ID/; /^\[20/d; /^[[:space:]]+at /d"; }

# Topics.
same "topics --create" "$(topics --create --topic "$T" --partitions 2 --replication-factor 1 --config retention.ms=3600000 | shape)" "Created topic T."
eventually 5 sh -c "kcat -b $B -L -t $T | grep -q 'partition 1, leader 1'"
has "topics --create of what exists" "$(topics --create --topic "$T" | shape)" "^Error while executing topic command : Topic 'T' already exists\.$"
has "topics --list" "$(topics --list)" "^$T$"
same "topics --describe" "$(topics --describe --topic "$T" | shape | sed -E 's/,?min\.insync\.replicas=1,?//; s/[[:space:]]+$//; s/Elr: N\/A/Elr:/; s/LastKnownElr: N\/A/LastKnownElr:/; s/Elr: \t/Elr:\t/')" \
  "$(printf 'Topic: T\tTopicId: ID\tPartitionCount: 2\tReplicationFactor: 1\tConfigs: retention.ms=3600000\n\tTopic: T\tPartition: %s\tLeader: 1\tReplicas: 1\tIsr: 1\tElr:\tLastKnownElr:' 0 | cat; printf '\n\tTopic: T\tPartition: 1\tLeader: 1\tReplicas: 1\tIsr: 1\tElr:\tLastKnownElr:')"
same "topics --alter --partitions" "$(topics --alter --topic "$T" --partitions 3 | shape)" ""
eventually 5 sh -c "kcat -b $B -L -t $T | grep -q 'partition 2, leader 1'"
has "topics --alter to fewer" "$(topics --alter --topic "$T" --partitions 1 | shape)" "currently has 3 partition\(s\); 1 would not be an increase"
same "topics --describe --under-replicated-partitions" "$(topics --describe --under-replicated-partitions | shape)" ""
has "topics --describe --topics-with-overrides" "$(topics --describe --topics-with-overrides | shape)" "^Topic: T[[:space:]].*retention.ms=3600000"
has "topics --describe of what is not there" "$(topics --describe --topic "$T-none")" "does not exist as expected"

# Records through the console tools; the producer is idempotent by default.
printf 'k1:one\nk2:two\nk3:null\n' | tool org.apache.kafka.tools.ConsoleProducer --bootstrap-server "$B" --topic "$T-records" \
  --reader-property parse.key=true --reader-property key.separator=: --reader-property null.marker=null > "$D/out" 2>&1
check "console producer" sh -c "! grep -q ERROR $D/out"
read_console() {
  tool org.apache.kafka.tools.consumer.ConsoleConsumer --bootstrap-server "$B" --topic "$T-records" --partition 0 "$@" \
    --formatter-property print.key=true --formatter-property print.offset=true --formatter-property print.partition=true 2> "$D/err"
}
same "console consumer --offset earliest" "$(read_console --offset earliest --max-messages 3)" \
  "$(printf 'Partition:0\tOffset:%s\t%s\n' 0 $'k1\tone' 1 $'k2\ttwo' 2 $'k3\tnull')"
has "and how many it processed" "$(cat "$D/err")" "Processed a total of 3 messages"
same "console consumer --offset 1" "$(read_console --offset 1 --max-messages 1)" $'Partition:0\tOffset:1\tk2\ttwo'
same "console consumer at the end times out with nothing" "$(read_console --offset latest --timeout-ms 1500)" ""

# Offsets.
same "get-offsets" "$(offsets --topic "$T-records")" "$T-records:0:3"
same "get-offsets --time earliest" "$(offsets --topic "$T-records" --time earliest)" "$T-records:0:0"
same "get-offsets --time max-timestamp" "$(offsets --topic "$T-records" --time max-timestamp | sed -E 's/:[0-2]$/:0-2/')" "$T-records:0:0-2"
same "get-offsets --time in milliseconds" "$(offsets --topic "$T-records" --time 1000)" "$T-records:0:0"
same "get-offsets of several partitions" "$(offsets --topic-partitions "$T:0-3" | shape)" $'T:0:0\nT:1:0\nT:2:0'
printf '{"version":1,"partitions":[{"topic":"%s","partition":0,"offset":2}]}' "$T-records" > "$D/delete.json"
same "delete-records" "$(tool org.apache.kafka.tools.DeleteRecordsCommand --bootstrap-server "$B" --offset-json-file "$D/delete.json" 2>&1 | shape)" \
  $'Executing records delete operation\nRecords delete operation completed:\npartition: T-records-0\tlow_watermark: 2'
same "get-offsets afterwards" "$(offsets --topic "$T-records" --time earliest)" "$T-records:0:2"

# Settings.
same "configs --describe of a topic" "$(configs --describe --entity-type topics --entity-name "$T" | shape)" \
  $'Dynamic configs for topic T are:\n  retention.ms=3600000 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=3600000}'
same "configs --alter --add-config" "$(configs --alter --entity-type topics --entity-name "$T" --add-config 'cleanup.policy=[compact,delete],segment.ms=60000' | shape)" "Completed updating config for topic T."
has "configs --describe --all" "$(configs --describe --all --topic "$T" | shape)" "^  cleanup.policy=compact,delete sensitive=false synonyms=\{DYNAMIC_TOPIC_CONFIG:cleanup.policy=compact,delete, DEFAULT_CONFIG:log.cleanup.policy=delete\}$"
same "configs --alter --delete-config" "$(configs --alter --topic "$T" --delete-config cleanup.policy,retention.ms | shape)" "Completed updating config for topic T."
has "configs with a bad value" "$(configs --alter --topic "$T" --add-config retention.ms=soon | shape)" "InvalidConfigurationException: Invalid value soon for configuration retention.ms: Not a number of type LONG"
has "configs with an unknown name" "$(configs --alter --topic "$T" --add-config no.such.setting=1 | shape)" "InvalidConfigurationException: Unknown topic config name: no.such.setting"
same "configs of broker 1" "$(configs --alter --broker 1 --add-config log.cleaner.threads=2 | shape)" "Completed updating config for broker 1."
has "configs of broker 1 described" "$(configs --describe --broker 1)" "^  log.cleaner.threads=2 sensitive=false synonyms=\{DYNAMIC_BROKER_CONFIG:log.cleaner.threads=2, DEFAULT_CONFIG:log.cleaner.threads=1\}$"
same "configs of broker 1 taken back" "$(configs --alter --broker 1 --delete-config log.cleaner.threads | shape)" "Completed updating config for broker 1."
same "configs of every broker" "$(configs --alter --broker-defaults --add-config log.retention.ms=7200000 | shape)" "Completed updating default config for brokers in the cluster."
has "configs of every broker described" "$(configs --describe --broker-defaults)" "^  log.retention.ms=7200000 sensitive=false synonyms=\{DYNAMIC_DEFAULT_BROKER_CONFIG:log.retention.ms=7200000\}$"
same "configs of every broker taken back" "$(configs --alter --broker-defaults --delete-config log.retention.ms | shape)" "Completed updating default config for brokers in the cluster."
has "configs: a setting that cannot change at run time" "$(configs --alter --broker 1 --add-config log.dirs=/tmp/x)" "Cannot update these configs dynamically: \[log.dirs\]"

# The node and its cluster.
has "log-dirs" "$(tool org.apache.kafka.tools.LogDirsCommand --bootstrap-server "$B" --describe --topic-list "$T-records" 2>&1)" \
  "^\{\"brokers\":\[\{\"broker\":1,\"logDirs\":\[\{\"partitions\":\[\{\"partition\":\"$T-records-0\",\"size\":[0-9]+,\"offsetLag\":0,\"isFuture\":false\}\],\"error\":null,\"logDir\":\"/[^\"]+\"\}\]\}\],\"version\":1\}$"
versions=$(tool org.apache.kafka.tools.BrokerApiVersionsCommand --bootstrap-server "$B" 2>&1)
has "broker-api-versions names the node" "$versions" "^[^ ]+:[0-9]+ \(id: 1 rack: null isFenced: false\) -> \($"
# Every key that is advertised has the range of Apache Kafka 4.4; those that are not served yet are not advertised.
wrong=0
while read -r key low high; do
  line=$(printf '%s\n' "$versions" | grep -F "($key):" | grep -v UNSUPPORTED) || continue
  printf '%s\n' "$line" | grep -qE "\($key\): $low( to $high)?([ ,]|$)" || { wrong=$((wrong + 1)); echo "        $line (want $low to $high)"; }
done < "$here/api_versions.txt"
same "broker-api-versions: the ranges of Apache Kafka 4.4" "$wrong" 0
served=" $(printf '%s\n' "$versions" | grep -v UNSUPPORTED | grep -oE '\([0-9]+\):' | tr -d '():' | tr '\n' ' ')"
missing=; for key in 0 1 2 3 18 19 20 21 22 23 32 33 35 37 44 55 57 60 75; do [[ $served == *" $key "* ]] || missing+="$key "; done
same "broker-api-versions: every key of first light" "$missing" ""
has "cluster cluster-id" "$(tool org.apache.kafka.tools.ClusterTool cluster-id --bootstrap-server "$B" 2>&1)" "^Cluster ID: [A-Za-z0-9_-]{22}$"
has "cluster list-endpoints" "$(tool org.apache.kafka.tools.ClusterTool list-endpoints --bootstrap-server "$B" 2>&1)" "^1 +127\.0\.0\.1 +${B##*:} +null +unfenced +broker"
status=$(tool org.apache.kafka.tools.MetadataQuorumCommand --bootstrap-server "$B" describe --status 2>&1)
same "metadata-quorum describe --status: the lines" "$(printf '%s\n' "$status" | grep -oE '^[A-Za-z]+' | tr '\n' ' ')" \
  "ClusterId LeaderId LeaderEpoch HighWatermark MaxFollowerLag MaxFollowerLagTimeMs CurrentVoters CurrentObservers "
has "metadata-quorum describe --status: the leader" "$status" "^LeaderId: +1$"
has "metadata-quorum describe --status: the voters" "$status" '^CurrentVoters: +\[\{"id": 1'
replication=$(tool org.apache.kafka.tools.MetadataQuorumCommand --bootstrap-server "$B" describe --replication 2>&1)
has "metadata-quorum describe --replication: the columns" "$replication" $'^NodeId\tDirectoryId +\tLogEndOffset\tLag\tLastFetchTimestamp\tLastCaughtUpTimestamp\tStatus'
has "metadata-quorum describe --replication: the leader" "$replication" $'^1 +\t[A-Za-z0-9_-]{22}\t[0-9]+ +\t0 .*\tLeader'
features=$(tool org.apache.kafka.tools.FeatureCommand --bootstrap-server "$B" describe 2>&1)
has "features describe: metadata.version" "$features" "^Feature: metadata.version[[:space:]]+SupportedMinVersion: [^ ]+[[:space:]]+SupportedMaxVersion: (4.4-IV2|UNKNOWN 33)[[:space:]]+FinalizedVersionLevel: (4.4-IV2|UNKNOWN 33)"
has "features describe: kraft.version" "$features" "^Feature: kraft.version[[:space:]]"

# And away.
same "topics --delete" "$(topics --delete --topic "$T-records" | shape)" ""
lacks "topics --list afterwards" "$(sleep 0.3; topics --list)" "^$T-records$"
has "topics --delete of what is not there" "$(topics --delete --topic "$T-none" | shape)" "^Error while executing topic command : Topic 'T-none' does not exist as expected$"
topics --delete --topic "$T" > "$D/out"
finish
