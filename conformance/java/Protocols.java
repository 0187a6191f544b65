import java.time.Duration;
import java.util.*;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;

/** Both group protocols with the Java clients, rolling restarts, and from one to the other: {@code Protocols BOOTSTRAP}. */
final class Protocols {
    private static final String RUN = "java-protocols-" + System.currentTimeMillis();
    private static final int PARTITIONS = 6;
    private static final int STEP = 60;
    private static int made;
    private static String bootstrap;
    private static org.apache.kafka.clients.admin.Admin admin;

    /** A consumer and what it has read. Polled from one thread, all in turn. */
    private static final class Member implements ConsumerRebalanceListener {
        final KafkaConsumer<String, String> consumer;
        final String name;
        final List<Integer> got = new ArrayList<>();
        int revoked;
        boolean polls;
        Throwable failure;

        Member(String group, String protocol, String... settings) {
            name = protocol + " " + ++made;
            Properties all = new Properties();
            all.put("bootstrap.servers", bootstrap);
            all.put("group.id", group);
            all.put("group.protocol", protocol);
            all.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
            all.put("value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
            all.put("auto.offset.reset", "earliest");
            all.put("metadata.max.age.ms", "1000");
            if (protocol.equals("classic")) {
                all.put("heartbeat.interval.ms", "300");
                all.put("partition.assignment.strategy", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
            }
            for (int i = 0; i < settings.length; i += 2) all.put(settings[i], settings[i + 1]);
            consumer = new KafkaConsumer<>(all);
        }

        Member on(String topic) {
            consumer.subscribe(List.of(topic), this);
            return this;
        }

        void poll() {
            if (failure != null) return;
            polls = true;
            try {
                consumer.poll(Duration.ofMillis(15)).forEach(record -> got.add(Integer.parseInt(record.value())));
            } catch (RuntimeException error) {
                failure = error;
            }
            polls = false;
        }

        Set<TopicPartition> has() {
            return failure == null ? consumer.assignment() : Set.of();
        }

        // A cooperative consumer goes on reading while a rebalance goes on, and commits only before: what it
        // read in between would be read twice.
        @Override public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            revoked += partitions.size();
            if (polls) consumer.commitSync(Duration.ofSeconds(10)); // a close commits by itself
        }

        @Override public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
    }

    public static void main(String[] args) {
        bootstrap = args[0];
        admin = org.apache.kafka.clients.admin.Admin.create(Map.of("bootstrap.servers", bootstrap));
        for (String protocol : List.of("classic", "consumer")) {
            Checks.run(protocol + ": rolling restart", () -> rolling(protocol));
            Checks.run(protocol + ": static members", () -> statics(protocol));
            Checks.run(protocol + ": fencing", () -> fencing(protocol));
            Checks.run(protocol + ": pattern", () -> pattern(protocol));
        }
        Checks.run("from one protocol to the other", Protocols::migration);
        admin.close();
        Checks.finish();
    }

    private static String topic(String name) throws Exception {
        String topic = RUN + "-" + name;
        admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1))).all().get();
        for (int tries = 0; tries < 100; tries++) {
            try {
                if (admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().stream().allMatch(it -> it.leader() != null)) break;
            } catch (Exception notYet) {
                Thread.sleep(50);
            }
        }
        return topic;
    }

    /** The next numbers, after those that are there. */
    private static int write(String topic, int from) {
        Properties all = new Properties();
        all.put("bootstrap.servers", bootstrap);
        all.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        all.put("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(all)) {
            for (int i = from; i < from + STEP; i++) producer.send(new ProducerRecord<>(topic, i % PARTITIONS, null, "" + i));
        }
        return from + STEP;
    }

    /** Polls the members in turn until it is so, or 40 s are over. */
    private static boolean until(List<Member> members, BooleanSupplier wanted) {
        for (long end = System.currentTimeMillis() + 40_000; System.currentTimeMillis() < end; ) {
            members.forEach(Member::poll);
            if (wanted.getAsBoolean()) return true;
        }
        return false;
    }

    /** The members have all partitions of so many between them, each once and everybody as many as another. */
    private static boolean share(List<Member> members, int partitions) {
        Set<TopicPartition> all = new HashSet<>();
        int count = 0;
        for (Member member : members) {
            int has = member.has().size();
            if (has < partitions / members.size() || has > (partitions + members.size() - 1) / members.size()) return false;
            count += has;
            all.addAll(member.has());
        }
        return count == partitions && all.size() == partitions;
    }

    private static List<Integer> got(Collection<Member> members) {
        List<Integer> all = new ArrayList<>();
        members.forEach(member -> all.addAll(member.got));
        Collections.sort(all);
        return all;
    }

    private static List<Integer> upTo(int end) {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < end; i++) all.add(i);
        return all;
    }

    /** Each number below the end was read once. */
    private static void onceEach(String name, List<Member> members, int end) {
        Map<Integer, List<String>> by = new TreeMap<>();
        for (Member member : members) {
            for (int number : member.got) by.computeIfAbsent(number, it -> new ArrayList<>()).add(member.name);
        }
        List<Integer> never = upTo(end);
        never.removeAll(by.keySet());
        by.values().removeIf(readers -> readers.size() == 1);
        Checks.check(name + "each record once", never.isEmpty() && by.isEmpty(), "more than once " + by + " never " + never);
    }

    private static String state(List<Member> members) {
        return members.stream().map(it -> it.has().size() + (it.failure == null ? "" : " " + it.failure)).toList().toString();
    }

    private static void rolling(String protocol) throws Exception {
        String topic = topic("rolling-" + protocol), name = protocol + ": rolling restart: ";
        int written = write(topic, 0);
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < 3; i++) members.add(new Member(topic, protocol).on(topic));
        List<Member> all = new ArrayList<>(members);
        Checks.check(name + "it begins shared", until(members, () -> share(members, PARTITIONS)), state(members));
        for (int i = 0; i < members.size(); i++) {
            members.get(i).consumer.close();
            written = write(topic, written);
            members.set(i, new Member(topic, protocol).on(topic));
            all.add(members.get(i));
            Checks.check(name + "shared after " + (i + 1), until(members, () -> share(members, PARTITIONS)), state(members));
        }
        int want = written;
        until(members, () -> new HashSet<>(got(all)).size() >= want);
        onceEach(name, all, written);
        members.forEach(member -> member.consumer.close());
    }

    /** Who comes back within the session has what it had, and nobody else loses anything. */
    private static void statics(String protocol) throws Exception {
        String topic = topic("static-" + protocol), name = protocol + ": static members: ";
        int written = write(topic, 0);
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < 3; i++) members.add(new Member(topic, protocol, "group.instance.id", "member-" + i).on(topic));
        List<Member> all = new ArrayList<>(members);
        Checks.check(name + "they share the partitions", until(members, () -> share(members, PARTITIONS)), state(members));
        int generation = members.get(2).consumer.groupMetadata().generationId();
        all.forEach(member -> member.revoked = 0);
        for (int i = 0; i < members.size(); i++) {
            Set<TopicPartition> had = members.get(i).has();
            members.get(i).consumer.close();
            all.forEach(member -> member.revoked = 0);
            written = write(topic, written);
            Member back = new Member(topic, protocol, "group.instance.id", "member-" + i).on(topic);
            members.set(i, back);
            all.add(back);
            Checks.check(name + (i + 1) + " is back with what it had", until(members, () -> back.has().equals(had)), back.has());
            Checks.equal(name + "nobody else loses any", members.stream().mapToInt(it -> it.revoked).sum(), 0);
            if (i == 1) Checks.equal(name + "no rebalance was", members.get(2).consumer.groupMetadata().generationId(), generation);
        }
        int want = written;
        until(members, () -> new HashSet<>(got(all)).size() >= want);
        onceEach(name, all, written);
        members.forEach(member -> member.consumer.close());
    }

    /** Two of one instance id: the classic protocol takes the second and fences the first, the new one the other way. */
    private static void fencing(String protocol) throws Exception {
        String topic = topic("fencing-" + protocol), name = protocol + ": fencing: ";
        Member first = new Member(topic, protocol, "group.instance.id", "same").on(topic);
        until(List.of(first), () -> share(List.of(first), PARTITIONS));
        Member second = new Member(topic, protocol, "group.instance.id", "same").on(topic);
        boolean old = protocol.equals("classic");
        Member stays = old ? second : first, goes = old ? first : second;
        Checks.check(name + "one is told", until(List.of(first, second), () -> goes.failure != null), state(List.of(first, second)));
        Checks.equal(name + "with its error", goes.failure == null ? "" : goes.failure.getClass().getSimpleName(), old ? "FencedInstanceIdException" : "UnreleasedInstanceIdException");
        Checks.check(name + "the other has everything", until(List.of(stays), () -> share(List.of(stays), PARTITIONS)), stays.has());
        goes.consumer.close(CloseOptions.timeout(Duration.ZERO));
        stays.consumer.close();
        Member third = new Member(topic, protocol, "group.instance.id", "same").on(topic);
        Checks.check(name + "and is followed when it has gone", until(List.of(third), () -> share(List.of(third), PARTITIONS)), state(List.of(third)));
        third.consumer.close();
    }

    // A topic that goes is franz-go's: a Java consumer cannot commit what it read of it, and retries for a minute.
    private static void pattern(String protocol) throws Exception {
        String prefix = "pattern-" + protocol, name = protocol + ": pattern: ", pattern = RUN + "-" + prefix + "-[0-9]";
        topic(prefix + "-1");
        topic("no-" + prefix + "-1");
        List<Member> members = List.of(new Member(RUN + prefix, protocol), new Member(RUN + prefix, protocol));
        for (Member member : members) {
            if (protocol.equals("classic")) member.consumer.subscribe(Pattern.compile(pattern)); else member.consumer.subscribe(new SubscriptionPattern(pattern));
        }
        Checks.check(name + "what matches is shared", until(members, () -> share(members, PARTITIONS)), state(members));
        String two = topic(prefix + "-2");
        write(two, 0);
        Checks.check(name + "a topic that comes", until(members, () -> share(members, 2 * PARTITIONS)), state(members));
        Checks.check(name + "is read", until(members, () -> got(members).equals(upTo(STEP))), got(members));
        members.forEach(member -> member.consumer.close());
    }

    private static String type(String group) throws Exception {
        return admin.listGroups().all().get().stream().filter(it -> it.groupId().equals(group)).map(it -> it.type().get().toString()).findFirst().orElse("none");
    }

    /** A group of classic members is replaced one by one with members of the new protocol, and back, while records come. */
    private static void migration() throws Exception {
        String topic = topic("migration"), name = "migration: ";
        int written = write(topic, 0);
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < 3; i++) members.add(new Member(topic, "classic").on(topic));
        List<Member> all = new ArrayList<>(members);
        Checks.check(name + "it begins shared", until(members, () -> share(members, PARTITIONS)), state(members));
        for (String protocol : List.of("consumer", "classic")) {
            for (int i = 0; i < members.size(); i++) {
                members.get(i).consumer.close();
                written = write(topic, written);
                members.set(i, new Member(topic, protocol).on(topic));
                all.add(members.get(i));
                Member next = members.get(i);
                boolean shared = until(members, () -> share(members, PARTITIONS) || next.failure != null);
                Checks.check(name + "shared with " + (i + 1) + " of protocol " + protocol, shared && next.failure == null, state(members));
            }
            Checks.becomes(name + "the group is of type " + protocol, protocol.equals("classic") ? "Classic" : "Consumer", () -> type(topic));
        }
        int want = written;
        until(members, () -> new HashSet<>(got(all)).size() >= want);
        onceEach(name, all, written);
        members.forEach(member -> member.consumer.close());
    }
}
