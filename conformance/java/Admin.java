import java.util.*;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** Every admin call of first light by the Java AdminClient: {@code Admin BOOTSTRAP}. */
final class Admin {
    private static org.apache.kafka.clients.admin.Admin admin;
    private static final String RUN = "java-admin-" + System.currentTimeMillis();

    public static void main(String[] args) throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", args[0]);
        settings.put("default.api.timeout.ms", "15000");
        settings.put("request.timeout.ms", "10000");
        admin = org.apache.kafka.clients.admin.Admin.create(settings);
        Checks.run("cluster", Admin::cluster);
        Checks.run("topics", Admin::topics);
        Checks.run("partitions", Admin::partitions);
        Checks.run("topic settings", Admin::topicSettings);
        Checks.run("broker settings", Admin::brokerSettings);
        Checks.run("offsets and deleted records", Admin::offsets);
        Checks.run("log dirs", Admin::logDirs);
        Checks.run("quorum and features", Admin::quorum);
        Checks.run("clean up", () -> admin.deleteTopics(
            admin.listTopics().names().get().stream().filter(n -> n.startsWith(RUN)).toList()).all().get());
        Checks.finish();
    }

    private static void create(String name, int partitions, Map<String, String> configs) throws Exception {
        admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(configs))).all().get();
        for (int tries = 0; tries < 100; tries++) { // a created topic may take a moment to be led everywhere
            try {
                Map<TopicPartition, OffsetSpec> ask = new HashMap<>();
                for (int p = 0; p < partitions; p++) ask.put(new TopicPartition(name, p), OffsetSpec.latest());
                admin.listOffsets(ask).all().get();
                return;
            } catch (Exception notYet) {
                Thread.sleep(20);
            }
        }
    }

    private static void cluster() throws Exception {
        DescribeClusterResult cluster = admin.describeCluster();
        Checks.equal("cluster id has 22 characters", cluster.clusterId().get().length(), 22);
        Checks.equal("one node", cluster.nodes().get().size(), 1);
        Checks.equal("node 1", cluster.nodes().get().iterator().next().id(), 1);
        Checks.equal("the controller is node 1", cluster.controller().get().id(), 1);
    }

    private static void topics() throws Exception {
        String a = RUN + "-a", b = RUN + "-b";
        CreateTopicsResult made = admin.createTopics(List.of(
            new NewTopic(a, 3, (short) 1).configs(Map.of("retention.ms", "12345")), new NewTopic(b, Optional.empty(), Optional.empty())));
        made.all().get();
        Checks.equal("create answers the partitions", made.numPartitions(a).get(), 3);
        Checks.equal("create answers the factor", made.replicationFactor(a).get(), 1);
        Checks.equal("create answers the settings", made.config(a).get().get("retention.ms").value(), "12345");
        Checks.equal("create without counts takes the default", made.numPartitions(b).get(), 1);
        Checks.becomes("list has both", true, () -> admin.listTopics().names().get().containsAll(Set.of(a, b)));
        Checks.becomes("describe finds it", 3, () -> partitionsOf(a));
        TopicDescription described = admin.describeTopics(List.of(a)).allTopicNames().get().get(a);
        Checks.equal("describe: id as answered at creation", described.topicId(), made.topicId(a).get());
        Checks.equal("describe: partitions in order",
            described.partitions().stream().map(p -> p.partition()).toList(), List.of(0, 1, 2));
        Checks.check("describe: leader, replicas and ISR are node 1", described.partitions().stream().allMatch(
            p -> p.leader().id() == 1 && p.replicas().size() == 1 && p.isr().size() == 1), described);
        Checks.check("not internal", !described.isInternal(), described);
        var byId = admin.describeTopics(TopicCollection.ofTopicIds(List.of(described.topicId()))).allTopicIds().get();
        Checks.equal("describe by id", byId.get(described.topicId()).name(), a);
        Checks.fails("create what exists", "TopicExistsException", () -> admin.createTopics(List.of(new NewTopic(a, 1, (short) 1))).all().get());
        Checks.fails("create with an illegal name", "InvalidTopicException", () -> admin.createTopics(List.of(new NewTopic("a b", 1, (short) 1))).all().get());
        Checks.fails("create with too many replicas", "InvalidReplicationFactorException", () -> admin.createTopics(List.of(new NewTopic(RUN + "-c", 1, (short) 3))).all().get());
        Checks.fails("create with a bad setting", "InvalidConfigurationException", () -> admin.createTopics(List.of(
            new NewTopic(RUN + "-c", 1, (short) 1).configs(Map.of("retention.ms", "soon")))).all().get());
        admin.createTopics(List.of(new NewTopic(RUN + "-v", 2, (short) 1)), new CreateTopicsOptions().validateOnly(true)).all().get();
        Checks.check("validate only creates nothing", !admin.listTopics().names().get().contains(RUN + "-v"), "it is there");
        admin.createTopics(List.of(new NewTopic(RUN + "-m", Map.of(0, List.of(1), 1, List.of(1))))).all().get();
        Checks.becomes("create with an assignment", 2, () -> partitionsOf(RUN + "-m"));
        admin.deleteTopics(List.of(b)).all().get();
        Checks.becomes("a deleted topic is gone", "UnknownTopicOrPartitionException", () -> admin.describeTopics(List.of(b)).allTopicNames().get());
        Checks.fails("delete what is not there", "UnknownTopicOrPartitionException", () -> admin.deleteTopics(List.of(b)).all().get());
        admin.deleteTopics(TopicCollection.ofTopicIds(List.of(described.topicId()))).all().get();
        Checks.becomes("delete by id", false, () -> admin.listTopics().names().get().contains(a));
        admin.createTopics(List.of(new NewTopic(a, 1, (short) 1))).all().get();
        Checks.becomes("a topic made again has another id", false,
            () -> admin.describeTopics(List.of(a)).allTopicNames().get().get(a).topicId().equals(described.topicId()));
    }

    private static int partitionsOf(String name) throws Exception {
        return admin.describeTopics(List.of(name)).allTopicNames().get().get(name).partitions().size();
    }

    private static void partitions() throws Exception {
        String name = RUN + "-grow";
        create(name, 1, Map.of());
        admin.createPartitions(Map.of(name, NewPartitions.increaseTo(4))).all().get();
        Checks.becomes("grow to 4", 4, () -> partitionsOf(name));
        Checks.fails("shrink", "InvalidPartitionsException", () -> admin.createPartitions(Map.of(name, NewPartitions.increaseTo(2))).all().get());
        Checks.fails("grow what is not there", "UnknownTopicOrPartitionException",
            () -> admin.createPartitions(Map.of(RUN + "-none", NewPartitions.increaseTo(2))).all().get());
        admin.createPartitions(Map.of(name, NewPartitions.increaseTo(9)), new CreatePartitionsOptions().validateOnly(true)).all().get();
        Checks.equal("validate only grows nothing", partitionsOf(name), 4);
    }

    private static ConfigEntry setting(ConfigResource where, String key) throws Exception {
        return admin.describeConfigs(List.of(where), new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true))
            .all().get().get(where).get(key);
    }

    private static void alter(ConfigResource where, AlterConfigOp.OpType how, String key, String value) throws Exception {
        admin.incrementalAlterConfigs(Map.of(where, List.of(new AlterConfigOp(new ConfigEntry(key, value), how)))).all().get();
    }

    private static void topicSettings() throws Exception {
        String name = RUN + "-settings";
        create(name, 1, Map.of("cleanup.policy", "compact"));
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, name);
        Config all = admin.describeConfigs(List.of(topic)).all().get().get(topic);
        long kafkas = all.entries().stream().filter(entry -> !entry.name().startsWith("ottla.")).count();
        Checks.equal("37 settings of a topic are shown, besides ottla's own", kafkas, 37L);
        ConfigEntry policy = setting(topic, "cleanup.policy"), retention = setting(topic, "retention.ms");
        Checks.equal("a set one comes from the topic", policy.source(), ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
        Checks.equal("its synonyms end in the default", policy.synonyms().stream().map(s -> s.name() + "=" + s.value()).toList(),
            List.of("cleanup.policy=compact", "log.cleanup.policy=delete"));
        Checks.equal("one that is not set is a default", retention.source(), ConfigEntry.ConfigSource.DEFAULT_CONFIG);
        Checks.equal("with its value", retention.value(), "604800000");
        Checks.equal("with its type", retention.type(), ConfigEntry.ConfigType.LONG);
        Checks.check("with a text that says what it is", retention.documentation() != null && retention.documentation().length() > 20, retention.documentation());
        Map<String, String> defaults = all.entries().stream().filter(e -> e.source() == ConfigEntry.ConfigSource.DEFAULT_CONFIG)
            .collect(Collectors.toMap(ConfigEntry::name, e -> String.valueOf(e.value())));
        Map<String, String> some = Map.of("segment.bytes", "1073741824", "max.message.bytes", "1048588", "compression.type", "producer",
            "message.timestamp.type", "CreateTime", "flush.ms", "9223372036854775807", "index.interval.bytes", "4096",
            "unclean.leader.election.enable", "false", "min.cleanable.dirty.ratio", "0.5", "max.decompressed.message.bytes", "2147483639");
        some.forEach((key, value) -> Checks.equal("default of " + key, defaults.get(key), value));
        alter(topic, AlterConfigOp.OpType.SET, "retention.ms", "777");
        Checks.becomes("set", "777", () -> setting(topic, "retention.ms").value());
        alter(topic, AlterConfigOp.OpType.APPEND, "cleanup.policy", "delete");
        Checks.becomes("append", Set.of("compact", "delete"), () -> Set.of(setting(topic, "cleanup.policy").value().split(",")));
        alter(topic, AlterConfigOp.OpType.SUBTRACT, "cleanup.policy", "compact");
        Checks.becomes("subtract", "delete", () -> setting(topic, "cleanup.policy").value());
        alter(topic, AlterConfigOp.OpType.DELETE, "retention.ms", "");
        Checks.becomes("delete goes back to the default", "604800000", () -> setting(topic, "retention.ms").value());
        for (String[] bad : new String[][] {{"retention.ms", "soon"}, {"segment.bytes", "12"}, {"cleanup.policy", "shred"}, {"no.such.setting", "1"}})
            Checks.fails("refuses " + bad[0] + "=" + bad[1], "InvalidConfigurationException", () -> {
                alter(topic, AlterConfigOp.OpType.SET, bad[0], bad[1]);
                return null;
            });
        Checks.fails("settings of an unknown topic", "UnknownTopicOrPartitionException",
            () -> setting(new ConfigResource(ConfigResource.Type.TOPIC, RUN + "-none"), "retention.ms"));
    }

    private static void brokerSettings() throws Exception {
        ConfigResource one = new ConfigResource(ConfigResource.Type.BROKER, "1"), every = new ConfigResource(ConfigResource.Type.BROKER, "");
        Checks.equal("node.id", setting(one, "node.id").value(), "1");
        Checks.check("node.id may not be changed", setting(one, "node.id").isReadOnly(), "it may");
        Checks.equal("a default", setting(one, "log.segment.bytes").value(), "1073741824");
        Checks.equal("by default from nowhere", setting(one, "log.retention.ms").value(), null);
        alter(every, AlterConfigOp.OpType.SET, "log.retention.ms", "5555");
        Checks.becomes("set for every broker", "5555", () -> setting(every, "log.retention.ms").value());
        Checks.becomes("seen by broker 1", "5555", () -> setting(one, "log.retention.ms").value());
        Checks.equal("and where it comes from", setting(one, "log.retention.ms").source(), ConfigEntry.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
        alter(one, AlterConfigOp.OpType.SET, "log.retention.ms", "4444");
        Checks.becomes("broker 1's own goes first", List.of("4444", "5555"),
            () -> setting(one, "log.retention.ms").synonyms().stream().limit(2).map(s -> s.value()).toList());
        String name = RUN + "-inherits";
        create(name, 1, Map.of());
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, name);
        Checks.becomes("a topic inherits it", "4444", () -> setting(topic, "retention.ms").value());
        Checks.equal("and says from where", setting(topic, "retention.ms").source(), ConfigEntry.ConfigSource.DYNAMIC_BROKER_CONFIG);
        alter(one, AlterConfigOp.OpType.DELETE, "log.retention.ms", "");
        alter(every, AlterConfigOp.OpType.DELETE, "log.retention.ms", "");
        Checks.becomes("and loses it again", "604800000", () -> setting(topic, "retention.ms").value());
        Checks.fails("a read-only setting", "InvalidRequestException", () -> {
            alter(one, AlterConfigOp.OpType.SET, "log.dirs", "/tmp/x");
            return null;
        });
    }

    private static void offsets() throws Exception {
        String name = RUN + "-offsets";
        create(name, 1, Map.of());
        TopicPartition where = new TopicPartition(name, 0);
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap());
        settings.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        settings.put("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        long begun = System.currentTimeMillis() - 10_000;
        try (var producer = new org.apache.kafka.clients.producer.KafkaProducer<String, String>(settings)) {
            long[] times = {begun, begun + 2000, begun + 1000};
            for (long time : times)
                producer.send(new org.apache.kafka.clients.producer.ProducerRecord<>(name, 0, time, "k", "v")).get();
        }
        Checks.equal("earliest", listed(where, OffsetSpec.earliest()), 0L);
        Checks.equal("latest", listed(where, OffsetSpec.latest()), 3L);
        Checks.equal("of the largest timestamp", listed(where, OffsetSpec.maxTimestamp()), 1L);
        Checks.equal("by a timestamp", listed(where, OffsetSpec.forTimestamp(begun + 500)), 1L);
        Checks.equal("by one ahead of all", listed(where, OffsetSpec.forTimestamp(begun + 3000)), -1L);
        Checks.equal("earliest local", listed(where, OffsetSpec.earliestLocal()), 0L);
        Checks.equal("delete records before 2", admin.deleteRecords(Map.of(where, RecordsToDelete.beforeOffset(2))).lowWatermarks().get(where).get().lowWatermark(), 2L);
        Checks.equal("earliest moved", listed(where, OffsetSpec.earliest()), 2L);
        Checks.fails("delete beyond the end", "OffsetOutOfRangeException", () -> admin.deleteRecords(Map.of(where, RecordsToDelete.beforeOffset(9))).all().get());
        Checks.equal("delete all", admin.deleteRecords(Map.of(where, RecordsToDelete.beforeOffset(-1))).lowWatermarks().get(where).get().lowWatermark(), 3L);
    }

    private static String bootstrap() throws Exception {
        var node = admin.describeCluster().nodes().get().iterator().next();
        return node.host() + ":" + node.port();
    }

    private static long listed(TopicPartition where, OffsetSpec spec) throws Exception {
        return admin.listOffsets(Map.of(where, spec)).partitionResult(where).get(10, TimeUnit.SECONDS).offset();
    }

    private static void logDirs() throws Exception {
        String name = RUN + "-dirs";
        create(name, 2, Map.of());
        Map<String, LogDirDescription> dirs = admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1);
        Checks.equal("one directory", dirs.size(), 1);
        LogDirDescription dir = dirs.values().iterator().next();
        Checks.check("without an error", dir.error() == null, dir.error());
        Checks.check("with both replicas", dir.replicaInfos().containsKey(new TopicPartition(name, 1)), dir.replicaInfos().keySet());
        Checks.check("with the volume's size", dir.totalBytes().orElse(0) > 0 && dir.usableBytes().orElse(0) > 0, dir);
        Checks.check("not cordoned", !dir.isCordoned(), dir);
    }

    private static void quorum() throws Exception {
        QuorumInfo quorum = admin.describeMetadataQuorum().quorumInfo().get();
        Checks.equal("the quorum's leader", quorum.leaderId(), 1);
        Checks.equal("its voters", quorum.voters().stream().map(v -> v.replicaId()).toList(), List.of(1));
        Checks.check("its high watermark", quorum.highWatermark() > 0, quorum);
        FeatureMetadata features = admin.describeFeatures().featureMetadata().get();
        Checks.equal("metadata.version is 4.4-IV2", features.finalizedFeatures().get("metadata.version").maxVersionLevel(), (short) 33);
        Checks.check("kraft.version is known", features.supportedFeatures().containsKey("kraft.version"), features);
        admin.updateFeatures(Map.of("metadata.version", new FeatureUpdate((short) 33, FeatureUpdate.UpgradeType.UPGRADE)),
            new UpdateFeaturesOptions().validateOnly(true)).all().get();
        Checks.check("update features to what they are", true, "");
        Checks.fails("update features to what is not known", "InvalidUpdateVersionException", () -> admin.updateFeatures(
            Map.of("metadata.version", new FeatureUpdate((short) 99, FeatureUpdate.UpgradeType.UPGRADE)), new UpdateFeaturesOptions()).all().get());
    }
}
