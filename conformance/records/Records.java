// Batches written by kafka-clients for ours to read, and the other way round. Text as described in
// crates/record/examples/batch_text.rs.
//   Records.java samples          prints batches as text, every codec and level
//   Records.java golden           prints the small ones of them, each behind its hex
//   Records.java write < text     prints them as hex, one a line
//   Records.java read < hex       prints them as text
import java.io.*;
import java.nio.ByteBuffer;
import java.util.*;
import org.apache.kafka.common.compress.*;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.*;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;

public class Records {
    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        PrintStream out = new PrintStream(new BufferedOutputStream(System.out, 1 << 20));
        switch (args[0]) {
            case "samples" -> samples(out);
            case "golden" -> golden(out);
            case "write" -> write(in, out);
            case "read" -> { for (String line; (line = in.readLine()) != null;) read(HexFormat.of().parseHex(line), out); }
        }
        out.flush();
    }

    static void golden(PrintStream out) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        samples(new PrintStream(all, true));
        for (String batch : all.toString().split("(?=batch )")) {
            if (batch.length() > 3000) continue;
            write(new BufferedReader(new StringReader(batch)), out);
            out.println(batch);
        }
    }

    static void samples(PrintStream out) {
        Map<String, int[]> levels = new LinkedHashMap<>();
        levels.put("none", new int[] {0});
        levels.put("snappy", new int[] {0});
        levels.put("gzip", new int[] {0, -1, 1, 2, 3, 4, 5, 6, 7, 8, 9});
        levels.put("lz4", new int[] {0, 1, 5, 9, 12, 17});
        levels.put("zstd", new int[] {0, -131072, -7, -1, 1, 2, 3, 6, 9, 12, 15, 19, 20, 22});
        Random random = new Random(7);
        levels.forEach((codec, all) -> {
            for (int level : all) {
                sample(out, codec, level, random, 1, 10, 0, "-1 -1 -1 .", -1);
                sample(out, codec, level, random, 20, 50, 1_000_000_000_000L, "5 2 100 .", -1);
                sample(out, codec, level, random, 20, 50, 7, "5 2 2147483640 .T", -1);
                sample(out, codec, level, random, 5, 1000, 7, "-1 -1 -1 .", 1_700_000_000_123L);
            }
            sample(out, codec, 0, random, 3, 70_000, 0, "-1 -1 -1 .", -1);
            sample(out, codec, 0, random, 2000, 100, 0, "-1 -1 -1 .", -1);
            sample(out, codec, 0, random, 1, 0, Long.MAX_VALUE - 1000, "-1 -1 -1 .", -1);
        });
    }

    static void sample(PrintStream out, String codec, int level, Random random, int records, int size, long base, String producer, long appendTime) {
        out.printf("batch %s %d %d 3 %s %d%n", codec, level, base, producer, appendTime);
        long max = -1, offset = base;
        for (int i = 0; i < records; i++) {
            long at = switch (random.nextInt(6)) { case 0 -> -1; case 1 -> Long.MAX_VALUE; case 2 -> 0; default -> 1_700_000_000_000L + random.nextInt(); };
            if (appendTime != -1) at = appendTime;
            max = Math.max(max, at);
            StringBuilder line = new StringBuilder("record " + offset + " " + at + " " + bytes(random, size / 5) + " " + bytes(random, size));
            for (int n = random.nextInt(4) == 0 ? random.nextInt(5) : 0; n > 0; n--) {
                line.append(" :").append(HexFormat.of().formatHex(List.of("", "h", "näme").get(random.nextInt(3)).getBytes(java.nio.charset.StandardCharsets.UTF_8))).append("=").append(bytes(random, 5));
            }
            out.println(line);
            offset += codec.equals("none") && random.nextInt(5) == 0 ? 1 + random.nextInt(300) : 1;
            if (i == records - 1) out.printf("end %d %d%n", Long.parseLong(line.toString().split(" ")[1]) - base, appendTime == -1 ? max : appendTime);
        }
    }

    static String bytes(Random random, int size) {
        if (random.nextInt(8) == 0) return "-";
        byte[] bytes = new byte[size == 0 ? 0 : random.nextInt(size + 1)];
        if (random.nextBoolean()) random.nextBytes(bytes); else Arrays.fill(bytes, (byte) 'a');
        return ":" + HexFormat.of().formatHex(bytes);
    }

    static byte[] bytes(String word) { return word.equals("-") ? null : HexFormat.of().parseHex(word.substring(1)); }

    static void write(BufferedReader in, PrintStream out) throws Exception {
        MemoryRecordsBuilder builder = null;
        for (String line; (line = in.readLine()) != null;) {
            String[] w = line.split(" ");
            if (w[0].equals("batch")) {
                long appendTime = Long.parseLong(w[9]);
                int level = Integer.parseInt(w[2]);
                Compression compression = level == 0 ? Compression.of(w[1]).build() : switch (w[1]) {
                    case "gzip" -> Compression.gzip().level(level).build();
                    case "lz4" -> Compression.lz4().level(level).build();
                    default -> Compression.zstd().level(level).build();
                };
                builder = new MemoryRecordsBuilder(new ByteBufferOutputStream(1024), (byte) 2, compression,
                    appendTime == -1 ? TimestampType.CREATE_TIME : TimestampType.LOG_APPEND_TIME, Long.parseLong(w[3]), appendTime,
                    Long.parseLong(w[5]), Short.parseShort(w[6]), Integer.parseInt(w[7]), w[8].contains("T"), false, Integer.parseInt(w[4]), 1 << 30);
            } else if (w[0].equals("record")) {
                Header[] headers = new Header[w.length - 5];
                for (int i = 5; i < w.length; i++) {
                    String[] pair = w[i].split("=");
                    headers[i - 5] = new RecordHeader(new String(bytes(pair[0]), java.nio.charset.StandardCharsets.UTF_8), bytes(pair[1]));
                }
                builder.appendWithOffset(Long.parseLong(w[1]), Long.parseLong(w[2]), bytes(w[3]), bytes(w[4]), headers);
            } else {
                MemoryRecords records = builder.build();
                byte[] all = new byte[records.sizeInBytes()];
                records.buffer().duplicate().get(all);
                out.println(HexFormat.of().formatHex(all));
            }
        }
    }

    static void read(byte[] bytes, PrintStream out) {
        for (MutableRecordBatch batch : MemoryRecords.readableRecords(ByteBuffer.wrap(bytes)).batches()) {
            batch.ensureValid();
            long appendTime = batch.timestampType() == TimestampType.LOG_APPEND_TIME ? batch.maxTimestamp() : -1;
            out.printf("batch %s 0 %d %d %d %d %d .%s%s %d%n", batch.compressionType().name, batch.baseOffset(), batch.partitionLeaderEpoch(),
                batch.producerId(), batch.producerEpoch(), batch.baseSequence(), batch.isTransactional() ? "T" : "", batch.isControlBatch() ? "C" : "", appendTime);
            for (org.apache.kafka.common.record.internal.Record record : batch) {
                out.printf("record %d %d %s %s", record.offset(), record.timestamp(), text(record.key()), text(record.value()));
                for (Header header : record.headers()) {
                    out.printf(" :%s=%s", HexFormat.of().formatHex(header.key().getBytes(java.nio.charset.StandardCharsets.UTF_8)), header.value() == null ? "-" : ":" + HexFormat.of().formatHex(header.value()));
                }
                out.println();
            }
            out.printf("end %d %d%n", batch.lastOffset() - batch.baseOffset(), batch.maxTimestamp());
        }
    }

    static String text(ByteBuffer buffer) {
        if (buffer == null) return "-";
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return ":" + HexFormat.of().formatHex(bytes);
    }
}
