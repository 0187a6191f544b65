import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.*;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;

/** The Java producer and consumer, with default settings where nothing is said: {@code Clients BOOTSTRAP}. */
final class Clients {
    private static final String RUN = "java-clients-" + System.currentTimeMillis();
    private static final int MANY = 20_000;
    private static String bootstrap;

    public static void main(String[] args) {
        bootstrap = args[0];
        Checks.run("round trip", Clients::roundTrip);
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd"))
            for (String acks : List.of("0", "1", "all"))
                Checks.run(codec + " " + acks, () -> codecAndAcks(codec, acks));
        Checks.run("positions", Clients::positions);
        Checks.run("independent consumers", Clients::independent);
        Checks.run("many partitions", Clients::partitions);
        Checks.run("idempotent under pressure", Clients::idempotent);
        Checks.run("waiting", Clients::waiting);
        Checks.run("refusals", Clients::refusals);
        Checks.run("log append time", Clients::logAppendTime);
        Checks.finish();
    }

    private static KafkaProducer<byte[], byte[]> producer(String... settings) {
        Properties all = new Properties();
        all.put("bootstrap.servers", bootstrap);
        all.put("key.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer");
        all.put("value.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer");
        all.put("delivery.timeout.ms", "15000");
        all.put("request.timeout.ms", "10000");
        all.put("linger.ms", "5");
        for (int i = 0; i < settings.length; i += 2) all.put(settings[i], settings[i + 1]);
        return new KafkaProducer<>(all);
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String... settings) {
        Properties all = new Properties();
        all.put("bootstrap.servers", bootstrap);
        all.put("key.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        all.put("value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        all.put("auto.offset.reset", "none");
        for (int i = 0; i < settings.length; i += 2) all.put(settings[i], settings[i + 1]);
        return new KafkaConsumer<>(all);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private static TopicPartition first(String topic) {
        return new TopicPartition(topic, 0);
    }

    /** Records from where the consumer stands, until there are {@code count} or 15 s are over. */
    private static List<ConsumerRecord<byte[], byte[]>> poll(KafkaConsumer<byte[], byte[]> consumer, int count) {
        List<ConsumerRecord<byte[], byte[]>> got = new ArrayList<>();
        long end = System.currentTimeMillis() + 15_000;
        while (got.size() < count && System.currentTimeMillis() < end) consumer.poll(Duration.ofMillis(200)).forEach(got::add);
        return got;
    }

    private static List<ConsumerRecord<byte[], byte[]>> all(String topic, int count) {
        try (var consumer = consumer()) {
            consumer.assign(List.of(first(topic)));
            consumer.seekToBeginning(List.of(first(topic)));
            return poll(consumer, count);
        }
    }

    private static void roundTrip() throws Exception {
        String topic = RUN + "-trip";
        long time = System.currentTimeMillis() - 1000;
        try (var producer = producer()) {
            var headers = List.<org.apache.kafka.common.header.Header>of(
                new RecordHeader("a", bytes("1")), new RecordHeader("a", bytes("2")), new RecordHeader("none", null));
            RecordMetadata sent = producer.send(new ProducerRecord<>(topic, 0, time, bytes("key"), bytes("väl"), headers)).get();
            Checks.equal("a topic comes into being with its first record, at offset 0", sent.offset(), 0L);
            Checks.equal("its timestamp is the producer's", sent.timestamp(), time);
            producer.send(new ProducerRecord<>(topic, 0, bytes("key"), null)).get();
            producer.send(new ProducerRecord<>(topic, 0, null, bytes(""))).get();
        }
        var got = all(topic, 3);
        Checks.equal("three records", got.size(), 3);
        Checks.equal("key", text(got.get(0).key()), "key");
        Checks.equal("value", text(got.get(0).value()), "väl");
        Checks.equal("timestamp", got.get(0).timestamp(), time);
        Checks.equal("timestamp type", got.get(0).timestampType(), TimestampType.CREATE_TIME);
        Checks.equal("leader epoch", got.get(0).leaderEpoch(), Optional.of(0));
        List<String> headers = new ArrayList<>();
        got.get(0).headers().forEach(h -> headers.add(h.key() + "=" + text(h.value())));
        Checks.equal("headers, in order, twice the same key, one null", headers, List.of("a=1", "a=2", "none=null"));
        Checks.equal("a null value", got.get(1).value(), null);
        Checks.equal("a null key", got.get(2).key(), null);
        Checks.equal("an empty value is not null", got.get(2).value().length, 0);
    }

    private static void codecAndAcks(String codec, String acks) {
        String topic = RUN + "-" + codec + "-" + acks;
        try (var producer = producer("compression.type", codec, "acks", acks, "enable.idempotence", acks.equals("all") ? "true" : "false")) {
            for (int n = 0; n < 1000; n++) producer.send(new ProducerRecord<>(topic, 0, bytes("k" + n), bytes("value of a thousand alike " + n)));
            producer.flush();
        }
        var got = all(topic, 1000);
        boolean right = got.size() == 1000;
        for (int n = 0; right && n < 1000; n++)
            right = got.get(n).offset() == n && text(got.get(n).value()).endsWith(" " + n) && text(got.get(n).key()).equals("k" + n);
        Checks.check("1000 records, codec " + codec + ", acks " + acks, right, got.size() + " records");
    }

    private static void positions() throws Exception {
        String topic = RUN + "-positions";
        TopicPartition where = first(topic);
        long begun = System.currentTimeMillis() - 100_000;
        try (var producer = producer()) {
            for (int n = 0; n < 100; n++) producer.send(new ProducerRecord<>(topic, 0, begun + n * 100L, null, bytes("" + n)));
        }
        try (var consumer = consumer()) {
            consumer.assign(List.of(where));
            Checks.equal("beginning offset", consumer.beginningOffsets(List.of(where)).get(where), 0L);
            Checks.equal("end offset", consumer.endOffsets(List.of(where)).get(where), 100L);
            consumer.seek(where, 42);
            Checks.equal("from an offset", text(poll(consumer, 1).get(0).value()), "42");
            consumer.seekToEnd(List.of(where));
            Checks.equal("the end's position", consumer.position(where), 100L);
            Checks.equal("from the end: nothing", consumer.poll(Duration.ofMillis(300)).count(), 0);
            Checks.equal("lag is known", consumer.currentLag(where), OptionalLong.of(0));
            OffsetAndTimestamp at = consumer.offsetsForTimes(Map.of(where, begun + 4950)).get(where);
            Checks.equal("offset of a timestamp", at.offset(), 50L);
            Checks.equal("and the timestamp found there", at.timestamp(), begun + 5000);
            Checks.equal("offset of a timestamp ahead of all", consumer.offsetsForTimes(Map.of(where, begun + 10_000_000)).get(where), null);
            consumer.seek(where, 500);
            Checks.fails("beyond the end with no reset", "OffsetOutOfRangeException", () -> consumer.poll(Duration.ofSeconds(5)));
        }
        try (var consumer = consumer("auto.offset.reset", "earliest", "isolation.level", "read_committed", "max.poll.records", "7")) {
            consumer.assign(List.of(where));
            Checks.equal("reset to the earliest, committed records, seven a poll", poll(consumer, 1).size(), 7);
        }
        try (var consumer = consumer("fetch.max.bytes", "100", "max.partition.fetch.bytes", "100")) {
            consumer.assign(List.of(where));
            consumer.seekToBeginning(List.of(where));
            Checks.equal("limits below a batch still make progress", poll(consumer, 100).size(), 100);
        }
    }

    private static void independent() {
        String topic = RUN + "-codec";
        try (var producer = producer()) {
            for (int n = 0; n < 3000; n++) producer.send(new ProducerRecord<>(topic, 0, null, bytes("" + n)));
        }
        List<KafkaConsumer<byte[], byte[]>> consumers = List.of(consumer(), consumer(), consumer());
        int[] counts = new int[3];
        for (int n = 0; n < 3; n++) {
            consumers.get(n).assign(List.of(first(topic)));
            consumers.get(n).seek(first(topic), n * 1000L);
        }
        for (int n = 0; n < 3; n++) counts[n] = poll(consumers.get(n), 3000 - n * 1000).size();
        consumers.forEach(KafkaConsumer::close);
        Checks.equal("three consumers of one partition, each from its own offset", Arrays.toString(counts), "[3000, 2000, 1000]");
    }

    /**
     * Creates a topic and waits until every partition is led. Apache Kafka answers the creation before that, and then
     * refuses the first of several batches in flight but takes a later one: the first sequence can never follow.
     */
    private static void create(String topic, int partitions, Map<String, String> configs) throws Exception {
        try (var admin = org.apache.kafka.clients.admin.Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configs))).all().get();
            Map<TopicPartition, OffsetSpec> ask = new HashMap<>();
            for (int p = 0; p < partitions; p++) ask.put(new TopicPartition(topic, p), OffsetSpec.latest());
            admin.listOffsets(ask).all().get();
        }
    }

    private static void partitions() throws Exception {
        String topic = RUN + "-many";
        create(topic, 12, Map.of());
        Map<Integer, Integer> sent = new TreeMap<>();
        try (var producer = producer("batch.size", "2000")) {
            List<Future<RecordMetadata>> all = new ArrayList<>();
            for (int n = 0; n < 5000; n++) all.add(producer.send(new ProducerRecord<>(topic, bytes("key" + n % 300), bytes("" + n))));
            for (var one : all) sent.merge(one.get().partition(), 1, Integer::sum);
        }
        Checks.equal("keys spread over 12 partitions", sent.size(), 12);
        try (var consumer = consumer()) {
            List<TopicPartition> parts = consumer.partitionsFor(topic).stream().map(p -> new TopicPartition(topic, p.partition())).toList();
            consumer.assign(parts);
            consumer.seekToBeginning(parts);
            var got = poll(consumer, 5000);
            Map<Integer, Integer> counts = new TreeMap<>();
            Map<String, Integer> last = new HashMap<>();
            boolean ordered = true;
            for (var one : got) {
                counts.merge(one.partition(), 1, Integer::sum);
                Integer before = last.put(text(one.key()), Integer.parseInt(text(one.value())));
                ordered &= before == null || before < Integer.parseInt(text(one.value()));
            }
            Checks.equal("one consumer reads them all", counts, sent);
            Checks.check("in order within each key", ordered, "out of order");
        }
    }

    private static void idempotent() throws Exception {
        String topic = RUN + "-idempotent";
        try (var producer = producer("batch.size", "500", "linger.ms", "0", "max.in.flight.requests.per.connection", "5")) {
            for (int n = 0; n < MANY; n++) producer.send(new ProducerRecord<>(topic, 0, null, bytes("" + n)));
        }
        var got = all(topic, MANY);
        boolean right = got.size() == MANY;
        for (int n = 0; right && n < MANY; n++) right = text(got.get(n).value()).equals("" + n);
        Checks.check(MANY + " records in small batches, five in flight, in order and once each", right, got.size() + " records");
    }

    private static void waiting() throws Exception {
        String topic = RUN + "-waiting";
        try (var producer = producer(); var consumer = consumer("fetch.max.wait.ms", "10000", "fetch.min.bytes", "1")) {
            producer.send(new ProducerRecord<>(topic, 0, null, bytes("first"))).get();
            consumer.assign(List.of(first(topic)));
            consumer.seek(first(topic), 0);
            Checks.equal("the first record", poll(consumer, 1).size(), 1);
            Thread late = new Thread(() -> {
                try {
                    Thread.sleep(700);
                } catch (InterruptedException end) {
                    return;
                }
                producer.send(new ProducerRecord<>(topic, 0, null, bytes("second")));
            });
            late.start();
            long begun = System.nanoTime();
            int count = consumer.poll(Duration.ofSeconds(9)).count();
            long took = (System.nanoTime() - begun) / 1_000_000;
            late.join();
            Checks.check("a parked fetch answers when a record comes", count == 1 && took > 300 && took < 4000, count + " after " + took + " ms");
        }
    }

    private static void refusals() {
        try (var producer = producer("max.request.size", "5000000")) {
            String topic = RUN + "-refused";
            Checks.fails("a record over max.message.bytes", "RecordTooLargeException", () -> producer.send(new ProducerRecord<>(topic, 0, null, new byte[2_000_000])).get());
            Checks.fails("a timestamp two hours ahead", "InvalidTimestampException",
                () -> producer.send(new ProducerRecord<>(topic, 0, System.currentTimeMillis() + 7_200_000, null, bytes("v"))).get());
            Checks.fails("an illegal topic name", "InvalidTopicException", () -> producer.send(new ProducerRecord<>("a b", bytes("v"))).get());
            Checks.run("the same producer goes on", () ->
                Checks.equal("the same producer goes on", producer.send(new ProducerRecord<>(topic, 0, null, bytes("v"))).get().offset(), 0L));
        }
        try (var producer = producer("max.block.ms", "1500")) {
            Checks.fails("a partition that is not there", "TimeoutException", () -> producer.send(new ProducerRecord<>(RUN + "-trip", 99, null, bytes("v"))).get());
        }
    }

    private static void logAppendTime() throws Exception {
        String topic = RUN + "-append";
        create(topic, 1, Map.of("message.timestamp.type", "LogAppendTime"));
        long begun = System.currentTimeMillis();
        try (var producer = producer("compression.type", "lz4")) {
            RecordMetadata sent = producer.send(new ProducerRecord<>(topic, 0, 12345L, null, bytes("v"))).get();
            Checks.check("the answer carries the append time", sent.timestamp() >= begun - 1000, sent.timestamp());
        }
        var got = all(topic, 1).get(0);
        Checks.equal("the record says so", got.timestampType(), TimestampType.LOG_APPEND_TIME);
        Checks.check("and carries it", got.timestamp() >= begun - 1000, got.timestamp());
    }
}
