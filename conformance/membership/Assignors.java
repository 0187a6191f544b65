// What the assignors of Apache Kafka's Java client decide, for random groups through some rebalances
// each, as crates/membership/testdata/assignors.txt records it; and, after the argument `bytes`, what
// members write into JoinGroup and SyncGroup.

import java.nio.ByteBuffer;
import java.util.*;
import java.util.stream.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.*;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.*;

public class Assignors {
    static final class Member {
        String id, instance, rack;
        TreeSet<String> topics = new TreeSet<>();
        List<TopicPartition> had = null;
        int generation = -1;
        boolean old = false;
    }

    static final List<String> NAMES = List.of("range", "roundrobin", "sticky", "cooperative-sticky");

    static ConsumerPartitionAssignor assignor(String name) {
        return switch (name) {
            case "range" -> new RangeAssignor();
            case "roundrobin" -> new RoundRobinAssignor();
            case "sticky" -> new StickyAssignor();
            default -> new CooperativeStickyAssignor();
        };
    }

    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals("bytes")) {
            bytes();
            return;
        }
        int groups = Integer.parseInt(args[0]);
        for (int seed = 0; seed < groups; seed++) {
            Group group = new Group(seed);
            for (int round = 0; round < 4; round++) {
                group.round(seed + "." + round);
                group.change();
            }
        }
    }

    static final class Group {
        final Random random;
        final String name;
        final boolean racks, alike;
        final TreeMap<String, List<TreeSet<String>>> topics = new TreeMap<>();
        final List<Member> members = new ArrayList<>();
        int generation = 0, born = 0;

        Group(int seed) {
            random = new Random(seed);
            name = NAMES.get(seed % 4 < 2 ? seed / 4 % 2 : seed % 4);
            racks = random.nextInt(3) == 0;
            alike = random.nextInt(2) == 0;
            int count = 1 + random.nextInt(4);
            for (int i = 0; i < count; i++) {
                int partitions = random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(random.nextInt(4) == 0 ? 20 : 7);
                List<TreeSet<String>> all = new ArrayList<>();
                for (int p = 0; p < partitions; p++) all.add(places());
                topics.put("t" + (char) ('a' + i), all);
            }
            int size = 1 + random.nextInt(random.nextInt(5) == 0 ? 16 : 5);
            for (int i = 0; i < size; i++) members.add(born());
        }

        TreeSet<String> places() {
            TreeSet<String> places = new TreeSet<>();
            if (racks) for (int i = 0; i < 2; i++) if (random.nextInt(8) > 0) places.add("r" + random.nextInt(3));
            return places;
        }

        TreeSet<String> wish() {
            TreeSet<String> wish = new TreeSet<>(topics.keySet());
            if (!alike) wish.removeIf(t -> random.nextInt(3) == 0);
            if (random.nextInt(15) == 0) wish.add("unknown");
            return wish;
        }

        Member born() {
            Member m = new Member();
            m.id = (random.nextBoolean() ? "consumer-" : "c") + born++ + "-" + Integer.toHexString(random.nextInt(4096));
            m.instance = random.nextInt(6) == 0 ? "i" + (99 - born) : null;
            m.rack = racks && random.nextInt(4) > 0 ? "r" + random.nextInt(3) : null;
            m.topics = wish();
            m.old = name.equals("cooperative-sticky") && random.nextInt(12) == 0;
            return m;
        }

        void change() {
            if (random.nextInt(3) == 0 && members.size() > 1) members.remove(random.nextInt(members.size()));
            if (random.nextInt(2) == 0) members.add(random.nextInt(members.size() + 1), born());
            if (random.nextInt(4) == 0) members.get(random.nextInt(members.size())).topics = wish();
            if (random.nextInt(4) == 0) topics.firstEntry().getValue().add(places());
            // Someone who missed the last generation and still has what he had.
            if (random.nextInt(4) == 0) stale = members.get(random.nextInt(members.size()));
            // Someone who claims what another has.
            if (random.nextInt(8) == 0 && members.size() > 1) {
                Member one = members.get(0), two = members.get(1);
                if (one.had != null && two.had != null && !two.had.isEmpty() && !one.had.contains(two.had.get(0))) {
                    one.had = new ArrayList<>(one.had);
                    one.had.add(two.had.get(0));
                }
            }
        }

        Member stale = null;

        Subscription subscription(Member m) {
            List<String> wanted = new ArrayList<>(m.topics);
            Subscription s;
            switch (name) {
                case "sticky": {
                    StickyAssignor a = new StickyAssignor();
                    if (m.had != null) a.onAssignment(new Assignment(m.had), new ConsumerGroupMetadata("g", m.generation, m.id, Optional.empty()));
                    s = new Subscription(wanted, a.subscriptionUserData(m.topics), List.of(), m.generation, Optional.ofNullable(m.rack));
                    break;
                }
                case "cooperative-sticky": {
                    CooperativeStickyAssignor a = new CooperativeStickyAssignor();
                    if (m.had != null) a.onAssignment(new Assignment(m.had), new ConsumerGroupMetadata("g", m.generation, m.id, Optional.empty()));
                    List<TopicPartition> had = m.had == null ? List.of() : m.had;
                    s = new Subscription(wanted, a.subscriptionUserData(m.topics), had, m.old ? -1 : m.generation, Optional.ofNullable(m.rack));
                    break;
                }
                default:
                    s = new Subscription(wanted, null, List.of(), m.generation, Optional.ofNullable(m.rack));
            }
            // As the leader reads it from JoinGroup.
            s = ConsumerProtocol.deserializeSubscription(ConsumerProtocol.serializeSubscription(s));
            s.setGroupInstanceId(Optional.ofNullable(m.instance));
            return s;
        }

        void round(String title) {
            System.out.println("case " + title + " " + name);
            topics.forEach((topic, all) -> System.out.println("topic " + topic + " " + all.size()
                + (racks ? " " + all.stream().map(r -> r.isEmpty() ? "-" : String.join(",", r)).collect(Collectors.joining(" ")) : "")));
            Map<String, Subscription> subscriptions = new HashMap<>();
            for (Member m : members) {
                subscriptions.put(m.id, subscription(m));
                System.out.println("member " + m.id + " " + dash(m.instance) + " " + dash(m.rack) + " " + m.generation + (m.old ? " old" : "")
                    + " | " + String.join(" ", m.topics) + " | " + (m.had == null ? "-" : show(m.had)));
            }
            Map<String, Assignment> result;
            try {
                result = assignor(name).assign(cluster(), new GroupSubscription(subscriptions)).groupAssignment();
            } catch (RuntimeException e) {
                System.out.println("fails " + e + "\n");
                return;
            }
            generation++;
            for (String id : new TreeMap<>(result).keySet())
                System.out.println("gets " + id + " | " + show(result.get(id).partitions()));
            System.out.println();
            for (Member m : members) {
                if (m == stale) continue;
                m.generation = generation;
                m.had = result.get(m.id).partitions();
            }
            stale = null;
        }

        Cluster cluster() {
            List<PartitionInfo> infos = new ArrayList<>();
            topics.forEach((topic, all) -> {
                for (int p = 0; p < all.size(); p++) {
                    Node[] nodes = all.get(p).stream().map(r -> new Node(r.charAt(1), "h", 1, r)).toArray(Node[]::new);
                    if (nodes.length == 0) nodes = new Node[] {new Node(1, "h", 1)};
                    infos.add(new PartitionInfo(topic, p, nodes[0], nodes, nodes));
                }
            });
            Set<Node> nodes = infos.stream().flatMap(i -> Arrays.stream(i.replicas())).collect(Collectors.toSet());
            return new Cluster("c", nodes, infos, Set.of(), Set.of());
        }
    }

    static String dash(String text) {
        return text == null ? "-" : text;
    }

    static String show(List<TopicPartition> partitions) {
        TreeMap<String, TreeSet<Integer>> topics = new TreeMap<>();
        partitions.forEach(tp -> topics.computeIfAbsent(tp.topic(), t -> new TreeSet<>()).add(tp.partition()));
        return topics.entrySet().stream().map(e -> e.getKey() + ":" + e.getValue().stream().map(String::valueOf).collect(Collectors.joining(",")))
            .collect(Collectors.joining(" "));
    }

    static void bytes() {
        List<TopicPartition> owned = List.of(new TopicPartition("b", 1), new TopicPartition("a", 2), new TopicPartition("a", 0));
        ConsumerGroupMetadata at = new ConsumerGroupMetadata("g", 7, "m", Optional.empty());
        StickyAssignor sticky = new StickyAssignor();
        print("sticky before", sticky.subscriptionUserData(Set.of("a")));
        sticky.onAssignment(new Assignment(owned.subList(0, 1)), at);
        print("sticky after", sticky.subscriptionUserData(Set.of("a")));
        CooperativeStickyAssignor cooperative = new CooperativeStickyAssignor();
        print("cooperative-sticky before", cooperative.subscriptionUserData(Set.of("a")));
        cooperative.onAssignment(new Assignment(owned), at);
        print("cooperative-sticky after", cooperative.subscriptionUserData(Set.of("a")));
        print("subscription bare", ConsumerProtocol.serializeSubscription(new Subscription(List.of("a"))));
        print("subscription full", ConsumerProtocol.serializeSubscription(
            new Subscription(List.of("b", "a"), ByteBuffer.wrap(new byte[] {1, 2}), owned, 7, Optional.of("r1"))));
        for (short v = 0; v < 3; v++)
            print("subscription " + v, ConsumerProtocol.serializeSubscription(
                new Subscription(List.of("b", "a"), ByteBuffer.wrap(new byte[] {1, 2}), owned, 7, Optional.of("r1")), v));
        print("assignment", ConsumerProtocol.serializeAssignment(new Assignment(owned.subList(1, 2))));
        print("assignment none", ConsumerProtocol.serializeAssignment(new Assignment(List.of())));
    }

    static void print(String what, ByteBuffer bytes) {
        StringBuilder hex = new StringBuilder();
        while (bytes != null && bytes.hasRemaining()) hex.append(String.format("%02x", bytes.get()));
        System.out.println(what + " = " + (bytes == null ? "null" : hex));
    }
}
