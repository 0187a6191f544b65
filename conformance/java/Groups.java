import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;

/** Consumer groups of the Java clients, and offsets in transactions: {@code Groups BOOTSTRAP}. */
final class Groups {
    private static final String RUN = "java-groups-" + System.currentTimeMillis();
    private static String bootstrap;
    private static org.apache.kafka.clients.admin.Admin admin;

    public static void main(String[] args) {
        bootstrap = args[0];
        admin = org.apache.kafka.clients.admin.Admin.create(Map.of("bootstrap.servers", bootstrap));
        Checks.run("members", Groups::members);
        Checks.run("static members", Groups::statics);
        Checks.run("offsets", Groups::offsets);
        Checks.run("administration", Groups::administration);
        Checks.run("transform", Groups::transform);
        Checks.run("aborted", Groups::aborted);
        admin.close();
        Checks.finish();
    }

    private static KafkaConsumer<String, String> consumer(String group, String... settings) {
        Properties all = new Properties();
        all.put("bootstrap.servers", bootstrap);
        all.put("group.id", group);
        all.put("group.protocol", "classic");
        all.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        all.put("value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        all.put("auto.offset.reset", "earliest");
        all.put("enable.auto.commit", "false");
        all.put("heartbeat.interval.ms", "300");
        for (int i = 0; i < settings.length; i += 2) all.put(settings[i], settings[i + 1]);
        return new KafkaConsumer<>(all);
    }

    private static KafkaProducer<String, String> producer(String... settings) {
        Properties all = new Properties();
        all.put("bootstrap.servers", bootstrap);
        all.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        all.put("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        for (int i = 0; i < settings.length; i += 2) all.put(settings[i], settings[i + 1]);
        return new KafkaProducer<>(all);
    }

    private static String topic(String name, int partitions, int records) throws Exception {
        String topic = RUN + "-" + name;
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
        Checks.becomes("topic " + name, partitions, () -> admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size());
        try (KafkaProducer<String, String> producer = producer()) {
            for (int i = 0; i < records; i++) producer.send(new ProducerRecord<>(topic, i % partitions, null, "" + i));
        }
        return topic;
    }

    /** Polls several consumers in turn until their partitions are as wanted, or 20 s are over. */
    private static boolean until(List<KafkaConsumer<String, String>> members, java.util.function.BooleanSupplier wanted) {
        for (long end = System.currentTimeMillis() + 20_000; System.currentTimeMillis() < end; ) {
            for (KafkaConsumer<String, String> member : members) member.poll(Duration.ofMillis(20));
            if (wanted.getAsBoolean()) return true;
        }
        return false;
    }

    private static boolean share(List<KafkaConsumer<String, String>> members, int partitions) {
        Set<TopicPartition> all = new HashSet<>();
        int count = 0;
        for (KafkaConsumer<String, String> member : members) {
            count += member.assignment().size();
            all.addAll(member.assignment());
            if (member.assignment().isEmpty()) return false;
        }
        return count == partitions && all.size() == partitions;
    }

    private static void members() throws Exception {
        String topic = topic("members", 6, 0), group = RUN + "-members";
        for (String assignor : List.of("RangeAssignor", "RoundRobinAssignor", "StickyAssignor", "CooperativeStickyAssignor")) {
            String name = group + assignor;
            List<KafkaConsumer<String, String>> members = new ArrayList<>();
            for (int size = 1; size <= 3; size++) {
                KafkaConsumer<String, String> member = consumer(name, "partition.assignment.strategy", "org.apache.kafka.clients.consumer." + assignor);
                member.subscribe(List.of(topic));
                members.add(member);
                Checks.check(assignor + ": " + size + " share the partitions", until(members, () -> share(members, 6)), members.stream().map(m -> m.assignment()).toList());
            }
            members.remove(0).close();
            Checks.check(assignor + ": what one leaves goes to the others", until(members, () -> share(members, 6)), "");
            for (KafkaConsumer<String, String> member : members) member.close();
        }
    }

    private static void statics() throws Exception {
        String topic = topic("statics", 4, 0), group = RUN + "-statics";
        List<KafkaConsumer<String, String>> members = new ArrayList<>();
        for (String id : List.of("a", "b")) {
            KafkaConsumer<String, String> member = consumer(group, "group.instance.id", id);
            member.subscribe(List.of(topic));
            members.add(member);
        }
        Checks.check("static members share the partitions", until(members, () -> share(members, 4)), "");
        Set<TopicPartition> had = members.get(1).assignment();
        int generation = members.get(0).groupMetadata().generationId();
        members.get(1).close();
        KafkaConsumer<String, String> back = consumer(group, "group.instance.id", "b");
        back.subscribe(List.of(topic));
        members.set(1, back);
        Checks.check("one that comes back has what it had", until(members, () -> back.assignment().equals(had)), back.assignment());
        Checks.equal("in the same generation", members.get(0).groupMetadata().generationId(), generation);
        admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove("b")))).all().get();
        back.unsubscribe();
        KafkaConsumer<String, String> first = members.get(0);
        Checks.check("one that is sent away leaves its partitions", until(List.of(first), () -> first.assignment().size() == 4), first.assignment());
        for (KafkaConsumer<String, String> member : members) member.close();
    }

    private static void offsets() throws Exception {
        String topic = topic("offsets", 2, 0), group = RUN + "-offsets";
        TopicPartition zero = new TopicPartition(topic, 0), one = new TopicPartition(topic, 1);
        try (KafkaConsumer<String, String> consumer = consumer(group)) {
            consumer.assign(List.of(zero, one));
            Map<TopicPartition, OffsetAndMetadata> none = new HashMap<>();
            none.put(zero, null);
            Checks.equal("nothing is committed at first", consumer.committed(Set.of(zero)), none);
            OffsetAndMetadata committed = new OffsetAndMetadata(42, Optional.of(0), "a note");
            consumer.commitSync(Map.of(zero, committed));
            Checks.equal("what is committed is read back", consumer.committed(Set.of(zero)).get(zero), committed);
            Checks.fails("metadata that is too large", "OffsetMetadataTooLarge", () -> {
                consumer.commitSync(Map.of(zero, new OffsetAndMetadata(1, "x".repeat(5000))));
                return null;
            });
        }
        Checks.equal("several groups at once", admin.listConsumerGroupOffsets(Map.of(group, new ListConsumerGroupOffsetsSpec(), RUN + "-none", new ListConsumerGroupOffsetsSpec()))
            .partitionsToOffsetAndMetadata(group).get().get(zero).offset(), 42L);
        admin.alterConsumerGroupOffsets(group, Map.of(one, new OffsetAndMetadata(7))).all().get();
        Checks.equal("offsets set by an administrator", admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(one).offset(), 7L);
        admin.deleteConsumerGroupOffsets(group, Set.of(zero)).all().get();
        Checks.equal("offsets deleted", admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().keySet(), Set.of(one));
        admin.deleteTopics(List.of(topic)).all().get();
        Checks.becomes("offsets go with their topic", Set.of(), () -> admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().keySet());
    }

    private static void administration() throws Exception {
        String topic = topic("administration", 2, 0), group = RUN + "-administration";
        KafkaConsumer<String, String> member = consumer(group, "client.id", "seen");
        member.subscribe(List.of(topic));
        until(List.of(member), () -> member.assignment().size() == 2);
        ConsumerGroupDescription found = admin.describeConsumerGroups(List.of(group), new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true)).all().get().get(group);
        Checks.equal("state", found.groupState().toString(), "Stable");
        Checks.equal("assignor", found.partitionAssignor(), "range");
        Checks.equal("client id", found.members().iterator().next().clientId(), "seen");
        Checks.equal("assignment", found.members().iterator().next().assignment().topicPartitions().size(), 2);
        Checks.equal("authorized operations", new TreeSet<>(found.authorizedOperations()).toString(), "[READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS]");
        Checks.fails("a group with members is not deleted", "GroupNotEmptyException", () -> admin.deleteConsumerGroups(List.of(group)).all().get());
        Checks.fails("nor what somebody reads", "GroupSubscribedToTopicException", () -> {
            member.commitSync(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(0)));
            return admin.deleteConsumerGroupOffsets(group, Set.of(new TopicPartition(topic, 0))).all().get();
        });
        member.close();
        Checks.equal("listed as empty", admin.listGroups(new ListGroupsOptions().inGroupStates(Set.of(GroupState.EMPTY)).withTypes(Set.of(GroupType.CLASSIC))).all().get()
            .stream().filter(it -> it.groupId().equals(group)).map(it -> it.groupState().get() + " " + it.type().get() + " " + it.protocol()).toList(), List.of("Empty Classic consumer"));
        admin.deleteConsumerGroups(List.of(group)).all().get();
        Checks.fails("a deleted group", "GroupIdNotFoundException", () -> admin.describeConsumerGroups(List.of(group)).all().get());
        Checks.fails("deleting it again", "GroupIdNotFoundException", () -> admin.deleteConsumerGroups(List.of(group)).all().get());
    }

    /** Consume, transform, produce: each input is reflected once, also when every third transaction is aborted. */
    private static void transform() throws Exception {
        String in = topic("in", 3, 300), out = topic("out", 3, 0), group = RUN + "-transform";
        for (String protocol : List.of("subscribed")) {
            try (KafkaProducer<String, String> producer = producer("transactional.id", RUN + "-" + protocol);
                 KafkaConsumer<String, String> consumer = consumer(group, "isolation.level", "read_committed", "max.poll.records", "20")) {
                producer.initTransactions();
                consumer.subscribe(List.of(in));
                int done = 0, round = 0;
                for (long end = System.currentTimeMillis() + 30_000; done < 300 && System.currentTimeMillis() < end; ) {
                    ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(200));
                    if (records.isEmpty()) continue;
                    producer.beginTransaction();
                    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
                    for (ConsumerRecord<String, String> record : records) {
                        producer.send(new ProducerRecord<>(out, record.partition(), null, record.value()));
                        offsets.put(new TopicPartition(in, record.partition()), new OffsetAndMetadata(record.offset() + 1));
                    }
                    producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
                    if (++round % 3 == 0) {
                        producer.abortTransaction();
                        for (TopicPartition partition : consumer.assignment()) {
                            OffsetAndMetadata committed = consumer.committed(Set.of(partition)).get(partition);
                            consumer.seek(partition, committed == null ? 0 : committed.offset());
                        }
                    } else {
                        producer.commitTransaction();
                        done += records.count();
                    }
                }
                Checks.equal("transform: everything was committed", done, 300);
            }
        }
        List<Integer> got = new ArrayList<>();
        try (KafkaConsumer<String, String> reader = consumer(RUN + "-reader", "isolation.level", "read_committed")) {
            reader.subscribe(List.of(out));
            for (long end = System.currentTimeMillis() + 15_000; got.size() < 300 && System.currentTimeMillis() < end; )
                for (ConsumerRecord<String, String> record : reader.poll(Duration.ofMillis(200))) got.add(Integer.parseInt(record.value()));
            for (ConsumerRecord<String, String> record : reader.poll(Duration.ofMillis(500))) got.add(Integer.parseInt(record.value()));
        }
        Collections.sort(got);
        List<Integer> want = new ArrayList<>();
        for (int i = 0; i < 300; i++) want.add(i);
        Checks.equal("transform: each input once", got, want);
        long committed = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().values().stream().mapToLong(OffsetAndMetadata::offset).sum();
        Checks.equal("transform: the group is at the end", committed, 300L);
    }

    /** Offsets of an open transaction are pending: who asks for stable ones waits, and an abort takes them away. */
    private static void aborted() throws Exception {
        String in = topic("aborted", 1, 10), group = RUN + "-aborted";
        TopicPartition zero = new TopicPartition(in, 0);
        try (KafkaProducer<String, String> producer = producer("transactional.id", RUN + "-aborted"); KafkaConsumer<String, String> consumer = consumer(group)) {
            consumer.assign(List.of(zero));
            consumer.commitSync(Map.of(zero, new OffsetAndMetadata(1)));
            producer.initTransactions();
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(Map.of(zero, new OffsetAndMetadata(9)), new ConsumerGroupMetadata(group));
            Checks.equal("pending offsets are not seen", admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(zero).offset(), 1L);
            Checks.fails("who wants stable ones waits", "TimeoutException", () -> consumer.committed(Set.of(zero), Duration.ofMillis(800)));
            producer.abortTransaction();
            Checks.equal("an abort takes them away", consumer.committed(Set.of(zero)).get(zero).offset(), 1L);
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(Map.of(zero, new OffsetAndMetadata(10)), new ConsumerGroupMetadata(group));
            producer.commitTransaction();
            Checks.equal("a commit makes them count", consumer.committed(Set.of(zero)).get(zero).offset(), 10L);
        }
        Checks.fails("a fenced producer commits nothing", "ProducerFencedException", () -> {
            try (KafkaProducer<String, String> old = producer("transactional.id", RUN + "-fenced"); KafkaProducer<String, String> next = producer("transactional.id", RUN + "-fenced")) {
                old.initTransactions();
                old.beginTransaction();
                next.initTransactions();
                old.sendOffsetsToTransaction(Map.of(zero, new OffsetAndMetadata(3)), new ConsumerGroupMetadata(group));
                old.commitTransaction();
                return null;
            }
        });
    }
}
