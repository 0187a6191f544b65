import java.nio.file.*;
import java.util.*;
import java.util.stream.Stream;

/**
 * Apache Kafka, ottla and Apache Kafka again on the same log dirs: {@code Swap SCENARIO DIR PORT}. A scenario is a version
 * with the way its quorum is kept: {@code 4.4.0/dynamic}, {@code 4.4.0/static}, {@code 3.9.1/static/3.7-IV4},
 * {@code born/4.4.0/dynamic} …
 */
final class Swap {
    /** Written all the time, so that no two looks at it are the same; {@link Live} looks after it. */
    private static final List<String> LIVE = List.of(Live.TOPIC);
    /** Records that ottla does not act upon yet. */
    private static final String STEWARDED = "USER_SCRAM_CREDENTIAL_RECORD|CLIENT_QUOTA_RECORD|ACCESS_CONTROL_ENTRY_RECORD|FEATURE_LEVEL_RECORD";

    private final Node node;
    private final Disk disk;
    private final boolean isNew;
    /** ottla comes first, and formats the log dirs. */
    private final boolean isBorn;
    private Live live;
    /** What Apache Kafka told of what ottla does not serve, and the records it is kept as. */
    private SortedMap<String, String> kept;
    private SortedSet<String> records;

    private Swap(String scenario, Path dir, int port) throws Exception {
        isBorn = scenario.startsWith("born/");
        String[] parts = scenario.replaceFirst("^born/", "").split("/");
        isNew = parts[0].startsWith("4");
        boolean isDynamic = parts[1].equals("dynamic");
        List<Path> dirs = Stream.of("a", "b", "c").map(dir::resolve).toList();
        List<String> settings = new ArrayList<>(List.of("process.roles=broker,controller", "node.id=1",
            "listeners=PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + (port + 1),
            "advertised.listeners=PLAINTEXT://127.0.0.1:" + port,
            "controller.listener.names=CONTROLLER", "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            isDynamic ? "controller.quorum.bootstrap.servers=127.0.0.1:" + (port + 1) : "controller.quorum.voters=1@127.0.0.1:" + (port + 1),
            "log.dirs=" + String.join(",", dirs.stream().map(Path::toString).toList()), "metadata.log.dir=" + dirs.get(1),
            "metadata.log.max.record.bytes.between.snapshots=20000",
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer", "super.users=User:ANONYMOUS",
            "num.partitions=3", "group.initial.rebalance.delay.ms=0", "log.cleaner.backoff.ms=500",
            "offsets.topic.replication.factor=1", "offsets.topic.num.partitions=10", "transaction.state.log.num.partitions=5",
            "transaction.state.log.replication.factor=1", "transaction.state.log.min.isr=1"));
        node = new Node(dir, port, parts[0], settings);
        disk = new Disk(dirs, dir);
        if (isBorn) return;
        List<String> format = new ArrayList<>();
        if (isDynamic) format.add("--standalone");
        if (parts.length > 2) format.addAll(List.of("--release-version", parts[2]));
        node.format(format.toArray(String[]::new));
    }

    public static void main(String[] args) throws Exception {
        Checks.run(args[0], () -> {
            Swap swap = new Swap(args[0], Path.of(args[1]), Integer.parseInt(args[2]));
            try {
                swap.run();
            } finally {
                swap.node.kill();
            }
        });
        Checks.finish();
    }

    private void run() throws Exception {
        if (isBorn) runBorn(); else runSwaps();
    }

    /** A cluster that ottla began, and Apache Kafka takes over. */
    private void runBorn() throws Exception {
        SortedMap<String, String> told;
        node.startOttla();
        try (Cluster cluster = new Cluster(node.bootstrap())) {
            cluster.ready();
            Load load = new Load(cluster, node.bootstrap(), 1);
            load.create();
            live = new Live(node.bootstrap());
            load.produce();
            live.more(20);
            told = cluster.state(LIVE);
        }
        Checks.equal("ottla ends with 0", node.stop(), 0);
        Checks.equal("kafka-dump-log reads what ottla left", disk.dumpComplaints(), List.of());
        node.startKafka();
        try (Cluster cluster = new Cluster(node.bootstrap())) {
            cluster.ready();
            compare("Apache Kafka tells what ottla told", cluster.state(LIVE), told);
            live.more(20);
            Load load = new Load(cluster, node.bootstrap(), 2);
            load.steward(isNew);
            load.transact(false);
            load.commit(isNew);
            load.change(2);
            load.snapshot(disk);
            told = cluster.state(LIVE);
        }
        node.stop();
        Checks.equal("Apache Kafka has nothing to complain about", node.complaints(false), List.of());
        node.startOttla();
        try (Cluster cluster = new Cluster(node.bootstrap())) {
            cluster.ready();
            compare("and ottla tells what Apache Kafka told", cluster.state(LIVE), told);
            Checks.equal("one producer through three lives", live.end(), "");
        }
        Checks.equal("ottla ends with 0 again", node.stop(), 0);
    }

    private void runSwaps() throws Exception {
        SortedMap<String, String> told = kafkaFirst();
        told = ottlaAfterKafka("stopped", told, 2);
        Checks.equal("ottla ends with 0", node.stop(), 0);
        Checks.equal("ottla had nothing to complain about", node.complaints(false), List.of());
        Checks.equal("kafka-dump-log reads what ottla left", disk.dumpComplaints(), List.of());

        told = kafkaAfterOttla("stopped", told, 3, false);
        node.kill();
        told = ottlaAfterKafka("killed", told, 4);
        node.kill();
        told = kafkaAfterOttla("killed", told, 5, true);
        node.stop();

        var before = disk.prints();
        node.startOttla();
        try (Cluster cluster = new Cluster(node.bootstrap())) {
            cluster.ready();
            compare("the last time: ottla tells what Apache Kafka told", cluster.state(LIVE), told);
            live.more(20);
            Checks.equal("one producer, " + live.acknowledged() + " records, seven lives: each once, in order", live.end(), "");
            Checks.equal("and the producer never had to begin anew", cluster.producers(Live.TOPIC), "1 of epoch 0");
        }
        Checks.equal("ottla ends with 0 again", node.stop(), 0);
        Checks.equal("and changed nothing that was there", disk.changed(before), List.of());
        Checks.equal("kafka-dump-log reads it all again", disk.dumpComplaints(), List.of());
    }

    /** Apache Kafka makes everything there is; what it tells in the end. */
    private SortedMap<String, String> kafkaFirst() throws Exception {
        SortedMap<String, String> told;
        node.startKafka();
        try (Cluster cluster = new Cluster(node.bootstrap())) {
            cluster.ready();
            Load load = new Load(cluster, node.bootstrap(), 1);
            load.create();
            cluster.ready();
            load.steward(isNew);
            live = new Live(node.bootstrap());
            load.produce();
            load.produce();
            load.transact(true);
            load.commit(isNew);
            cluster.ready();
            load.snapshot(disk);
            kept = cluster.stewardship(isNew);
            told = cluster.state(LIVE);
            live.more(50);
        }
        records = disk.snapshotRecords(STEWARDED);
        Checks.check("Apache Kafka keeps records of what ottla does not act upon (" + records.size() + ")", records.size() > 10, records);
        node.stop();
        return told;
    }

    /** ottla on what Apache Kafka left; it tells the same and goes on. What it tells in the end. */
    private SortedMap<String, String> ottlaAfterKafka(String how, SortedMap<String, String> kafkas, int life) throws Exception {
        String name = "Apache Kafka " + how + ": ";
        var before = disk.prints();
        SortedMap<String, String> told;
        node.startOttla();
        try (Cluster cluster = new Cluster(node.bootstrap())) {
            cluster.ready();
            compare(name + "ottla tells what it told", cluster.state(LIVE), kafkas);
            live.more(50);
            Checks.equal(name + "a producer goes on under ottla", live.wrong(), "");
            Load load = new Load(cluster, node.bootstrap(), life);
            load.produce();
            load.change(life);
            load.snapshot(disk);
            told = cluster.state(LIVE);
        }
        Checks.equal(name + "a snapshot of ottla has what it does not act upon", disk.snapshotRecords(STEWARDED), records);
        Checks.equal(name + "what Apache Kafka wrote has the same bytes", disk.changed(before), List.of());
        return told;
    }

    /** Apache Kafka on what ottla left; it tells the same and goes on. What it tells in the end. */
    private SortedMap<String, String> kafkaAfterOttla(String how, SortedMap<String, String> ottlas, int life, boolean recovers) throws Exception {
        String name = "ottla " + how + ": ";
        var before = disk.prints();
        SortedMap<String, String> told;
        node.startKafka();
        try (Cluster cluster = new Cluster(node.bootstrap())) {
            cluster.ready();
            compare(name + "Apache Kafka tells what it told", cluster.state(LIVE), ottlas);
            compare(name + "and of groups, credentials, quotas and ACLs what it told before", cluster.stewardship(isNew), kept);
            live.more(50);
            Checks.equal(name + "a producer goes on under Apache Kafka", live.wrong(), "");
            Load load = new Load(cluster, node.bootstrap(), life);
            load.settle();
            load.produce();
            load.transact(false);
            load.commit(isNew);
            load.change(life);
            load.snapshot(disk);
            kept = cluster.stewardship(isNew);
            told = cluster.state(LIVE);
        }
        Checks.equal(name + "a snapshot of Apache Kafka has what ottla does not act upon", disk.snapshotRecords(STEWARDED), records);
        Checks.equal(name + "Apache Kafka has nothing to complain about", node.complaints(recovers), List.of());
        Checks.equal(name + "what ottla wrote has the same bytes", disk.changed(before), List.of());
        return told;
    }

    private static void compare(String name, SortedMap<String, String> got, SortedMap<String, String> want) {
        List<String> differences = new ArrayList<>();
        SortedSet<String> keys = new TreeSet<>(got.keySet());
        keys.addAll(want.keySet());
        for (String key : keys)
            if (!Objects.equals(got.get(key), want.get(key))) differences.add(key + ": got " + got.get(key) + " want " + want.get(key));
        Checks.check(name + " (" + want.size() + " facts)", differences.isEmpty() && !want.isEmpty(),
            differences.size() + " differences\n        " + String.join("\n        ", differences.subList(0, Math.min(25, differences.size()))));
    }
}
