import java.nio.charset.StandardCharsets;
import java.util.*;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** An idempotent producer that lives through every swap, counting upwards into the topic {@code live}. */
final class Live {
    static final String TOPIC = "live";
    private final String bootstrap;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final List<String> errors = Collections.synchronizedList(new ArrayList<>());
    private final Thread thread = new Thread(this::run, "live");
    private volatile boolean ends;
    private int sent;

    Live(String bootstrap) {
        this.bootstrap = bootstrap;
        this.producer = Load.producerAt(bootstrap, "none", "delivery.timeout.ms", "600000", "acks", "all", "enable.idempotence", "true",
            "max.block.ms", "600000", "batch.size", "200");
        thread.setDaemon(true);
        thread.start();
    }

    int acknowledged() {
        return acknowledged.get();
    }

    /** Waits until this many more are acknowledged. */
    void more(int count) throws Exception {
        int wanted = acknowledged() + count;
        long end = System.currentTimeMillis() + 60_000;
        while (acknowledged() < wanted) {
            if (System.currentTimeMillis() > end) throw new IllegalStateException("no acknowledgements: " + errors);
            Thread.sleep(10);
        }
    }

    private void run() {
        try {
            while (!ends) {
                byte[] value = Integer.toString(sent).getBytes(StandardCharsets.UTF_8);
                producer.send(new ProducerRecord<>(TOPIC, 0, null, value), (where, error) -> {
                    if (error == null) acknowledged.incrementAndGet(); else errors.add(error.toString());
                });
                sent++;
                Thread.sleep(4);
            }
        } catch (Exception error) {
            errors.add(error.toString());
        }
    }

    /** What is wrong with the topic while the producer goes on: what was acknowledged must be there, once, in order. */
    String wrong() {
        int atLeast = acknowledged();
        List<Integer> values = new ArrayList<>();
        Cluster.read(bootstrap, IsolationLevel.READ_UNCOMMITTED, List.of(new TopicPartition(TOPIC, 0)),
            record -> values.add(Integer.parseInt(new String(record.value(), StandardCharsets.UTF_8))));
        for (int n = 0; n < values.size(); n++) if (values.get(n) != n) return "at " + n + " stands " + values.get(n);
        if (values.size() < atLeast) return atLeast + " acknowledged, " + values.size() + " there";
        return errors.isEmpty() ? "" : errors.toString();
    }

    /** Ends; what is wrong with all of it. */
    String end() throws Exception {
        ends = true;
        thread.join();
        producer.flush();
        producer.close();
        return acknowledged() == sent ? wrong() : acknowledged() + " of " + sent + " acknowledged";
    }
}
