import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;

/**
 * Copies a topic to another in transactions until it is killed: {@code Transformer PROTOCOL BOOTSTRAP IN OUT GROUP TRANSACTIONAL.ID}.
 * Each input partition goes to that of the same number. Any failure ends it: it is started again.
 */
final class Transformer {
    public static void main(String[] args) {
        Properties common = new Properties();
        common.put("bootstrap.servers", args[1]);
        common.put("reconnect.backoff.max.ms", "200");
        Properties reads = new Properties();
        reads.putAll(common);
        reads.put("group.id", args[4]);
        reads.put("group.protocol", args[0]);
        reads.put("isolation.level", "read_committed");
        reads.put("auto.offset.reset", "earliest");
        reads.put("enable.auto.commit", "false");
        reads.put("max.poll.records", "50");
        reads.put("key.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        reads.put("value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        if (args[0].equals("classic")) {
            reads.put("session.timeout.ms", "6000");
            reads.put("heartbeat.interval.ms", "300");
        }
        Properties writes = new Properties();
        writes.putAll(common);
        writes.put("transactional.id", args[5]);
        writes.put("transaction.timeout.ms", "10000");
        writes.put("key.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer");
        writes.put("value.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer");
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(writes); KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(reads)) {
            producer.initTransactions();
            consumer.subscribe(List.of(args[2]));
            while (true) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(200));
                if (records.isEmpty()) continue;
                producer.beginTransaction();
                Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    producer.send(new ProducerRecord<>(args[3], record.partition(), null, record.value()));
                    offsets.put(new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
                }
                producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
                producer.commitTransaction();
            }
        } catch (RuntimeException failure) {
            System.err.println(failure);
            Runtime.getRuntime().halt(1);
        }
    }
}
