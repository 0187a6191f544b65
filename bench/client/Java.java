// The Java client's side of bench/client: see run. `Java produce|consume BOOTSTRAP TOPIC RECORDS SIZE [KEY=VALUE ..]`
// sends or reads that many records and prints one line of JSON.

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public class Java {
    static final OperatingSystemMXBean SYSTEM =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    public static void main(String[] args) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", args[1]);
        for (int i = 5; i < args.length; i++) {
            String[] pair = args[i].split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        long records = Long.parseLong(args[3]);
        if (args[0].equals("produce")) produce(settings, args[2], records, Integer.parseInt(args[4]));
        else consume(settings, args[2], records);
    }

    static void produce(Properties settings, String topic, long records, int size) {
        AtomicLong acknowledged = new AtomicLong(), sum = new AtomicLong(), failed = new AtomicLong();
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            long wall = System.nanoTime(), cpu = SYSTEM.getProcessCpuTime();
            byte[] template = new byte[size];
            Arrays.fill(template, (byte) 'x');
            for (long i = 0; i < records; i++) {
                byte[] value = template.clone();
                ByteBuffer.wrap(value).putLong(0, i);
                producer.send(new ProducerRecord<>(topic, value), (metadata, error) -> {
                    // Only the sender's thread comes here.
                    if (error == null) {
                        acknowledged.lazySet(acknowledged.getPlain() + 1);
                        sum.lazySet(sum.getPlain() + metadata.offset());
                    } else if (failed.getAndIncrement() == 0) {
                        error.printStackTrace();
                    }
                });
            }
            producer.flush();
            say(acknowledged.get(), acknowledged.get() * size, System.nanoTime() - wall,
                SYSTEM.getProcessCpuTime() - cpu, sum.get());
        }
        if (failed.get() > 0) System.exit(1);
    }

    static void consume(Properties settings, String topic, long records) {
        long wall = System.nanoTime(), cpu = SYSTEM.getProcessCpuTime();
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var all = consumer.partitionsFor(topic).stream().map(it -> new TopicPartition(topic, it.partition())).toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            long count = 0, bytes = 0, sum = 0;
            while (count < records) {
                for (var record : consumer.poll(Duration.ofSeconds(1))) {
                    count++;
                    bytes += record.value().length;
                    sum += ByteBuffer.wrap(record.value()).getLong();
                }
            }
            say(count, bytes, System.nanoTime() - wall, SYSTEM.getProcessCpuTime() - cpu, sum);
        }
    }

    static void say(long records, long bytes, long wall, long cpu, long sum) {
        System.out.printf(
            "{\"records\": %d, \"bytes\": %d, \"seconds\": %.6f, \"cpu\": %.6f, \"sum\": %d, \"peak_kib\": %d}%n",
            records, bytes, wall / 1e9, cpu / 1e9, sum, peakKib());
    }

    static long peakKib() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            String line = lines.filter(it -> it.startsWith("VmHWM")).findFirst().orElseThrow();
            return Long.parseLong(line.split("\\s+")[1]);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }
}
