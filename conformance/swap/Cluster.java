import java.security.MessageDigest;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.quota.ClientQuotaFilter;

/** Everything that clients can tell of a cluster, as lines by name: equal before and after a swap. */
final class Cluster implements AutoCloseable {
    private final String bootstrap;
    final Admin admin;

    Cluster(String bootstrap) {
        this.bootstrap = bootstrap;
        this.admin = Admin.create(Map.of("bootstrap.servers", bootstrap, "default.api.timeout.ms", "30000",
            "request.timeout.ms", "10000"));
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
    }

    /** Waits until every partition is led. */
    void ready() throws Exception {
        find(OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED, List.of());
    }

    /** An offset of every partition; asks anew when a leader is not known yet. */
    private Map<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> find(OffsetSpec spec, IsolationLevel level, Collection<String> except)
            throws Exception {
        for (int tries = 0; ; tries++) {
            Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
            for (TopicPartition partition : partitions(except)) wanted.put(partition, spec);
            ListOffsetsResult found = admin.listOffsets(wanted, new ListOffsetsOptions(level).timeoutMs(4_000));
            try {
                return found.all().get();
            } catch (ExecutionException notYet) {
                if (tries < 10) continue;
                for (TopicPartition partition : wanted.keySet())
                    if (found.partitionResult(partition).isCompletedExceptionally()) System.out.println("        no offset of " + partition);
                throw notYet;
            }
        }
    }

    /** What every server can tell, without the topics named. */
    SortedMap<String, String> state(Collection<String> except) throws Exception {
        SortedMap<String, String> state = new TreeMap<>();
        state.put("cluster id", admin.describeCluster().clusterId().get());
        state.put("nodes", admin.describeCluster().nodes().get().toString());
        admin.describeFeatures().featureMetadata().get().finalizedFeatures()
            .forEach((name, range) -> state.put("feature " + name, "" + range.maxVersionLevel()));
        topics(state, except);
        configs(state);
        offsets(state, except);
        for (IsolationLevel level : IsolationLevel.values()) records(state, level, except);
        producers(state, except);
        dirs(state);
        return state;
    }

    private List<TopicPartition> partitions(Collection<String> except) throws Exception {
        Set<String> names = new TreeSet<>(admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get());
        names.removeAll(except);
        List<TopicPartition> all = new ArrayList<>();
        for (TopicDescription topic : admin.describeTopics(names).allTopicNames().get().values())
            topic.partitions().forEach(partition -> all.add(new TopicPartition(topic.name(), partition.partition())));
        return all;
    }

    private void topics(SortedMap<String, String> state, Collection<String> except) throws Exception {
        Set<String> names = new TreeSet<>(admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get());
        for (TopicDescription topic : admin.describeTopics(names).allTopicNames().get().values()) {
            state.put("topic " + topic.name(), topic.topicId() + " internal " + topic.isInternal());
            topic.partitions().forEach(partition -> state.put("partition " + topic.name() + "-" + partition.partition(),
                "leader " + partition.leader().id() + " replicas " + partition.replicas().size() + " isr " + partition.isr().size()));
        }
    }

    private void configs(SortedMap<String, String> state) throws Exception {
        List<ConfigResource> resources = new ArrayList<>();
        for (String topic : admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get())
            resources.add(new ConfigResource(ConfigResource.Type.TOPIC, topic));
        resources.add(new ConfigResource(ConfigResource.Type.BROKER, "1"));
        resources.add(new ConfigResource(ConfigResource.Type.BROKER, ""));
        admin.describeConfigs(resources).all().get().forEach((resource, config) -> config.entries().stream()
            .filter(entry -> entry.source().name().startsWith("DYNAMIC"))
            .forEach(entry -> state.put("config " + resource.type() + " " + resource.name() + " " + entry.name(),
                entry.value() + " " + entry.source())));
    }

    private void offsets(SortedMap<String, String> state, Collection<String> except) throws Exception {
        for (var spec : Map.of("earliest", OffsetSpec.earliest(), "latest", OffsetSpec.latest(), "largest", OffsetSpec.maxTimestamp(),
                "at", OffsetSpec.forTimestamp(Load.BEGUN + 500)).entrySet()) {
            find(spec.getValue(), IsolationLevel.READ_UNCOMMITTED, except).forEach((partition, found) -> {
                // A cleaner may have gone over it meanwhile.
                if (!spec.getKey().equals("at") || !partition.topic().matches("compacted|both"))
                    state.put("offset " + spec.getKey() + " " + partition, found.offset() + " " + found.timestamp());
            });
        }
        find(OffsetSpec.latest(), IsolationLevel.READ_COMMITTED, except)
            .forEach((partition, found) -> state.put("offset stable " + partition, "" + found.offset()));
    }

    private boolean isCompacted(String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return !topic.startsWith("__")
            && admin.describeConfigs(List.of(resource)).all().get().get(resource).get("cleanup.policy").value().contains("compact");
    }

    private void records(SortedMap<String, String> state, IsolationLevel level, Collection<String> except) throws Exception {
        Map<String, Boolean> compacted = new HashMap<>();
        Map<TopicPartition, MessageDigest> digests = new HashMap<>();
        Map<TopicPartition, Integer> counts = new HashMap<>();
        SortedMap<String, String> newest = new TreeMap<>();
        List<TopicPartition> partitions = partitions(except);
        for (TopicPartition partition : partitions)
            if (!compacted.containsKey(partition.topic())) compacted.put(partition.topic(), isCompacted(partition.topic()));
        read(bootstrap, level, partitions, record -> {
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            if (compacted.get(record.topic())) {
                newest.put(partition + " " + hex(record.key()), hex(record.value()));
                return;
            }
            MessageDigest digest = digests.computeIfAbsent(partition, any -> sha256());
            counts.merge(partition, 1, Integer::sum);
            digest.update((record.offset() + " " + record.timestamp() + " " + record.timestampType() + " " + record.leaderEpoch()
                + " " + hex(record.key()) + " " + hex(record.value())).getBytes());
            for (Header header : record.headers()) digest.update((header.key() + hex(header.value())).getBytes());
        });
        digests.forEach((partition, digest) ->
            state.put("records " + level + " " + partition, counts.get(partition) + " " + hex(digest.digest())));
        newest.values().removeIf(Objects::isNull);
        newest.forEach((key, value) -> state.put("newest " + level + " " + key, value));
    }

    interface Reader {
        void read(ConsumerRecord<byte[], byte[]> record);
    }

    /** Every record of these partitions, up to where they end now. */
    static void read(String bootstrap, IsolationLevel level, Collection<TopicPartition> partitions, Reader reader) {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "auto.offset.reset", "earliest",
            "enable.auto.commit", "false", "isolation.level", level.name().toLowerCase(Locale.ROOT),
            "fetch.max.wait.ms", "50", "max.poll.records", "10000",
            "key.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer",
            "value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Map<TopicPartition, Long> starts = consumer.beginningOffsets(partitions);
            Set<TopicPartition> open = partitions.stream().filter(p -> ends.get(p) > starts.get(p)).collect(Collectors.toSet());
            consumer.assign(open);
            consumer.seekToBeginning(open);
            long deadline = System.currentTimeMillis() + 60_000;
            while (!open.isEmpty()) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200)))
                    if (record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()))) reader.read(record);
                if (open.removeIf(partition -> consumer.position(partition) >= ends.get(partition))) consumer.assign(open);
                if (System.currentTimeMillis() > deadline)
                    throw new IllegalStateException("stuck at " + open.stream().limit(5)
                        .map(p -> p + "@" + consumer.position(p) + " of " + ends.get(p)).toList());
            }
        }
    }

    private void producers(SortedMap<String, String> state, Collection<String> except) throws Exception {
        admin.describeProducers(partitions(except)).all().get().forEach((partition, found) ->
            found.activeProducers().forEach(producer -> state.put("producer " + partition + " " + producer.producerId(),
                "epoch " + producer.producerEpoch() + " sequence " + producer.lastSequence() + " at " + producer.lastTimestamp()
                    + " open " + producer.currentTransactionStartOffset() + " coordinator " + producer.coordinatorEpoch())));
    }

    /** How many producers a topic knows, and of which epochs. */
    String producers(String topic) throws Exception {
        var found = admin.describeProducers(List.of(new TopicPartition(topic, 0))).partitionResult(new TopicPartition(topic, 0)).get();
        return found.activeProducers().size() + " of epoch "
            + found.activeProducers().stream().map(producer -> "" + producer.producerEpoch()).collect(Collectors.joining(" "));
    }

    private void dirs(SortedMap<String, String> state) throws Exception {
        admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1).forEach((dir, description) ->
            description.replicaInfos().keySet().forEach(partition -> state.put("dir " + partition, dir)));
    }

    /** What a server with groups, quotas, credentials and ACLs can tell besides. */
    SortedMap<String, String> stewardship(boolean hasMetrics) throws Exception {
        SortedMap<String, String> state = new TreeMap<>();
        for (String group : List.of("classic", "modern")) {
            try {
                admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get()
                    .forEach((partition, offset) -> state.put("offset of " + group + " " + partition, offset.toString()));
            } catch (ExecutionException unknown) {
                state.put("offset of " + group, unknown.getCause().getClass().getSimpleName());
            }
        }
        admin.describeUserScramCredentials().all().get().forEach((user, found) -> state.put("scram " + user, found.toString()));
        admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get()
            .forEach((entity, quotas) -> state.put("quota " + entity.entries(), new TreeMap<>(quotas).toString()));
        admin.describeAcls(AclBindingFilter.ANY).values().get().forEach(acl -> state.put("acl " + acl, ""));
        List<ConfigResource> resources = new ArrayList<>();
        if (hasMetrics) {
            resources.add(new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "metrics"));
            resources.add(new ConfigResource(ConfigResource.Type.GROUP, "modern"));
            admin.describeConfigs(resources).all().get().forEach((resource, config) -> config.entries().stream()
                .filter(entry -> entry.source().name().startsWith("DYNAMIC"))
                .forEach(entry -> state.put("config " + resource + " " + entry.name(), entry.value())));
        }
        return state;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (java.security.NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }

    private static String hex(byte[] bytes) {
        return bytes == null ? null : HexFormat.of().formatHex(bytes);
    }
}
