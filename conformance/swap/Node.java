import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** One node after the other on the same {@code server.properties}: Apache Kafka, ottla, Apache Kafka. */
final class Node {
    /** Lines of Apache Kafka that tell of something that a clean stop would not have left behind. */
    private static final Pattern REPAIRS = Pattern.compile(
        "Recovering unflushed|[Rr]ebuilding (all )?(index|indices|segment)|[Cc]orrupt|[Ss]tray|sanity|[Tt]runcat"
            + "|was not cleanly|Unclean|No clean shutdown|Could not find offset index|[Dd]eleting unflushed"
            + "|Found .* that (is|are) not|recovery is needed");
    private static final Pattern WARNINGS = Pattern.compile("\\] (WARN|ERROR|FATAL) | (WARN|ERROR) |[Cc]orrupt|[Ss]tray|Exception");
    /** What it says of itself at every start or stop, also without ottla in between. */
    private static final Pattern USUAL = Pattern.compile(
        "Skipping recovery of|DuplicateBrokerRegistration|Registering periodic task|Activated periodic tasks|Performing controller activation"
            // The metadata log is looked through at every start, however it was left.
            + "|partition=__cluster_metadata-0.*Recovering unflushed segment \\d+\\. (\\d+) recovered"
            // A topic that grew: Apache Kafka says so of partitions that it is just told of.
            + "|Expected partition many-\\d+ with topic id"
            // The live producer has several batches on their way when a node comes up: the first meet no leader
            // yet, the next leaves a gap, and all are sent again. That each is there once is checked in the end.
            + "|append operation on partition [\\w-]+:live-0 .*ReplicaManager|OutOfOrderSequenceException: Out of order");

    final Path dir;
    final int port;
    final String version;
    private final Path properties;
    private Process process;
    private Path output;
    private int starts;

    Node(Path dir, int port, String version, List<String> settings) throws IOException {
        this.dir = dir;
        this.port = port;
        this.version = version;
        Files.createDirectories(dir);
        this.properties = dir.resolve("server.properties");
        Files.write(properties, settings);
        Runtime.getRuntime().addShutdownHook(new Thread(this::kill));
        if (listens()) throw new IOException("something listens on port " + port);
    }

    String bootstrap() {
        return "127.0.0.1:" + port;
    }

    /** {@code kafka-storage format} with these arguments. */
    void format(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(java("-Xmx256m", "kafka.tools.StorageTool", "format",
            "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", properties.toString()));
        command.addAll(List.of(arguments));
        output = dir.resolve("format.log");
        Process format = begin(command);
        if (format.waitFor() != 0) throw new IOException("format failed: " + tail());
    }

    void startKafka() throws Exception {
        output = dir.resolve("kafka-" + ++starts + ".log");
        process = begin(java("-Xmx512m", "kafka.Kafka", properties.toString()));
        listening();
    }

    /** On the same file; what ottla does not do yet is taken out on the command line. */
    void startOttla() throws Exception {
        output = dir.resolve("ottla-" + ++starts + ".log");
        process = begin(ottla());
        listening();
    }

    /** ottla is to refuse: what it says. */
    String refusesOttla() throws Exception {
        output = dir.resolve("ottla-" + ++starts + ".log");
        Process refusing = begin(ottla());
        if (!refusing.waitFor(20, TimeUnit.SECONDS)) {
            refusing.destroyForcibly().waitFor();
            return "it started";
        }
        return refusing.exitValue() == 0 ? "it ended with 0" : log();
    }

    private List<String> ottla() {
        return List.of(System.getProperty("ottla"), "serve", properties.toString(),
            "-X", "ottla.admin.listener=", "-X", "authorizer.class.name=", "-X", "super.users=");
    }

    /** SIGTERM; the exit code. */
    int stop() throws Exception {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) process.destroyForcibly();
        return process.waitFor();
    }

    void kill() {
        if (process == null) return;
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    String log() throws IOException {
        return Files.readString(output, StandardCharsets.ISO_8859_1);
    }

    /** What it printed that somebody should look at; after a kill, recovery is nothing to complain about. */
    List<String> complaints(boolean recovers) throws IOException {
        return log().lines()
            .filter(line -> WARNINGS.matcher(line).find() || !recovers && REPAIRS.matcher(line).find())
            .filter(line -> !USUAL.matcher(line).find())
            .toList();
    }

    private List<String> java(String heap, String... rest) {
        String libs = System.getProperty("libs." + version);
        List<String> command = new ArrayList<>(List.of("java", heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-Djava.awt.headless=true", "-cp", libs + "/*", "-Dlog4j2.configurationFile=" + System.getProperty("log4j")));
        command.addAll(List.of(rest));
        return command;
    }

    private Process begin(List<String> command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile())
            .redirectInput(new File("/dev/null")).start();
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 200);
            return true;
        } catch (IOException not) {
            return false;
        }
    }

    private void listening() throws Exception {
        long end = System.currentTimeMillis() + 90_000;
        while (!listens()) {
            if (!process.isAlive()) throw new IOException("it ended with " + process.exitValue() + ": " + tail());
            if (System.currentTimeMillis() > end) throw new IOException("nothing listens: " + tail());
            Thread.sleep(20);
        }
    }

    private String tail() throws IOException {
        List<String> lines = log().lines().toList();
        return String.join("\n        ", lines.subList(Math.max(0, lines.size() - 12), lines.size()));
    }
}
