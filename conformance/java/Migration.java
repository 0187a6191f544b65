import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.errors.RebalanceInProgressException;

/** Groups that go from the classic protocol to KIP-848 and back with members at work: {@code Migration BOOTSTRAP}. */
final class Migration {
    private static final String RUN = "java-migration-" + System.currentTimeMillis();
    private static final int PARTITIONS = 6;
    private static String bootstrap;
    private static org.apache.kafka.clients.admin.Admin admin;

    public static void main(String[] args) throws Exception {
        bootstrap = args[0];
        admin = org.apache.kafka.clients.admin.Admin.create(Map.of("bootstrap.servers", bootstrap));
        for (String assignor : List.of("Range", "CooperativeSticky")) Checks.run(assignor, () -> roll(assignor));
        Checks.run("static members", Migration::statics);
        admin.close();
        Checks.finish();
    }

    /** A consumer on a thread of its own, which commits what it has seen after each poll. */
    private static final class Member extends Thread implements ConsumerRebalanceListener {
        final KafkaConsumer<String, String> consumer;
        final Map<String, Integer> seen;
        final Set<String> uncommitted;
        final List<String> failures;
        final AtomicBoolean over = new AtomicBoolean();
        volatile Set<TopicPartition> has = Set.of();

        Member(String topic, String group, String protocol, Map<String, Integer> seen, Set<String> uncommitted, List<String> failures, String... settings) {
            this.seen = seen;
            this.uncommitted = uncommitted;
            this.failures = failures;
            Properties all = new Properties();
            all.put("bootstrap.servers", bootstrap);
            all.put("group.id", group);
            all.put("group.protocol", protocol);
            all.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
            all.put("value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
            all.put("auto.offset.reset", "earliest");
            all.put("enable.auto.commit", "false");
            if (protocol.equals("classic")) all.put("heartbeat.interval.ms", "300");
            for (int i = 0; i < settings.length; i += 2)
                if (protocol.equals("classic") || !settings[i].startsWith("partition.")) all.put(settings[i], settings[i + 1]);
            consumer = new KafkaConsumer<>(all);
            consumer.subscribe(List.of(topic), this);
            start();
        }

        @Override
        public void run() {
            try {
                while (!over.get()) {
                    ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(50));
                    has = consumer.assignment();
                    if (records.isEmpty()) continue;
                    for (ConsumerRecord<String, String> record : records) seen.merge(record.value(), 1, Integer::sum);
                    try {
                        consumer.commitSync();
                    } catch (RebalanceInProgressException | CommitFailedException late) {
                        for (ConsumerRecord<String, String> record : records) uncommitted.add(record.value());
                    }
                }
            } catch (Throwable error) {
                failures.add(error.toString());
            } finally {
                has = Set.of();
                consumer.close();
            }
        }

        void end() throws InterruptedException {
            over.set(true);
            join(30_000);
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        }
    }

    private static String type(String group) throws Exception {
        return admin.listGroups().all().get().stream().filter(it -> it.groupId().equals(group)).map(it -> it.type().get() + " " + it.protocol()).findFirst().orElse("none");
    }

    /** Within 40 s each partition has one member, and each member a partition. */
    private static void share(String name, List<Member> members) throws Exception {
        String last = "";
        for (long end = System.currentTimeMillis() + 40_000; System.currentTimeMillis() < end; Thread.sleep(50)) {
            List<TopicPartition> all = new ArrayList<>();
            boolean idle = false;
            for (Member member : members) {
                all.addAll(member.has);
                idle |= member.has.isEmpty();
            }
            last = all.toString();
            if (!idle && all.size() == PARTITIONS && new HashSet<>(all).size() == PARTITIONS) {
                Checks.check(name, true, "");
                return;
            }
        }
        Checks.check(name, false, last);
    }

    private static String topic(String name) throws Exception {
        String topic = RUN + "-" + name;
        admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1))).all().get();
        Checks.becomes(name + ": topic", PARTITIONS, () -> admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size());
        return topic;
    }

    private static void roll(String assignor) throws Exception {
        String topic = topic(assignor), group = topic;
        Map<String, Integer> seen = new ConcurrentHashMap<>();
        Set<String> uncommitted = ConcurrentHashMap.newKeySet();
        List<String> failures = new CopyOnWriteArrayList<>();
        AtomicBoolean full = new AtomicBoolean();
        int[] sent = {0};
        Thread source = new Thread(() -> {
            Properties all = new Properties();
            all.put("bootstrap.servers", bootstrap);
            all.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
            all.put("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
            try (KafkaProducer<String, String> producer = new KafkaProducer<>(all)) {
                while (!full.get()) {
                    producer.send(new ProducerRecord<>(topic, sent[0] % PARTITIONS, null, "" + sent[0]++));
                    Thread.sleep(2);
                }
            } catch (InterruptedException ended) {
                failures.add("interrupted");
            }
        });
        source.start();
        String[] settings = {"partition.assignment.strategy", "org.apache.kafka.clients.consumer." + assignor + "Assignor"};
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < 3; i++) members.add(new Member(topic, group, "classic", seen, uncommitted, failures, settings));
        share(assignor + ": three classic members", members);
        Checks.becomes(assignor + ": a classic group", "Classic consumer", () -> type(group));
        String[] order = {"consumer", "consumer", "consumer", "classic", "classic", "classic"};
        for (int i = 0; i < order.length; i++) {
            Member next = new Member(topic, group, order[i], seen, uncommitted, failures, settings);
            members.remove(0).end();
            members.add(next);
            share(assignor + ": " + (i % 3 + 1) + " now " + order[i], members);
            Checks.becomes(assignor + ": its type", i == 5 ? "Classic consumer" : "Consumer consumer", () -> type(group));
        }
        full.set(true);
        source.join();
        for (long end = System.currentTimeMillis() + 20_000; seen.size() < sent[0] && System.currentTimeMillis() < end; Thread.sleep(50)) ;
        Checks.equal(assignor + ": nothing is lost", seen.size(), sent[0]);
        Checks.becomes(assignor + ": all is committed", (long) sent[0], () -> admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().values().stream().mapToLong(OffsetAndMetadata::offset).sum());
        for (Member member : members) member.end();
        Checks.equal(assignor + ": nobody failed", failures, List.of());
        List<String> twice = seen.entrySet().stream().filter(it -> it.getValue() > 1 && !uncommitted.contains(it.getKey())).map(Map.Entry::getKey).toList();
        Checks.equal(assignor + ": what was committed is not read again", twice, List.of());
    }

    /** A static member changes the protocol under its instance id. */
    private static void statics() throws Exception {
        String topic = topic("statics"), group = topic;
        Map<String, Integer> seen = new ConcurrentHashMap<>();
        List<String> failures = new CopyOnWriteArrayList<>();
        List<Member> members = new ArrayList<>();
        for (String id : List.of("a", "b")) members.add(new Member(topic, group, "classic", seen, ConcurrentHashMap.newKeySet(), failures, "group.instance.id", id));
        share("two classic static members", members);
        for (String protocol : List.of("consumer", "classic")) {
            for (String id : List.of("a", "b")) {
                members.remove(0).end();
                members.add(new Member(topic, group, protocol, seen, ConcurrentHashMap.newKeySet(), failures, "group.instance.id", id));
                share("static member " + id + " now " + protocol, members);
            }
            Checks.becomes("type of the static group", protocol.equals("classic") ? "Classic consumer" : "Consumer consumer", () -> type(group));
        }
        for (Member member : members) member.end();
        Checks.equal("no static member failed", failures, List.of());
    }
}
