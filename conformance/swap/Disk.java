import java.io.IOException;
import java.io.InputStream;
import java.nio.file.*;
import java.security.MessageDigest;
import java.util.*;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The log dirs of a node, looked at from outside. */
final class Disk {
    private record Print(long size, String sha256, boolean sealed) {}

    private final List<Path> dirs;
    private final Path scratch;
    private int dumps;

    Disk(List<Path> dirs, Path scratch) {
        this.dirs = dirs;
        this.scratch = scratch;
    }

    /** All files that end so, of every partition whose dir is not being removed. */
    List<Path> files(String... suffixes) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path dir : dirs) {
            try (Stream<Path> all = Files.walk(dir, 2)) {
                all.filter(file -> Stream.of(suffixes).anyMatch(file.toString()::endsWith))
                    .filter(file -> !file.getParent().toString().matches(".*-(delete|stray|future)"))
                    .forEach(found::add);
            }
        }
        Collections.sort(found);
        return found;
    }

    Path metadataDir() throws IOException {
        for (Path dir : dirs) if (Files.isDirectory(dir.resolve("__cluster_metadata-0"))) return dir.resolve("__cluster_metadata-0");
        throw new IOException("no metadata log in " + dirs);
    }

    Path newestSnapshotFile() throws IOException {
        try (Stream<Path> all = Files.list(metadataDir())) {
            return all.filter(file -> file.toString().endsWith(".checkpoint")).max(Comparator.naturalOrder()).orElse(null);
        }
    }

    long newestSnapshot() throws IOException {
        Path newest = newestSnapshotFile();
        return newest == null ? -1 : Long.parseLong(newest.getFileName().toString().substring(0, 20));
    }

    /** Segments (and the indexes of those that are sealed), without topics that are compacted. */
    Map<Path, Print> prints() throws IOException {
        Map<Path, Print> prints = new TreeMap<>();
        Map<Path, Path> active = new HashMap<>();
        for (Path log : files(".log")) active.put(log.getParent(), log);
        for (Path file : files(".log", ".index", ".timeindex", ".txnindex")) {
            String partition = file.getParent().getFileName().toString();
            if (partition.matches("(compacted|both)-\\d+")) continue;
            String base = file.getFileName().toString().substring(0, 20);
            boolean sealed = !active.get(file.getParent()).getFileName().toString().startsWith(base);
            if (sealed || file.toString().endsWith(".log")) prints.put(file, print(file, Files.size(file), sealed));
        }
        return prints;
    }

    /** How the files of then differ from those of now, where the same bytes must be. */
    List<String> changed(Map<Path, Print> before) throws IOException {
        List<String> changed = new ArrayList<>();
        for (Map.Entry<Path, Print> entry : before.entrySet()) {
            Path file = entry.getKey();
            Print was = entry.getValue();
            if (!Files.exists(file)) {
                // Retention of the metadata log and DeleteRecords remove whole segments, topics go as a whole.
                if (Files.isDirectory(file.getParent()) && !file.getParent().toString().contains("trimmed")) changed.add(file + " is gone");
            } else if (Files.size(file) < was.size || was.sealed && Files.size(file) != was.size) {
                changed.add(file + " has " + Files.size(file) + " bytes, had " + was.size);
            } else if (!print(file, was.size, was.sealed).equals(was)) {
                changed.add(file + " has other bytes");
            }
        }
        return changed;
    }

    private static Print print(Path file, long size, boolean sealed) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (long left = size; left > 0; ) {
                int got = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (got < 0) break;
                digest.update(buffer, 0, got);
                left -= got;
            }
            return new Print(size, HexFormat.of().formatHex(digest.digest()), sealed);
        } catch (java.security.NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }

    /** What kafka-dump-log prints of these files. */
    String dump(List<Path> files, String... options) throws Exception {
        if (files.isEmpty()) return "";
        Path output = scratch.resolve("dump-" + ++dumps + ".txt");
        String libs = System.getProperty("libs.tools");
        List<String> command = new ArrayList<>(List.of("java", "-Xmx400m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", libs + "/*",
            "-Dlog4j2.configurationFile=" + System.getProperty("log4j.quiet"), "org.apache.kafka.tools.DumpLogSegments", "--files",
            files.stream().map(Path::toString).collect(Collectors.joining(","))));
        command.addAll(List.of(options));
        Process dump = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        if (!dump.waitFor(120, TimeUnit.SECONDS)) dump.destroyForcibly();
        String text = Files.readString(output, java.nio.charset.StandardCharsets.ISO_8859_1);
        Files.delete(output);
        return dump.waitFor() == 0 ? text : text + "\nException: exit " + dump.exitValue();
    }

    /** What kafka-dump-log finds wrong with any file. */
    List<String> dumpComplaints() throws Exception {
        List<String> complaints = new ArrayList<>();
        List<Path> metadata = files(".checkpoint");
        List<Path> logs = new ArrayList<>(files(".log"));
        for (Path log : files(".log")) if (log.getParent().endsWith("__cluster_metadata-0")) metadata.add(log);
        logs.removeAll(metadata);
        complain(complaints, dump(logs, "--deep-iteration"), "records");
        complain(complaints, dump(files(".index", ".timeindex", ".txnindex", ".snapshot")), "indexes and snapshots");
        complain(complaints, dump(files(".index", ".timeindex"), "--index-sanity-check"), "index sanity");
        complain(complaints, dump(metadata, "--cluster-metadata-decoder"), "metadata");
        return complaints;
    }

    private static void complain(List<String> complaints, String text, String what) {
        text.lines().filter(line -> line.matches(".*(isvalid: false|[Mm]ismatch|Exception|out of order|[Cc]orrupt|invalid bytes|Could not|Failed|skipping|\\bat org\\.).*"))
            .limit(5).forEach(line -> complaints.add(what + ": " + line));
    }

    /** The records of the newest snapshot that are of these types, as kafka-dump-log writes them. */
    SortedSet<String> snapshotRecords(String types) throws Exception {
        String text = dump(List.of(newestSnapshotFile()), "--cluster-metadata-decoder");
        return text.lines().filter(line -> line.contains("payload: {\"type\":\""))
            .map(line -> line.substring(line.indexOf("payload: ") + 9))
            .filter(line -> line.matches("\\{\"type\":\"(" + types + ")\".*"))
            .collect(Collectors.toCollection(TreeSet::new));
    }
}
