// Where Kafka's own producer puts keys: `Partitions.java COUNT SEED PARTITIONS` prints a hash over the partitions of that
// many random keys, and a line for each of the first 1,000: the key in hex and its partition. See partitions.

import java.util.HexFormat;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

public class Partitions {
    static long state;

    /** The next number of SplitMix64, which both sides have. */
    static long next() {
        state += 0x9E3779B97F4A7C15L;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    public static void main(String[] args) {
        int count = Integer.parseInt(args[0]);
        state = Long.parseLong(args[1]);
        int partitions = Integer.parseInt(args[2]);
        long hash = 0;
        var lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            byte[] key = new byte[(int) Long.remainderUnsigned(next(), 64)];
            for (int j = 0; j < key.length; j++) key[j] = (byte) next();
            int partition = BuiltInPartitioner.partitionForKey(key, partitions);
            hash = hash * 31 + partition;
            if (i < 1000) lines.append(HexFormat.of().formatHex(key)).append(' ').append(partition).append('\n');
        }
        System.out.println(Long.toUnsignedString(hash));
        System.out.print(lines);
    }
}
