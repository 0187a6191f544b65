// A member of a group as Java's client is one; prints its rebalances.
//   Member.java SECONDS TOPIC,TOPIC KEY=VALUE ..

import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

public class Member {
    public static void main(String[] args) {
        Properties settings = new Properties();
        for (int i = 2; i < args.length; i++) {
            String[] setting = args[i].split("=", 2);
            settings.put(setting[0], setting[1]);
        }
        settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
        settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings);
        long end = System.currentTimeMillis() + 1000 * Long.parseLong(args[0]);
        long read = 0;
        consumer.subscribe(Arrays.asList(args[1].split(",")), new ConsumerRebalanceListener() {
            public void onPartitionsRevoked(Collection<TopicPartition> them) { say("revoked", them); }
            public void onPartitionsLost(Collection<TopicPartition> them) { say("lost", them); }
            public void onPartitionsAssigned(Collection<TopicPartition> them) {
                say("assigned", them);
                say("has", consumer.assignment());
            }
        });
        while (System.currentTimeMillis() < end) read += consumer.poll(Duration.ofMillis(200)).count();
        consumer.close();
        System.out.println("read " + read);
    }

    static void say(String what, Collection<TopicPartition> them) {
        TreeSet<String> names = new TreeSet<>();
        them.forEach(it -> names.add(it.toString()));
        System.out.println(what + " " + String.join(" ", names));
    }
}
