import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.*;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.quota.*;
import org.apache.kafka.common.resource.*;

/** What is done to a cluster in each of its lives. */
final class Load {
    static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    /** Timestamps are given, so that both servers find the same ones. */
    static final long BEGUN = System.currentTimeMillis() - 60_000;

    private final String bootstrap;
    private final Admin admin;
    private final String life;
    private long clock;

    Load(Cluster cluster, String bootstrap, int life) {
        this.bootstrap = bootstrap;
        this.admin = cluster.admin;
        this.life = "life " + life;
        this.clock = BEGUN + life * 10_000L;
    }

    /** Topics of every kind, and what is only in the metadata. */
    void create() throws Exception {
        List<NewTopic> topics = new ArrayList<>();
        for (String codec : CODECS) topics.add(topic("codec-" + codec, 1));
        topics.add(topic("many", 60));
        topics.add(topic("live", 1));
        topics.add(topic("rolled", 2, "segment.bytes", "1048576", "index.interval.bytes", "1024"));
        topics.add(topic("compacted", 2, "cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0.01",
            "segment.ms", "1000", "max.compaction.lag.ms", "2000"));
        topics.add(topic("both", 1, "cleanup.policy", "compact,delete"));
        topics.add(topic("configured", 2, "retention.ms", "3600000", "max.message.bytes", "77777", "compression.type", "zstd",
            "compression.zstd.level", "5", "message.timestamp.type", "LogAppendTime", "segment.bytes", "2097152",
            "min.insync.replicas", "1", "flush.messages", "100", "unclean.leader.election.enable", "true"));
        topics.add(topic("txn", 3));
        topics.add(topic("trimmed", 1));
        topics.add(topic("doomed", 3));
        topics.add(topic("gone", 3));
        admin.createTopics(topics).all().get();
        for (int tries = 0; ; tries++) {
            try {
                produce("gone", 0, "none", 10, 10);
                break;
            } catch (ExecutionException early) {
                if (tries == 50) throw early;
                Thread.sleep(100);
            }
        }
        remove("gone");
        alter(ConfigResource.Type.BROKER, "1", "log.cleaner.threads", "2", "background.threads", "7");
        alter(ConfigResource.Type.BROKER, "", "log.retention.ms", "86400000", "message.max.bytes", "900000");
    }

    /** What only Apache Kafka keeps alive yet, and ottla has to keep safe. */
    void steward(boolean hasMetrics) throws Exception {
        admin.alterUserScramCredentials(List.of(
            new UserScramCredentialUpsertion("alice", new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096), "secret"),
            new UserScramCredentialUpsertion("bob", new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 8192), "hush"))).all().get();
        Map<String, String> anyone = new HashMap<>();
        anyone.put(ClientQuotaEntity.USER, null);
        admin.alterClientQuotas(List.of(
            new ClientQuotaAlteration(new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, "alice", ClientQuotaEntity.CLIENT_ID, "app")),
                List.of(new ClientQuotaAlteration.Op("producer_byte_rate", 1e6), new ClientQuotaAlteration.Op("consumer_byte_rate", 12345.0))),
            new ClientQuotaAlteration(new ClientQuotaEntity(anyone), List.of(new ClientQuotaAlteration.Op("request_percentage", 200.5))),
            new ClientQuotaAlteration(new ClientQuotaEntity(Map.of(ClientQuotaEntity.IP, "10.1.2.3")),
                List.of(new ClientQuotaAlteration.Op("connection_creation_rate", 7.0))))).all().get();
        List<AclBinding> acls = new ArrayList<>();
        for (ResourceType type : List.of(ResourceType.TOPIC, ResourceType.GROUP, ResourceType.TRANSACTIONAL_ID))
            for (PatternType pattern : List.of(PatternType.LITERAL, PatternType.PREFIXED))
                acls.add(new AclBinding(new ResourcePattern(type, "some-" + pattern, pattern),
                    new AccessControlEntry("User:alice", "*", AclOperation.READ, AclPermissionType.DENY)));
        acls.add(new AclBinding(new ResourcePattern(ResourceType.CLUSTER, "kafka-cluster", PatternType.LITERAL),
            new AccessControlEntry("User:bob", "10.0.0.1", AclOperation.ALTER, AclPermissionType.ALLOW)));
        admin.createAcls(acls).all().get();
        admin.deleteAcls(List.of(acls.get(1).toFilter())).all().get();
        if (!hasMetrics) return;
        alter(ConfigResource.Type.CLIENT_METRICS, "metrics", "interval.ms", "60000", "metrics", "org.apache.kafka.producer.");
        alter(ConfigResource.Type.GROUP, "modern", "consumer.session.timeout.ms", "50000", "share.record.lock.duration.ms", "20000",
            "streams.num.standby.replicas", "1");
    }

    /** Ordinary records everywhere. */
    void produce() throws Exception {
        for (String codec : CODECS) produce("codec-" + codec, 0, codec, 300, 60);
        for (int partition = 0; partition < 60; partition += 1 + partition % 3) produce("many", partition, "lz4", 20, 30);
        for (int partition = 0; partition < 2; partition++) {
            produce("rolled", partition, "none", 150, 10_000);
            produce("rolled", partition, "zstd", 150, 10_000);
            produce("configured", partition, "gzip", 50, 40);
            produce("compacted", partition, "snappy", 200, 40);
        }
        produce("both", 0, "none", 30, 30);
        produce("trimmed", 0, "none", 100, 30);
        produce("doomed", 1, "none", 10, 10);
    }

    /** Transactions that were committed, aborted, both at once, and (in the first life) one left open. */
    void transact(boolean leaveOpen) throws Exception {
        try (KafkaProducer<byte[], byte[]> one = transactional("one"); KafkaProducer<byte[], byte[]> two = transactional("two")) {
            for (int round = 0; round < 6; round++) {
                one.beginTransaction();
                two.beginTransaction();
                for (int n = 0; n < 10; n++) {
                    for (int partition = 0; partition < 3; partition++) {
                        send(one, "txn", partition, "one " + round + " " + n);
                        if ((n + partition) % 2 == 0) send(two, "txn", partition, "two " + round + " " + n);
                    }
                }
                one.flush();
                two.flush();
                if (round % 3 == 0) one.abortTransaction(); else one.commitTransaction();
                if (round % 2 == 0) two.abortTransaction(); else two.commitTransaction();
            }
        }
        if (!leaveOpen) return;
        KafkaProducer<byte[], byte[]> open = transactional("open");
        open.beginTransaction();
        send(open, "txn", 2, "undecided");
        open.flush();
        open.close(Duration.ZERO);
        produce("txn", 2, "none", 5, 20);
    }

    /** Ends the transaction that was left open: a new incarnation of its producer aborts it. */
    void settle() {
        transactional("open").close();
    }

    /** A group of either protocol reads and commits. */
    void commit(boolean hasModern) {
        for (String group : hasModern ? List.of("classic", "modern") : List.of("classic")) {
            Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", bootstrap, "group.id", group,
                "auto.offset.reset", "earliest", "enable.auto.commit", "false",
                "group.protocol", group.equals("modern") ? "consumer" : "classic",
                "key.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer",
                "value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer"));
            try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
                consumer.subscribe(List.of("codec-none", "codec-zstd"));
                long end = System.currentTimeMillis() + 30_000;
                while (consumer.poll(Duration.ofMillis(100)).isEmpty())
                    if (System.currentTimeMillis() > end) throw new IllegalStateException("group " + group + " reads nothing");
                consumer.commitSync(Duration.ofSeconds(20));
            }
        }
    }

    /** Changes that both servers can make. */
    void change(int life) throws Exception {
        admin.createTopics(List.of(topic("born-" + life, 7, "retention.ms", "7200000"), topic("wide-" + life, 40))).all().get();
        if (life == 2) remove("doomed");
        if (life > 2) remove("wide-" + (life - 1));
        admin.createPartitions(Map.of("many", NewPartitions.increaseTo(58 + 2 * life))).all().get();
        alter(ConfigResource.Type.TOPIC, "configured", "retention.ms", "" + (3_600_000 + life), "max.message.bytes", "88888");
        alter(ConfigResource.Type.BROKER, "1", "background.threads", "" + (7 + life));
        alter(ConfigResource.Type.BROKER, "", "message.max.bytes", "" + (900_000 + life));
        admin.deleteRecords(Map.of(new TopicPartition("trimmed", 0), RecordsToDelete.beforeOffset(13L * life))).all().get();
        eventually(() -> produce("born-" + life, 3, "gzip", 25, 25));
        // What wrote a topic that was just created again: tombstones, so that fewer keys are left.
        try (KafkaProducer<byte[], byte[]> producer = producer("none")) {
            for (int key = 0; key < 10; key++)
                producer.send(new ProducerRecord<>("compacted", 0, (Long) clock++, bytes("key " + (key + 7 * life)), (byte[]) null)).get();
        }
    }

    /** Creates topics until a snapshot is there that has everything recorded until now. */
    void snapshot(Disk disk) throws Exception {
        long wanted = admin.describeMetadataQuorum().quorumInfo().get().highWatermark();
        for (int n = 0; n < 60 && disk.newestSnapshot() < wanted; n++) {
            String name = "filler-" + life.replace(' ', '-') + "-" + n;
            admin.createTopics(List.of(topic(name, 30))).all().get();
            remove(name);
            Thread.sleep(100);
        }
        if (disk.newestSnapshot() < wanted) throw new IllegalStateException("no snapshot of offset " + wanted);
    }

    /** Deletes a topic, and waits until nobody is told of it any more: Apache Kafka answers before its own broker knows. */
    private void remove(String topic) throws Exception {
        while (!admin.listTopics().names().get().contains(topic)) Thread.sleep(20);
        admin.deleteTopics(List.of(topic)).all().get();
        while (admin.listTopics().names().get().contains(topic)) Thread.sleep(20);
    }

    interface Body {
        void run() throws Exception;
    }

    private static void eventually(Body body) throws Exception {
        for (int tries = 0; ; tries++) {
            try {
                body.run();
                return;
            } catch (ExecutionException early) {
                if (tries == 50 || !(early.getCause() instanceof UnknownTopicOrPartitionException)) throw early;
                Thread.sleep(100);
            }
        }
    }

    void alter(ConfigResource.Type type, String name, String... settings) throws Exception {
        List<AlterConfigOp> changes = new ArrayList<>();
        for (int i = 0; i < settings.length; i += 2)
            changes.add(new AlterConfigOp(new ConfigEntry(settings[i], settings[i + 1]), AlterConfigOp.OpType.SET));
        admin.incrementalAlterConfigs(Map.of(new ConfigResource(type, name), changes)).all().get();
    }

    void produce(String topic, int partition, String codec, int count, int size) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = producer(codec)) {
            Random random = new Random(clock);
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int n = 0; n < count; n++) {
                byte[] filling = new byte[size];
                random.nextBytes(filling);
                String value = n % 50 == 49 ? null : life + " " + n + " " + HexFormat.of().formatHex(filling, 0, size / 2);
                ProducerRecord<byte[], byte[]> record =
                    new ProducerRecord<>(topic, partition, clock++, bytes("key " + n % 97), value == null ? null : bytes(value));
                record.headers().add("life", bytes(life));
                sent.add(producer.send(record));
            }
            producer.flush();
            for (Future<RecordMetadata> one : sent) one.get();
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, String topic, int partition, String value) {
        producer.send(new ProducerRecord<>(topic, partition, clock++, null, bytes(life + " " + value)));
    }

    private KafkaProducer<byte[], byte[]> transactional(String id) {
        KafkaProducer<byte[], byte[]> producer = producer("none", "transactional.id", id, "transaction.timeout.ms", "900000");
        producer.initTransactions();
        return producer;
    }

    private KafkaProducer<byte[], byte[]> producer(String codec, String... more) {
        return producerAt(bootstrap, codec, more);
    }

    static KafkaProducer<byte[], byte[]> producerAt(String bootstrap, String codec, String... more) {
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", bootstrap, "compression.type", codec,
            "linger.ms", "2", "max.block.ms", "30000", "reconnect.backoff.max.ms", "200", "request.timeout.ms", "10000",
            "key.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer",
            "value.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer"));
        IntStream.range(0, more.length / 2).forEach(i -> settings.put(more[2 * i], more[2 * i + 1]));
        return new KafkaProducer<>(settings);
    }

    private static NewTopic topic(String name, int partitions, String... settings) {
        Map<String, String> configs = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) configs.put(settings[i], settings[i + 1]);
        return new NewTopic(name, partitions, (short) 1).configs(configs);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
