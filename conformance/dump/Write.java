// Fills a broker for the dump comparison: every codec, headers, nulls, transactions, groups.
//   java -cp 'libs/*' Write.java HOST:PORT
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.server.log.remote.metadata.storage.serialization.RemoteLogMetadataSerde;
import org.apache.kafka.server.log.remote.storage.*;

public class Write {
    static String server;

    public static void main(String[] args) throws Exception {
        server = args[0];
        boolean coordinators = args.length < 2 || !args[1].equals("plain");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server))) {
            List<NewTopic> topics = new ArrayList<>();
            Map<String, String> small = Map.of("segment.bytes", "1048576", "index.interval.bytes", "1024");
            for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd"))
                topics.add(new NewTopic("codec-" + codec, 1, (short) 1).configs(small));
            topics.add(new NewTopic("append-time", 1, (short) 1).configs(Map.of("message.timestamp.type", "LogAppendTime")));
            topics.add(new NewTopic("txn", 1, (short) 1));
            topics.add(new NewTopic("empty", 1, (short) 1));
            topics.add(new NewTopic("numbers", 1, (short) 1));
            topics.add(new NewTopic("remote_metadata", 1, (short) 1));
            admin.createTopics(topics).all().get();
        }
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) plain("codec-" + codec, codec, 400);
        plain("append-time", "lz4", 50);
        numbers();
        remoteMetadata();
        if (coordinators) {
            transactions();
            groups("classic");
            groups("consumer");
            shareGroup();
        }
    }

    static Properties producer(String codec) {
        Properties p = new Properties();
        p.put("bootstrap.servers", server);
        p.put("compression.type", codec);
        p.put("linger.ms", "5");
        p.put("batch.size", "4096");
        p.put("key.serializer", ByteArraySerializer.class.getName());
        p.put("value.serializer", ByteArraySerializer.class.getName());
        return p;
    }

    static byte[] utf8(String s) { return s.getBytes(StandardCharsets.UTF_8); }

    static void plain(String topic, String codec, int count) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(producer(codec))) {
            for (int i = 0; i < count; i++) {
                byte[] key = i % 7 == 0 ? null : utf8("key-" + i);
                byte[] value = i % 5 == 0 ? null : utf8(("value é \"" + i + "\" ").repeat(1 + i % 40));
                var record = new ProducerRecord<byte[], byte[]>(topic, 0, 1_700_000_000_000L + i * 10L, key, value);
                for (int h = 0; h < i % 4; h++) record.headers().add(new RecordHeader("h" + h, h == 2 ? null : utf8("v")));
                producer.send(record);
                if (i % 50 == 49) producer.flush();
            }
        }
        // Without a producer id.
        Properties p = producer(codec);
        p.put("enable.idempotence", "false");
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(p)) {
            for (int i = 0; i < 3; i++) producer.send(new ProducerRecord<>(topic, 0, null, utf8("plain"), utf8("x" + i)));
        }
    }

    static void numbers() throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(producer("none"))) {
            for (int i = -2; i < 3; i++) {
                byte[] key = ByteBuffer.allocate(4).putInt(i * 1000).array();
                byte[] value = ByteBuffer.allocate(8).putLong(i * 10_000_000_000L).array();
                producer.send(new ProducerRecord<>("numbers", 0, 5L, key, value));
            }
        }
    }

    static void remoteMetadata() throws Exception {
        RemoteLogMetadataSerde serde = new RemoteLogMetadataSerde();
        TopicIdPartition partition = new TopicIdPartition(new Uuid(1, 2), new TopicPartition("tiered", 3));
        RemoteLogSegmentId id = new RemoteLogSegmentId(partition, new Uuid(3, 4));
        TreeMap<Integer, Long> epochs = new TreeMap<>(Map.of(5, 90L, 0, 0L, 2, 40L));
        var custom = Optional.of(new RemoteLogSegmentMetadata.CustomMetadata(new byte[] {1, 2, 3}));
        List<RemoteLogMetadata> all = List.of(
            new RemoteLogSegmentMetadata(id, 0L, 100L, 7000L, 1, 8000L, 1234, epochs),
            new RemoteLogSegmentMetadata(id, 0L, 100L, 7000L, 1, 8000L, 1234, epochs, true),
            new RemoteLogSegmentMetadataUpdate(id, 9000L, custom, RemoteLogSegmentState.COPY_SEGMENT_FINISHED, 1),
            new RemoteLogSegmentMetadataUpdate(id, 9001L, Optional.empty(), RemoteLogSegmentState.DELETE_SEGMENT_STARTED, 1),
            new RemotePartitionDeleteMetadata(partition, RemotePartitionDeleteState.DELETE_PARTITION_MARKED, 9002L, 1));
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(producer("none"))) {
            for (RemoteLogMetadata one : all) producer.send(new ProducerRecord<>("remote_metadata", 0, null, serde.serialize(one)));
            producer.send(new ProducerRecord<>("remote_metadata", 0, null, new byte[] {1, 9, 0}));
            producer.send(new ProducerRecord<>("remote_metadata", 0, null, new byte[] {}));
        }
    }

    static void transactions() throws Exception {
        for (int t = 0; t < 3; t++) {
            Properties p = producer(t == 1 ? "zstd" : "none");
            p.put("transactional.id", "tid-" + t);
            try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(p)) {
                producer.initTransactions();
                for (int round = 0; round < 4; round++) {
                    producer.beginTransaction();
                    for (int i = 0; i < 5; i++) producer.send(new ProducerRecord<>("txn", 0, null, utf8("t" + t), utf8("r" + round + i)));
                    producer.flush();
                    if (round % 2 == 0) producer.commitTransaction(); else producer.abortTransaction();
                }
            }
        }
    }

    static void shareGroup() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server))) {
            var resource = new org.apache.kafka.common.config.ConfigResource(org.apache.kafka.common.config.ConfigResource.Type.GROUP, "group-share");
            var entry = new org.apache.kafka.clients.admin.ConfigEntry("share.auto.offset.reset", "earliest");
            var op = new org.apache.kafka.clients.admin.AlterConfigOp(entry, org.apache.kafka.clients.admin.AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(resource, List.of(op))).all().get();
        }
        Properties p = new Properties();
        p.put("bootstrap.servers", server);
        p.put("group.id", "group-share");
        p.put("key.deserializer", ByteArrayDeserializer.class.getName());
        p.put("value.deserializer", ByteArrayDeserializer.class.getName());
        try (var consumer = new org.apache.kafka.clients.consumer.KafkaShareConsumer<byte[], byte[]>(p)) {
            consumer.subscribe(List.of("codec-gzip"));
            long end = System.currentTimeMillis() + 8000;
            while (consumer.poll(Duration.ofMillis(200)).isEmpty() && System.currentTimeMillis() < end) { }
            consumer.commitSync();
        }
    }

    static void groups(String protocol) throws Exception {
        Properties p = new Properties();
        p.put("bootstrap.servers", server);
        p.put("group.id", "group-" + protocol);
        p.put("group.protocol", protocol);
        p.put("auto.offset.reset", "earliest");
        p.put("enable.auto.commit", "false");
        p.put("key.deserializer", ByteArrayDeserializer.class.getName());
        p.put("value.deserializer", ByteArrayDeserializer.class.getName());
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(p)) {
            consumer.subscribe(List.of("codec-none", "codec-lz4"));
            long end = System.currentTimeMillis() + 8000;
            while (consumer.poll(Duration.ofMillis(200)).isEmpty() && System.currentTimeMillis() < end) { }
            consumer.commitSync();
            consumer.commitSync(Map.of(new TopicPartition("codec-none", 0),
                new org.apache.kafka.clients.consumer.OffsetAndMetadata(7, Optional.of(0), "note \"é\"")));
        }
    }
}
