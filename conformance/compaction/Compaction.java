// Histories in Apache Kafka's own log layer, compacted by its own Cleaner at a given time; and the
// comparison of what it left with what somebody else left of the same history.
//
//   write PHASE DIR SEED...     appends the phase's batches to DIR/<seed>/{kafka,ours}/t-0, which are equal
//                               before, and compacts the first; prints a line per history: what to do to
//                               the second, and what Kafka said
//   compare DIR SEED...         compares both; prints "same" or the first difference per history
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.*;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.common.RequestLocal;
import org.apache.kafka.server.util.Scheduler;
import org.apache.kafka.storage.internals.log.*;
import org.apache.kafka.storage.internals.utils.Throttler;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

public class Compaction {
    static final long BASE = 1_790_000_000_000L;
    static final TopicPartition PARTITION = new TopicPartition("t", 0);

    /** A clock that stands. */
    record Standing(long now) implements Time {
        public long milliseconds() { return now; }
        public long nanoseconds() { return now * 1_000_000; }
        public void sleep(long ms) { }
    }

    /** Nothing happens by itself. */
    static class Idle implements Scheduler {
        static final ScheduledExecutorService NEVER = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        });
        public void startup() { }
        public void shutdown() { }
        public ScheduledFuture<?> schedule(String name, Runnable task, long delay, long period) {
            return NEVER.schedule(() -> { }, 1, TimeUnit.DAYS);
        }
        public void resizeThreadPool(int size) { }
    }

    /** What is drawn once per history. */
    static class Plan {
        final int seed, segmentBytes, mapBytes, keys, indexInterval;
        final boolean codecs, appendTime, keyless, transactions;
        final long retention, expiration, minLag;

        Plan(int seed) {
            Random random = new Random(seed * 31L + 7);
            this.seed = seed;
            segmentBytes = 2000 + random.nextInt(20_000);
            transactions = seed % 3 != 0;
            // A round that ends within a segment, where the map was full, takes a transaction for aborted in Kafka
            // because an earlier one of its producer was. We do not.
            mapBytes = transactions ? 1 << 20 : 24 * (20 + random.nextInt(60));
            keys = 5 + random.nextInt(60);
            indexInterval = random.nextBoolean() ? 1 : 400;
            codecs = seed % 2 == 1;
            appendTime = random.nextInt(5) == 0;
            keyless = random.nextInt(3) == 0;
            retention = random.nextInt(4) == 0 ? 0 : 1000 + random.nextInt(4000);
            expiration = random.nextInt(2) == 0 ? 86_400_000L : 3000;
            minLag = random.nextInt(4) == 0 ? 1500 : 0;
        }

        long time(int phase) { return BASE + phase * 1700L; }

        LogConfig config(boolean compact) {
            Properties p = new Properties();
            p.put("internal.segment.bytes", segmentBytes);
            p.put("cleanup.policy", compact ? "compact" : "delete");
            p.put("delete.retention.ms", retention);
            p.put("min.compaction.lag.ms", minLag);
            p.put("index.interval.bytes", indexInterval);
            p.put("message.timestamp.type", appendTime ? "LogAppendTime" : "CreateTime");
            return new LogConfig(p);
        }

        UnifiedLog open(File dir, boolean compact, long now, long start) throws IOException {
            return UnifiedLog.create(dir, config(compact), start, Long.MAX_VALUE, new Idle(), new BrokerTopicStats(),
                new Standing(now), 3_600_000, new ProducerStateManagerConfig((int) expiration, false), 600_000,
                new LogDirFailureChannel(1), true, Optional.empty());
        }
    }

    static ByteBuffer bytes(String text) { return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)); }

    /** Appends what the phase brings. */
    static void append(Plan plan, int phase, UnifiedLog log, long now) throws IOException {
        Random random = new Random(plan.seed * 1000L + phase);
        Map<Long, Short> open = new TreeMap<>();
        log.producerStateManager().activeProducers().forEach((id, entry) -> {
            if (entry.currentTxnFirstOffset().isPresent()) open.put(id, entry.producerEpoch());
        });
        int batches = 20 + random.nextInt(60);
        for (int i = 0; i < batches; i++) {
            long id = random.nextInt(3) == 0 ? -1 : 100 + random.nextInt(5);
            ProducerStateEntry known = log.producerStateManager().activeProducers().get(id);
            short epoch = known == null ? 0 : known.producerEpoch();
            int sequence = known == null || known.lastDataOffset() < 0 ? 0
                : known.batchMetadata().stream().reduce((a, b) -> b).map(b -> b.lastSeq() + 1).orElse(0);
            boolean transactional = plan.transactions && id >= 103 || open.containsKey(id);
            if (id < 0) { sequence = -1; epoch = -1; transactional = false; }
            log.appendAsLeader(batch(plan, random, now, i, id, epoch, sequence, transactional), phase / 2);
            if (transactional) open.put(id, epoch);
            log.updateHighWatermark(log.logEndOffset());
            if (!open.isEmpty() && random.nextInt(4) == 0) end(log, random, open, phase, now);
            if (random.nextInt(12) == 0) log.roll();
        }
        // Now and then a transaction stays open over the compaction.
        while (open.size() > (random.nextInt(4) == 0 ? 1 : 0)) end(log, random, open, phase, now);
        if (random.nextInt(3) != 0) {
            log.roll();
            // As in a log that is written: the active segment is not empty.
            log.appendAsLeader(batch(plan, random, now, batches, -1, (short) -1, -1, false), phase / 2);
        }
        log.updateHighWatermark(log.logEndOffset());
    }

    static void end(UnifiedLog log, Random random, Map<Long, Short> open, int phase, long now) throws IOException {
        List<Long> ids = new ArrayList<>(open.keySet());
        long id = ids.get(random.nextInt(ids.size()));
        // As with transactions of version 2, an end may raise the epoch.
        int raised = random.nextInt(2);
        short epoch = (short) (open.remove(id) + raised);
        ControlRecordType type = random.nextInt(2) == 0 ? ControlRecordType.ABORT : ControlRecordType.COMMIT;
        log.appendAsLeader(MemoryRecords.withEndTransactionMarker(0, now, -1, id, epoch,
            new EndTransactionMarker(type, phase)), phase / 2, AppendOrigin.COORDINATOR, RequestLocal.noCaching(),
            VerificationGuard.SENTINEL, (short) (1 + raised));
        log.updateHighWatermark(log.logEndOffset());
    }

    static MemoryRecords batch(Plan plan, Random random, long now, int i, long id, short epoch, int sequence,
                               boolean transactional) {
        CompressionType[] types = CompressionType.values();
        CompressionType type = plan.codecs ? types[random.nextInt(5)] : CompressionType.NONE;
        MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(1 << 12), RecordBatch.CURRENT_MAGIC_VALUE,
            Compression.of(type).build(), TimestampType.CREATE_TIME, 0L, -1L, id, epoch, sequence, transactional, 0);
        int count = 1 + random.nextInt(6);
        for (int r = 0; r < count; r++) {
            ByteBuffer key = plan.keyless && random.nextInt(9) == 0 ? null : bytes("key-" + random.nextInt(plan.keys));
            ByteBuffer value = random.nextInt(5) == 0 ? null : bytes("v" + i + "-" + "x".repeat(random.nextInt(80)));
            Header[] headers = random.nextInt(4) == 0
                ? new Header[] {new RecordHeader("h" + r, random.nextBoolean() ? null : new byte[random.nextInt(5)])} : new Header[0];
            builder.append(now - random.nextInt(3000), key, value, headers);
        }
        return builder.build();
    }

    static long cleanerOffset(File file) throws IOException {
        return file.exists() ? Long.parseLong(Files.readString(file.toPath()).trim()) : -1;
    }

    /** Compacts a log as the broker's cleaner thread would; returns where it ended, -1 if there was nothing to do. */
    static long clean(Plan plan, UnifiedLog log, long checkpoint, long now, StringBuilder told) throws Exception {
        Method offsets = LogCleanerManager.class.getDeclaredMethod("cleanableOffsets", UnifiedLog.class, Optional.class, long.class);
        offsets.setAccessible(true);
        Object found = offsets.invoke(null, log, checkpoint < 0 ? Optional.empty() : Optional.of(checkpoint), now);
        Method first = found.getClass().getDeclaredMethod("firstDirtyOffset"), last = found.getClass().getDeclaredMethod("firstUncleanableDirtyOffset");
        first.setAccessible(true);
        last.setAccessible(true);
        LogToClean toClean = new LogToClean(log, (long) first.invoke(found), (long) last.invoke(found), false);
        told.append(" ").append(toClean.firstDirtyOffset()).append(" ").append(toClean.firstUncleanableOffset())
            // Two compressors come to different sizes.
            .append(plan.codecs ? " - -" : " " + toClean.cleanBytes() + " " + toClean.cleanableBytes());
        if (toClean.cleanableBytes() == 0) return -1;
        Time time = new Standing(now);
        Cleaner cleaner = new Cleaner(0, new SkimpyOffsetMap(plan.mapBytes), 3000, 1 << 20, 0.9,
            new Throttler(Double.MAX_VALUE, 300, "x", "x", Time.SYSTEM), time, partition -> { });
        return cleaner.doClean(toClean, now).getKey();
    }

    /** Closes a log with its indexes cut to what they hold, as the end of a broker's process leaves them. */
    static void close(UnifiedLog log) throws IOException {
        log.activeSegment().onBecomeInactiveSegment();
        log.close();
    }

    static void write(int phase, Path root, List<Integer> seeds) throws Exception {
        for (int seed : seeds) {
            Plan plan = new Plan(seed);
            long now = plan.time(phase), start = 0;
            Path home = root.resolve("" + seed);
            Path startFile = home.resolve("start");
            if (Files.exists(startFile)) start = Long.parseLong(Files.readString(startFile).trim());
            File checkpointFile = home.resolve("checkpoint").toFile();
            long checkpoint = cleanerOffset(checkpointFile);
            for (String who : List.of("kafka", "ours")) {
                File dir = home.resolve(who).resolve("t-0").toFile();
                dir.mkdirs();
                UnifiedLog log = plan.open(dir, false, now, start);
                log.updateHighWatermark(log.logEndOffset());
                append(plan, phase, log, now);
                if (phase == 2 && seed % 5 < 2) {
                    long target = log.logEndOffset() / 3;
                    log.maybeIncrementLogStartOffset(target, LogStartOffsetIncrementReason.ClientRecordDeletion);
                    Files.writeString(startFile, "" + log.logStartOffset());
                }
                close(log);
            }
            if (Files.exists(startFile)) start = Long.parseLong(Files.readString(startFile).trim());
            StringBuilder told = new StringBuilder();
            UnifiedLog log = plan.open(home.resolve("kafka/t-0").toFile(), true, now, start);
            log.updateHighWatermark(log.logEndOffset());
            long end = clean(plan, log, checkpoint, now, told);
            close(log);
            if (end >= 0) Files.writeString(checkpointFile.toPath(), "" + end);
            System.out.println(home.resolve("ours/t-0") + " " + now + " " + checkpoint + " " + start + " " + plan.expiration
                + " " + plan.retention + " " + plan.segmentBytes + " " + plan.minLag + " " + plan.mapBytes + " "
                + plan.indexInterval + " 1000 :" + told + " " + end);
        }
    }

    static Map<String, Path> files(Path dir) throws IOException {
        Map<String, Path> files = new TreeMap<>();
        try (var list = Files.list(dir)) {
            list.filter(f -> f.toString().matches(".*\\.(log|index|timeindex|txnindex|snapshot|cleaned|swap)"))
                .filter(f -> !f.toString().endsWith(".txnindex") || f.toFile().length() > 0)
                .forEach(f -> files.put(f.getFileName().toString(), f));
        }
        return files;
    }

    static String batches(Path a, Path b) throws IOException {
        var left = FileRecords.open(a.toFile()).batches().iterator();
        var right = FileRecords.open(b.toFile()).batches().iterator();
        while (left.hasNext() && right.hasNext()) {
            var l = left.next();
            var r = right.next();
            String lh = head(l), rh = head(r);
            if (!lh.equals(rh)) return lh + " / " + rh;
            r.ensureValid();
            var lr = l.iterator();
            var rr = r.iterator();
            while (lr.hasNext() && rr.hasNext()) {
                var x = lr.next();
                var y = rr.next();
                if (!x.equals(y)) return x + " / " + y;
            }
            if (lr.hasNext() != rr.hasNext()) return "records of " + lh;
        }
        return left.hasNext() || right.hasNext() ? "number of batches" : null;
    }

    static String head(RecordBatch b) {
        return b.baseOffset() + ".." + b.lastOffset() + " n=" + b.countOrNull() + " pid=" + b.producerId() + "/" + b.producerEpoch()
            + " seq=" + b.baseSequence() + ".." + b.lastSequence() + " epoch=" + b.partitionLeaderEpoch() + " max=" + b.maxTimestamp()
            + " " + b.timestampType() + " " + b.compressionType() + " txn=" + b.isTransactional() + " control=" + b.isControlBatch()
            + " horizon=" + b.deleteHorizonMs();
    }

    static String difference(Path root, int seed) throws IOException {
        Map<String, Path> a = files(root.resolve(seed + "/kafka/t-0")), b = files(root.resolve(seed + "/ours/t-0"));
        // Producer snapshots before the log start serve nobody; the two remove them at different times.
        Path moved = root.resolve(seed + "/start");
        String start = String.format("%020d", Files.exists(moved) ? Long.parseLong(Files.readString(moved).trim()) + 1 : 0);
        for (var found : List.of(a, b)) found.keySet().removeIf(f -> f.endsWith(".snapshot") && f.compareTo(start) < 0);
        if (!a.keySet().equals(b.keySet())) return "files " + a.keySet() + " / " + b.keySet();
        boolean codecs = new Plan(seed).codecs;
        String active = a.keySet().stream().filter(f -> f.endsWith(".log")).reduce((x, y) -> y).get().substring(0, 20);
        for (String name : a.keySet()) {
            byte[] x = Files.readAllBytes(a.get(name)), y = Files.readAllBytes(b.get(name));
            if (Arrays.equals(x, y)) continue;
            // Two compressors write different bytes, at different positions. The active segment is not compacted, and
            // its indexes hold what whoever closed it last added.
            boolean positions = name.endsWith(".index") || name.endsWith(".timeindex");
            if (positions && (codecs || name.startsWith(active))) continue;
            String what = name.endsWith(".log") ? batches(a.get(name), b.get(name)) : "bytes";
            if (what == null && !codecs) what = "bytes";
            if (what != null) return name + ": " + what;
        }
        return null;
    }

    // bench-write DIR MEGABYTES CODEC     one log of records of 250 bytes, every key about four times
    // bench-clean DIR                     compacts it with a broker's settings; prints seconds, CPU seconds
    static void bench(String[] args) throws Exception {
        File dir = Path.of(args[1], "t-0").toFile();
        dir.mkdirs();
        Properties p = new Properties();
        p.put("internal.segment.bytes", 256 << 20);
        p.put("cleanup.policy", "compact");
        UnifiedLog log = UnifiedLog.create(dir, new LogConfig(p), 0, Long.MAX_VALUE, new Idle(), new BrokerTopicStats(),
            new Standing(BASE), 3_600_000, new ProducerStateManagerConfig(86_400_000, false), 600_000,
            new LogDirFailureChannel(1), true, Optional.empty());
        if (args[0].equals("bench-write")) {
            long bytes = Long.parseLong(args[2]) << 20, keys = bytes / 250 / 4;
            Compression compression = Compression.of(CompressionType.forName(args[3])).build();
            Random random = new Random(1);
            byte[] value = new byte[218];
            ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
            for (long written = 0; written < bytes; ) {
                buffer.clear();
                MemoryRecordsBuilder builder = MemoryRecords.builder(buffer, compression, TimestampType.CREATE_TIME, 0L);
                for (int i = 0; i < 64; i++) {
                    // Text of which a codec makes about half.
                    for (int b = 0; b < value.length; b++) value[b] = (byte) ('a' + random.nextInt(11));
                    builder.append(BASE, String.format("key-%012d", (long) (random.nextDouble() * keys)).getBytes(), value);
                    written += 250;
                }
                log.appendAsLeader(builder.build(), 0);
            }
            log.roll();
            MemoryRecords last = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(BASE, new byte[] {1}, new byte[] {1}));
            log.appendAsLeader(last, 0);
            close(log);
            return;
        }
        log.updateHighWatermark(log.logEndOffset());
        var cpu = (com.sun.management.OperatingSystemMXBean) java.lang.management.ManagementFactory.getOperatingSystemMXBean();
        Cleaner cleaner = new Cleaner(0, new SkimpyOffsetMap(128 << 20), 256 << 10, 1 << 20, 0.9,
            new Throttler(Double.MAX_VALUE, 300, "x", "x", Time.SYSTEM), new Standing(BASE), partition -> { });
        long began = System.nanoTime(), used = cpu.getProcessCpuTime();
        long end = cleaner.doClean(new LogToClean(log, 0, log.activeSegment().baseOffset(), false), BASE).getKey();
        System.out.println("ended " + end + " " + (System.nanoTime() - began) / 1e9 + " " + (cpu.getProcessCpuTime() - used) / 1e9);
        close(log);
    }

    public static void main(String[] args) throws Exception {
        if (args[0].startsWith("bench")) {
            bench(args);
            return;
        }
        boolean writes = args[0].equals("write");
        Path root = Path.of(args[writes ? 2 : 1]);
        List<Integer> seeds = new ArrayList<>();
        for (int i = writes ? 3 : 2; i < args.length; i++) seeds.add(Integer.parseInt(args[i]));
        if (writes) write(Integer.parseInt(args[1]), root, seeds);
        else for (int seed : seeds) {
            String what = difference(root, seed);
            System.out.println(seed + " " + (what == null ? "same" : what));
        }
    }
}
