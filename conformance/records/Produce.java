// Sends honest and hostile batches to a real broker and writes down what it answers and stores.
//   java -cp "LIBS/*" Produce.java HOST:PORT > crates/record/testdata/produce.txt
// `cargo test -p ottla-record` replays the file against our own check.
import java.io.*;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.message.*;
import org.apache.kafka.common.protocol.*;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.*;
import org.apache.kafka.common.requests.*;
import org.apache.kafka.common.utils.internals.Crc32C;
import org.apache.kafka.common.utils.internals.ByteUtils;

public class Produce {
    static DataInputStream in;
    static DataOutputStream out;
    static Admin admin;
    static final Map<String, String> topics = new HashMap<>();

    public static void main(String[] args) throws Exception {
        String[] at = args[0].split(":");
        admin = Admin.create(Map.of("bootstrap.servers", args[0]));
        Socket socket = new Socket(at[0], Integer.parseInt(at[1]));
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
        System.out.println("# Recorded from Apache Kafka 4.4.0 by conformance/records/Produce.java: do not edit.");
        System.out.println("# case | topic settings | produce version | now ms | sent | code | message | record errors | stored at offset 0");
        honest();
        framing();
        headers();
        records();
        rules();
        admin.close();
        socket.close();
    }

    // ---- cases -------------------------------------------------------------------------------

    static void honest() throws Exception {
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            send(codec + " three records", "", batch(codec));
            send(codec + " to log append time", "message.timestamp.type=LogAppendTime", batch(codec));
            send(codec + " in old request", "", 3, batch(codec));
            for (String to : List.of("uncompressed", "gzip", "snappy", "lz4", "zstd")) {
                send(codec + " into " + to, "compression.type=" + to, batch(codec));
            }
        }
        send("zstd in v6", "", 6, batch("zstd"));
        send("zstd in v7", "", 7, batch("zstd"));
        send("idempotent", "", edit(batch("none"), b -> b.putLong(43, 5).putShort(51, (short) 0).putInt(53, 0)));
        send("idempotent into gzip", "compression.type=gzip", edit(batch("none"), b -> b.putLong(43, 6).putShort(51, (short) 0).putInt(53, 0)));
    }

    static void framing() throws Exception {
        byte[] good = batch("none");
        send("nothing", "", new byte[0]);
        send("twelve bytes", "", Arrays.copyOf(good, 12));
        send("seventeen bytes", "", Arrays.copyOf(good, 17));
        send("cut by one", "", Arrays.copyOf(good, good.length - 1));
        send("one byte more", "", Arrays.copyOf(good, good.length + 1));
        send("followed by a cut batch", "", concat(good, Arrays.copyOf(good, 60)));
        send("followed by a length too small", "", concat(good, new byte[12]));
        send("followed by a magic unknown", "", concat(good, edit(good, b -> b.put(16, (byte) 9))));
        send("two batches", "", concat(good, good));
        for (int magic : new int[] {-1, 0, 1, 3, 127}) {
            send("magic " + magic, "", edit(good, b -> b.put(16, (byte) magic)));
        }
        for (int length : new int[] {-1, 0, 13, 14, 15, 30, 48, Integer.MAX_VALUE}) {
            send("length " + length, "", raw(good, b -> b.putInt(8, length)));
        }
        send("crc wrong", "", raw(good, b -> b.putInt(17, 7)));
        send("bit flipped", "", raw(good, b -> b.put(70, (byte) (b.get(70) ^ 1))));
        for (int codec = 5; codec < 8; codec++) {
            int id = codec;
            send("codec " + id, "", edit(good, b -> b.putShort(21, (short) id)));
            send("codec " + id + " in v3", "", 3, edit(good, b -> b.putShort(21, (short) id)));
        }
    }

    static void headers() throws Exception {
        for (String codec : List.of("none", "gzip")) {
            byte[] good = batch(codec);
            send(codec + " base offset 1", "", edit(good, b -> b.putLong(0, 1)));
            send(codec + " leader epoch 9", "", edit(good, b -> b.putInt(12, 9)));
            for (int delta : new int[] {-1, 0, 1, 3, Integer.MAX_VALUE}) {
                send(codec + " last offset delta " + delta, "", edit(good, b -> b.putInt(23, delta)));
            }
            for (int count : new int[] {-1, 0, 2, 4}) {
                send(codec + " count " + count, "", edit(good, b -> b.putInt(57, count)));
                send(codec + " count and delta " + count, "", edit(good, b -> b.putInt(57, count).putInt(23, count - 1)));
            }
            send(codec + " control", "", edit(good, b -> b.putShort(21, (short) (b.getShort(21) | 0x20))));
            send(codec + " delete horizon", "", edit(good, b -> b.putShort(21, (short) (b.getShort(21) | 0x40))));
            send(codec + " unknown attribute bits", "", edit(good, b -> b.putShort(21, (short) (b.getShort(21) | 0xff80))));
            send(codec + " unknown attribute bits to append time", "message.timestamp.type=LogAppendTime", edit(good, b -> b.putShort(21, (short) (b.getShort(21) | 0xff80))));
            send(codec + " producer without sequence", "", edit(good, b -> b.putLong(43, 5)));
            send(codec + " wrong max timestamp", "", edit(good, b -> b.putLong(35, 123)));
            send(codec + " append time set by producer", "", edit(good, b -> b.putShort(21, (short) (b.getShort(21) | 8))));
            send(codec + " append time set by producer, no time", "", edit(good, b -> b.putShort(21, (short) (b.getShort(21) | 8)).putLong(35, -1)));
            send(codec + " append time set by producer, too", "message.timestamp.type=LogAppendTime", edit(good, b -> b.putShort(21, (short) (b.getShort(21) | 8))));
        }
    }

    static void records() throws Exception {
        byte[][] bodies = {
            record(0, 0, "k", "v", 0),
            record(0, 5, "k", "v", 0),
            record(-5_000_000, 0, "k", "v", 0),
            concat(record(0, 0, "k", "v", 0), record(0, 0, "k", "v", 0)),
            concat(record(0, 0, "k", "v", 0), record(0, 2, "k", "v", 0)),
            concat(record(0, 1, "k", "v", 0), record(0, 0, "k", "v", 0)),
            concat(record(0, 0, "k", "v", 0), new byte[] {0}),
            // length: negative, too large, too small, endless, cut
            {1}, {2}, {0}, {-1, -1, -1, -1, -1}, {-1, -1, -1, -1, 15}, {-1}, {},
            {100, 0, 0, 0, 1, 1, 0}, {14, 0, 0, 0, 1, 1, 0}, {10, 0, 0, 0, 1, 1, 0}, {12, 0, 0, 0, 1, 1, 0, 0},
            // attributes set; key and value null in other ways
            {12, 7, 0, 0, 1, 1, 0}, {12, 0, 0, 0, 5, 3, 0}, {12, 0, 0, 0, 1, 2, 0}, {12, 0, 0, 0, 20, 1, 0},
            // headers: negative count, too many, key null, key long, value null, value long
            {12, 0, 0, 0, 1, 1, 1}, {12, 0, 0, 0, 1, 1, 2}, {14, 0, 0, 0, 1, 1, 2, 1}, {16, 0, 0, 0, 1, 1, 2, 1, 1},
            {16, 0, 0, 0, 1, 1, 2, 0, 1}, {16, 0, 0, 0, 1, 1, 2, 20, 1}, {16, 0, 0, 0, 1, 1, 2, 0, 20}, {16, 0, 0, 0, 1, 1, 4, 0, 0},
            {16, 0, 0, 0, 1, 1, 100, 0, 0},
            // numbers that do not end
            {30, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 1, 1, 0}, {22, 0, 0, -1, -1, -1, -1, -1, 0, 1, 1, 0},
        };
        int[] counts = {1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
        for (int i = 0; i < bodies.length; i++) {
            for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
                send(codec + " body " + i, "", frame(codec, pack(codec, bodies[i]), counts[i]));
            }
            send("none body " + i + " into gzip", "compression.type=gzip", frame("none", bodies[i], counts[i]));
            send("gzip body " + i + " into none", "compression.type=uncompressed", frame("gzip", pack("gzip", bodies[i]), counts[i]));
        }
        byte[] body = record(0, 0, "k", "v", 0);
        for (String codec : List.of("gzip", "snappy", "lz4", "zstd")) {
            byte[] block = pack(codec, body);
            send(codec + " empty block", "", frame(codec, new byte[0], 1));
            send(codec + " junk block", "", frame(codec, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}, 1));
            for (int cut : new int[] {1, 2, 4, 5, 8, block.length - 5, block.length - 4, block.length - 3}) {
                if (cut < block.length) send(codec + " block cut by " + cut, "", frame(codec, Arrays.copyOf(block, block.length - cut), 1));
            }
            send(codec + " block and zeroes", "", frame(codec, Arrays.copyOf(block, block.length + 7), 1));
            send(codec + " block and junk", "", frame(codec, concat(block, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9}), 1));
            byte[] two = concat(pack(codec, body), pack(codec, record(0, 1, "k", "v", 0)));
            send(codec + " two blocks", "", frame(codec, two, 2));
            for (int i = 0; i < block.length; i += Math.max(1, block.length / 24)) {
                byte[] flipped = block.clone();
                flipped[i] ^= 0x10;
                send(codec + " block flipped at " + i, "", frame(codec, flipped, 1));
            }
        }
        send("raw snappy", "", frame("snappy", org.xerial.snappy.Snappy.compress(body), 1));
        byte[] lz4 = pack("lz4", body);
        send("lz4 linked blocks", "", frame("lz4", relabel(lz4, 0x40), 1));
        send("lz4 content size", "", frame("lz4", relabel(lz4, 0x68), 1));
        send("lz4 reserved bit", "", frame("lz4", relabel(lz4, 0x61), 1));
        send("lz4 wrong header checksum", "", frame("lz4", raw(lz4, b -> b.put(6, (byte) 0)), 1));
        byte[] long100 = record(0, 0, "k", "v".repeat(100), 0);
        for (String codec : List.of("none", "gzip")) {
            send(codec + " record above decompressed limit", "max.decompressed.message.bytes=100", frame(codec, pack(codec, long100), 1));
            send(codec + " record below decompressed limit", "max.decompressed.message.bytes=200", frame(codec, pack(codec, long100), 1));
            send(codec + " two records above decompressed limit together", "max.decompressed.message.bytes=110", frame(codec, pack(codec, concat(long100, record(0, 1, "k", "v".repeat(100), 0))), 2));
        }
    }

    static void rules() throws Exception {
        long now = System.currentTimeMillis();
        for (String codec : List.of("none", "gzip")) {
            send(codec + " keys in compacted", "cleanup.policy=compact", batch(codec, now, "a", "b"));
            send(codec + " no key in compacted", "cleanup.policy=compact", batch(codec, now, "a", null, "b", null, null, null, null));
            send(codec + " no key in compacted too", "cleanup.policy=compact,delete", batch(codec, now, (String) null));
            send(codec + " too old", "message.timestamp.before.max.ms=1000", batch(codec, now - 3_600_000, "a", "b"));
            send(codec + " too new", "", batch(codec, now + 7_200_000, "a", "b"));
            send(codec + " too new, two of five", "message.timestamp.after.max.ms=5000", batch(codec, now, "a", "later", "b", "later", "c"));
            send(codec + " too new but no key", "cleanup.policy=compact", batch(codec, now + 7_200_000, null, "b"));
            send(codec + " too new, stamped", "message.timestamp.type=LogAppendTime", batch(codec, now + 7_200_000, "a"));
            send(codec + " no timestamp", "message.timestamp.before.max.ms=1000", batch(codec, -1, "a", "b"));
            byte[] negative = edit(batch(codec, 1, "a", "b"), b -> b.putLong(27, -9));
            send(codec + " negative timestamp", "", negative);
            send(codec + " negative timestamp rewritten", "compression.type=lz4", negative);
            send(codec + " above max.message.bytes", "max.message.bytes=90", batch(codec, now, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "b"));
            send(codec + " above max.message.bytes and corrupt", "max.message.bytes=60", raw(batch(codec, now, "a"), b -> b.put(61, (byte) 99)));
        }
        String text = "b".repeat(1000);
        send("gzip above max.message.bytes once rewritten", "compression.type=uncompressed,max.message.bytes=500", batch("gzip", now, text));
        send("none above max.message.bytes until rewritten", "compression.type=gzip,max.message.bytes=500", batch("none", now, text));
        send("none above segment.bytes", "segment.bytes=1048576,max.message.bytes=4000000", batch("none", now, "b".repeat(1_100_000)));
        send("no key twelve times", "cleanup.policy=compact", batch("none", now, new String[12]));
    }

    // ---- building ----------------------------------------------------------------------------

    interface Edit { ByteBuffer on(ByteBuffer b); }

    static byte[] raw(byte[] bytes, Edit edit) {
        byte[] copy = bytes.clone();
        edit.on(ByteBuffer.wrap(copy));
        return copy;
    }

    static byte[] edit(byte[] bytes, Edit edit) {
        return raw(bytes, b -> { edit.on(b); return seal(b); });
    }

    static ByteBuffer seal(ByteBuffer b) {
        b.position(0);
        return b.putInt(17, (int) Crc32C.compute(b, 21, b.limit() - 21));
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) all.writeBytes(part);
        return all.toByteArray();
    }

    static Compression codec(String name) { return Compression.of(name).build(); }

    static byte[] batch(String codec) {
        long at = 1_700_000_000_000L;
        Header[] headers = {new RecordHeader("h", new byte[] {1, 2}), new RecordHeader("n", (byte[]) null)};
        return bytes(MemoryRecords.withRecords(codec(codec),
            new SimpleRecord(at, "key".getBytes(), "value".getBytes()),
            new SimpleRecord(at + 5, null, "value".getBytes(), headers),
            new SimpleRecord(at - 7, "key".getBytes(), null)));
    }

    static byte[] batch(String codec, long at, String... keys) {
        List<SimpleRecord> records = new ArrayList<>();
        for (String key : keys) {
            long when = "later".equals(key) ? at + 3_600_000 : at;
            records.add(new SimpleRecord(when, key == null ? null : key.getBytes(), "v".getBytes()));
        }
        return bytes(MemoryRecords.withRecords(codec(codec), records.toArray(new SimpleRecord[0])));
    }

    static byte[] bytes(MemoryRecords records) {
        byte[] bytes = new byte[records.sizeInBytes()];
        records.buffer().duplicate().get(bytes);
        return bytes;
    }

    static byte[] record(long timestampDelta, int offsetDelta, String key, String value, int attributes) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(body);
        data.writeByte(attributes);
        ByteUtils.writeVarlong(timestampDelta, data);
        ByteUtils.writeVarint(offsetDelta, data);
        ByteUtils.writeVarint(key.length(), data);
        data.write(key.getBytes());
        ByteUtils.writeVarint(value.length(), data);
        data.write(value.getBytes());
        ByteUtils.writeVarint(0, data);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteUtils.writeVarint(body.size(), new DataOutputStream(all));
        return concat(all.toByteArray(), body.toByteArray());
    }

    static byte[] pack(String codec, byte[] body) throws IOException {
        org.apache.kafka.common.utils.internals.ByteBufferOutputStream buffer = new org.apache.kafka.common.utils.internals.ByteBufferOutputStream(1 << 21);
        try (OutputStream to = codec(codec).wrapForOutput(buffer, (byte) 2)) { to.write(body); }
        ByteBuffer filled = buffer.buffer().duplicate();
        filled.flip();
        byte[] bytes = new byte[filled.remaining()];
        filled.get(bytes);
        return bytes;
    }

    /** A batch of `count` records around a block that may be anything. */
    static byte[] frame(String codec, byte[] block, int count) {
        ByteBuffer b = ByteBuffer.allocate(61 + block.length);
        b.putInt(8, 49 + block.length).putInt(12, -1).put(16, (byte) 2);
        b.putShort(21, (short) CompressionType.forName(codec).id).putInt(23, count - 1);
        b.putLong(27, 1_700_000_000_000L).putLong(35, 1_700_000_000_000L);
        b.putLong(43, -1).putShort(51, (short) -1).putInt(53, -1).putInt(57, count);
        b.position(61);
        b.put(block);
        seal(b);
        return b.array();
    }

    /** The lz4 frame with other flags, a content size if they announce one, and the right header checksum. */
    static byte[] relabel(byte[] frame, int flags) {
        byte[] size = (flags & 8) == 0 ? new byte[0] : new byte[] {9, 0, 0, 0, 0, 0, 0, 0};
        byte[] descriptor = concat(new byte[] {(byte) flags, frame[5]}, size);
        int hash = net.jpountz.xxhash.XXHashFactory.fastestInstance().hash32().hash(descriptor, 0, descriptor.length, 0);
        return concat(Arrays.copyOf(frame, 4), descriptor, new byte[] {(byte) (hash >> 8)}, Arrays.copyOfRange(frame, 7, frame.length));
    }

    // ---- asking ------------------------------------------------------------------------------

    static void send(String name, String settings, byte[] records) throws Exception { send(name, settings, 12, records); }

    static void send(String name, String settings, int version, byte[] records) throws Exception {
        String topic = topic(settings);
        long before = System.currentTimeMillis();
        ProduceRequestData request = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(5000);
        ProduceRequestData.TopicProduceData data = new ProduceRequestData.TopicProduceData().setName(topic);
        data.partitionData().add(new ProduceRequestData.PartitionProduceData().setIndex(0).setRecords(MemoryRecords.readableRecords(ByteBuffer.wrap(records))));
        request.topicData().add(data);
        ByteBuffer answer = ask(ApiKeys.PRODUCE, version, request);
        ProduceResponseData.PartitionProduceResponse partition =
            new ProduceResponseData(new ByteBufferAccessor(answer), (short) version).responses().iterator().next().partitionResponses().get(0);
        String errors = String.join(";", partition.recordErrors().stream().map(e -> e.batchIndex() + ":" + e.batchIndexErrorMessage()).toList());
        String stored = "";
        if (partition.errorCode() == 0) stored = HexFormat.of().formatHex(fetch(topic, partition.baseOffset()));
        String now = partition.logAppendTimeMs() >= 0 ? "" + partition.logAppendTimeMs() : now(settings, errors, before);
        String sent = HexFormat.of().formatHex(records);
        if (sent.length() > 4000) sent = "long:" + partition.errorCode() + ":" + records.length;
        System.out.println(String.join("|", name, settings, "" + version, now, sent,
            "" + partition.errorCode(), String.valueOf(partition.errorMessage()), errors, stored).replace(topic, "?"));
    }

    /** The broker's clock, which the upper bound in a timestamp error tells. */
    static String now(String settings, String errors, long otherwise) {
        int at = errors.lastIndexOf(", ");
        if (!errors.contains("should be within")) return "" + otherwise;
        long high = Long.parseLong(errors.substring(at + 2, errors.lastIndexOf("]")));
        return "" + (high - (settings.contains("after.max.ms=5000") ? 5000 : 3_600_000));
    }

    static byte[] fetch(String topic, long offset) throws Exception {
        FetchRequestData request = new FetchRequestData().setMaxWaitMs(1000).setMinBytes(1).setMaxBytes(1 << 22);
        FetchRequestData.FetchTopic data = new FetchRequestData.FetchTopic().setTopic(topic);
        data.partitions().add(new FetchRequestData.FetchPartition().setPartition(0).setFetchOffset(offset).setPartitionMaxBytes(1 << 22));
        request.topics().add(data);
        FetchResponseData response = new FetchResponseData(new ByteBufferAccessor(ask(ApiKeys.FETCH, 12, request)), (short) 12);
        byte[] all = bytes((MemoryRecords) response.responses().get(0).partitions().get(0).records());
        return raw(Arrays.copyOf(all, 12 + ByteBuffer.wrap(all).getInt(8)), b -> b.putLong(0, 0));
    }

    static String topic(String settings) throws Exception {
        if (topics.containsKey(settings)) return topics.get(settings);
        String name = "t" + topics.size() + "-" + System.nanoTime();
        Map<String, String> configs = new HashMap<>();
        String key = "";
        for (String part : settings.isEmpty() ? new String[0] : settings.split(",")) {
            String[] pair = part.split("=");
            if (pair.length == 2) configs.put(key = pair[0], pair[1]);
            else configs.merge(key, part, (a, b) -> a + "," + b);
        }
        admin.createTopics(List.of(new NewTopic(name, 1, (short) 1).configs(configs))).all().get();
        for (int i = 0; i < 50; i++) {
            if (admin.describeTopics(List.of(name)).allTopicNames().get().get(name).partitions().get(0).leader() != null) break;
            Thread.sleep(20);
        }
        Thread.sleep(100);
        topics.put(settings, name);
        return name;
    }

    static ByteBuffer ask(ApiKeys key, int version, ApiMessage request) throws Exception {
        RequestHeader header = new RequestHeader(key, (short) version, "conformance", 1);
        ByteBuffer head = MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion()).buffer();
        ByteBuffer body = MessageUtil.toByteBufferAccessor(request, (short) version).buffer();
        out.writeInt(head.remaining() + body.remaining());
        out.write(head.array(), head.position(), head.remaining());
        out.write(body.array(), body.position(), body.remaining());
        out.flush();
        byte[] answer = new byte[in.readInt()];
        in.readFully(answer);
        ByteBuffer bytes = ByteBuffer.wrap(answer);
        new ResponseHeaderData(new ByteBufferAccessor(bytes), key.responseHeaderVersion((short) version));
        return bytes;
    }
}
