import java.time.Duration;
import java.util.*;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.*;

/** Transactions as the Java 4.4 clients meet them: {@code Transactions BOOTSTRAP}. */
final class Transactions {
    private static final String RUN = "java-txn-" + System.currentTimeMillis();
    private static String bootstrap;

    public static void main(String[] args) {
        bootstrap = args[0];
        Checks.run("commit and abort", Transactions::commitAndAbort);
        Checks.run("a second producer", Transactions::fencing);
        Checks.run("time is up", Transactions::timeout);
        Checks.run("a last stable offset that waits", Transactions::lastStable);
        Checks.run("many partitions", Transactions::manyPartitions);
        Checks.run("administration", Transactions::administration);
        Checks.run("new topics", Transactions::newTopics);
        Checks.run("levels", Transactions::levels);
        Checks.finish();
    }

    private static KafkaProducer<String, String> producer(String id, String... settings) {
        Properties all = new Properties();
        all.put("bootstrap.servers", bootstrap);
        all.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        all.put("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        all.put("transactional.id", RUN + "-" + id);
        all.put("max.block.ms", "20000");
        for (int i = 0; i < settings.length; i += 2) all.put(settings[i], settings[i + 1]);
        return new KafkaProducer<>(all);
    }

    private static List<String> read(String topic, int partitions, String isolation, int count) {
        Properties all = new Properties();
        all.put("bootstrap.servers", bootstrap);
        all.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        all.put("value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        all.put("isolation.level", isolation);
        List<String> got = new ArrayList<>();
        try (var consumer = new KafkaConsumer<String, String>(all)) {
            List<TopicPartition> parts = new ArrayList<>();
            for (int p = 0; p < partitions; p++) parts.add(new TopicPartition(topic, p));
            consumer.assign(parts);
            consumer.seekToBeginning(parts);
            long end = System.currentTimeMillis() + 10_000, quiet = 0;
            // One poll more than needed: what should not be there would come then.
            while (System.currentTimeMillis() < end && quiet < 2) {
                var polled = consumer.poll(Duration.ofMillis(300));
                polled.forEach(record -> got.add(record.value()));
                if (polled.isEmpty() && got.size() >= count) quiet++;
            }
        }
        Collections.sort(got);
        return got;
    }

    private static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrap));
    }

    private static void create(String topic, int partitions) throws Exception {
        try (var admin = admin()) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get(15, TimeUnit.SECONDS);
        }
    }

    private static long offset(String topic, boolean committed) throws Exception {
        var isolation = committed ? org.apache.kafka.common.IsolationLevel.READ_COMMITTED : org.apache.kafka.common.IsolationLevel.READ_UNCOMMITTED;
        try (var admin = admin()) {
            var tp = new TopicPartition(topic, 0);
            return admin.listOffsets(Map.of(tp, OffsetSpec.latest()), new ListOffsetsOptions(isolation)).partitionResult(tp).get().offset();
        }
    }

    private static long becomes(long wanted, String topic, int seconds) throws Exception {
        for (int i = 0; i < seconds * 10 && offset(topic, true) != wanted; i++) Thread.sleep(100);
        return offset(topic, true);
    }

    private static void commitAndAbort() throws Exception {
        String topic = RUN + "-simple";
        create(topic, 1);
        try (var producer = producer("simple")) {
            producer.initTransactions();
            for (int n = 0; n < 6; n++) {
                producer.beginTransaction();
                for (int i = 0; i < 3; i++) producer.send(new ProducerRecord<>(topic, 0, "k", n + "." + i));
                if (n % 2 == 0) producer.commitTransaction(); else producer.abortTransaction();
            }
            producer.beginTransaction();
            producer.commitTransaction();
            producer.beginTransaction();
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, 0, "k", "last")).get();
            producer.commitTransaction();
        }
        Checks.equal("committed records only", read(topic, 1, "read_committed", 10),
            List.of("0.0", "0.1", "0.2", "2.0", "2.1", "2.2", "4.0", "4.1", "4.2", "last"));
        // An aborted transaction may not have reached the log at all.
        Checks.check("everything that was sent", read(topic, 1, "read_uncommitted", 10).size() >= 10, "");
    }

    private static void fencing() throws Exception {
        String topic = RUN + "-fencing";
        create(topic, 1);
        var first = producer("fenced");
        first.initTransactions();
        first.beginTransaction();
        first.send(new ProducerRecord<>(topic, 0, "k", "zombie")).get();
        try (var second = producer("fenced")) {
            second.initTransactions();
            String why = "nothing";
            try {
                first.send(new ProducerRecord<>(topic, 0, "k", "zombie again")).get();
                first.commitTransaction();
            } catch (ExecutionException failure) {
                why = failure.getCause().getClass().getSimpleName();
            } catch (org.apache.kafka.common.KafkaException failure) {
                why = failure.getClass().getSimpleName();
            }
            Checks.check("the first is told that it is fenced, not " + why, Set.of("ProducerFencedException", "InvalidProducerEpochException").contains(why), "");
            second.beginTransaction();
            second.send(new ProducerRecord<>(topic, 0, "k", "heir")).get();
            second.commitTransaction();
        }
        first.close(Duration.ZERO);
        Checks.equal("only the second's record", read(topic, 1, "read_committed", 1), List.of("heir"));
    }

    private static void timeout() throws Exception {
        String topic = RUN + "-timeout";
        create(topic, 1);
        try (var producer = producer("slow", "transaction.timeout.ms", "1000")) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, 0, "k", "late")).get();
            Checks.equal("read-committed readers wait", offset(topic, true), 0L);
            Checks.equal("until the transaction is aborted", becomes(2, topic, 25), 2L);
            String why = "nothing";
            try {
                producer.commitTransaction();
            } catch (org.apache.kafka.common.KafkaException failure) {
                why = failure.getClass().getSimpleName();
            }
            // The coordinator knows a later epoch, and takes this one for that of a transaction before.
            Checks.equal("its producer cannot commit", why, "InvalidTxnStateException");
        }
        try (var producer = producer("slow")) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, 0, "k", "next")).get();
            producer.commitTransaction();
        }
        Checks.equal("the next one can", read(topic, 1, "read_committed", 1), List.of("next"));
    }

    private static void lastStable() throws Exception {
        String topic = RUN + "-stable";
        create(topic, 1);
        try (var slow = producer("stable-slow"); var fast = producer("stable-fast")) {
            slow.initTransactions();
            fast.initTransactions();
            slow.beginTransaction();
            slow.send(new ProducerRecord<>(topic, 0, "k", "slow")).get();
            fast.beginTransaction();
            fast.send(new ProducerRecord<>(topic, 0, "k", "fast")).get();
            fast.commitTransaction();
            Checks.equal("what is committed waits for what is older", becomes(0, topic, 1), 0L);
            slow.abortTransaction();
            Checks.equal("and goes on with it", becomes(4, topic, 5), 4L);
        }
        Checks.equal("what is read then", read(topic, 1, "read_committed", 1), List.of("fast"));
    }

    private static void manyPartitions() throws Exception {
        String topic = RUN + "-many";
        create(topic, 40);
        List<String> wanted = new ArrayList<>();
        try (var producer = producer("many")) {
            producer.initTransactions();
            for (int n = 0; n < 5; n++) {
                producer.beginTransaction();
                for (int p = 0; p < 40; p++) {
                    String value = String.format("%02d.%02d", p, n);
                    producer.send(new ProducerRecord<>(topic, p, "k", value));
                    if (n != 2) wanted.add(value);
                }
                if (n != 2) producer.commitTransaction(); else producer.abortTransaction();
            }
        }
        Collections.sort(wanted);
        Checks.equal("all or nothing in 40 partitions", read(topic, 40, "read_committed", wanted.size()), wanted);
    }

    private static void administration() throws Exception {
        String topic = RUN + "-admin";
        create(topic, 1);
        try (var admin = admin(); var producer = producer("admin")) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, 0, "k", "v")).get();
            String id = RUN + "-admin";
            Checks.check("it is listed", admin.listTransactions().all().get().stream().anyMatch(it -> it.transactionalId().equals(id) && it.state() == TransactionState.ONGOING), "");
            var described = admin.describeTransactions(List.of(id)).description(id).get();
            Checks.equal("described, with its partition", described.topicPartitions(), Set.of(new TopicPartition(topic, 0)));
            var tp = new TopicPartition(topic, 0);
            var active = admin.describeProducers(List.of(tp)).partitionResult(tp).get().activeProducers();
            Checks.equal("its producer is active", active.size(), 1);
            var one = active.get(0);
            Checks.equal("since offset 0", one.currentTransactionStartOffset(), OptionalLong.of(0));
            admin.abortTransaction(new AbortTransactionSpec(tp, one.producerId(), (short) one.producerEpoch(), one.coordinatorEpoch().orElse(0))).all().get();
            Checks.equal("an operator can abort it", becomes(2, topic, 5), 2L);
            admin.fenceProducers(List.of(id)).all().get();
            String why = "nothing";
            try { producer.commitTransaction(); } catch (org.apache.kafka.common.KafkaException failure) { why = failure.getClass().getSimpleName(); }
            Checks.check("and fence it: " + why, Set.of("ProducerFencedException", "InvalidProducerEpochException").contains(why), "");
        }
    }

    private static void newTopics() throws Exception {
        List<String> got = new ArrayList<>();
        try (var producer = producer("new")) {
            producer.initTransactions();
            for (int n = 0; n < 3; n++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(RUN + "-new-" + n, "k", "v" + n));
                producer.commitTransaction();
            }
        }
        for (int n = 0; n < 3; n++) got.addAll(read(RUN + "-new-" + n, 1, "read_committed", 1));
        Checks.equal("topics that come into being in a transaction", got, List.of("v0", "v1", "v2"));
    }

    /** The level of transaction.version changes under a producer that is connected, and so does not hear of it. */
    private static void levels() throws Exception {
        String topic = RUN + "-levels";
        List<String> want = new ArrayList<>();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap)); KafkaProducer<String, String> producer = producer("levels")) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
            producer.initTransactions();
            int next = 10;
            for (int level : List.of(2, 1, 2)) {
                FeatureUpdate.UpgradeType type = level == 1 ? FeatureUpdate.UpgradeType.UNSAFE_DOWNGRADE : FeatureUpdate.UpgradeType.UPGRADE;
                if (next > 10) admin.updateFeatures(Map.of("transaction.version", new FeatureUpdate((short) level, type)), new UpdateFeaturesOptions()).all().get();
                for (int i = 0; i < 4; i++, next++) {
                    producer.beginTransaction();
                    producer.send(new ProducerRecord<>(topic, "" + next));
                    if (i == 1) {
                        producer.abortTransaction();
                    } else {
                        producer.commitTransaction();
                        want.add("" + next);
                    }
                }
            }
        }
        Checks.equal("levels: what was committed is there", read(topic, 1, "read_committed", want.size()), want);
    }
}
