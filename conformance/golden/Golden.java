// Message bytes from Kafka's own classes, found and filled by reflection.
//   emit            prints `name version variant hex` for every message, version and variant
//   verify < lines  reads such lines, decodes and encodes each with Kafka's classes, and compares
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.record.internal.MemoryRecords;

public class Golden {
    // NEWEST is filled as the newest version has it, and written as an older one where that is allowed.
    enum Variant { DEFAULT, FILLED, NULLS, LARGE, NEWEST }

    private long counter;
    private final Variant variant;

    Golden(Variant variant) { this.variant = variant; }

    public static void main(String[] args) throws Exception {
        Map<String, Class<?>> classes = messageClasses();
        if (args[0].equals("emit")) emit(classes); else verify(classes);
    }

    static Map<String, Class<?>> messageClasses() throws Exception {
        Map<String, Class<?>> found = new TreeMap<>();
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!new File(path).getName().startsWith("kafka") || !path.endsWith(".jar")) continue;
            try (JarFile jar = new JarFile(path)) {
                for (var entry : (Iterable<java.util.jar.JarEntry>) jar.stream()::iterator) {
                    String name = entry.getName();
                    boolean generated = name.contains("/message/") || name.contains("/generated/")
                        || name.contains("/common/metadata/");
                    if (!name.endsWith(".class") || name.contains("$") || !generated) continue;
                    Class<?> c = Class.forName(name.replace('/', '.').replace(".class", ""), false, Golden.class.getClassLoader());
                    if (!Message.class.isAssignableFrom(c) || c.isInterface() || Modifier.isAbstract(c.getModifiers())) continue;
                    String simple = c.getSimpleName();
                    boolean half = simple.endsWith("RequestData") || simple.endsWith("ResponseData") || simple.endsWith("HeaderData");
                    found.put(half ? simple.substring(0, simple.length() - 4) : simple, c);
                }
            }
        }
        return found;
    }

    static void emit(Map<String, Class<?>> classes) throws Exception {
        for (var entry : classes.entrySet()) {
            Class<?> c = entry.getValue();
            Message probe = (Message) c.getDeclaredConstructor().newInstance();
            for (short v = probe.lowestSupportedVersion(); v <= probe.highestSupportedVersion(); v++) {
                for (Variant variant : Variant.values()) {
                    Message message = (Message) c.getDeclaredConstructor().newInstance();
                    int filledAt = variant == Variant.NEWEST ? probe.highestSupportedVersion() : v;
                    Schema schema = ((Schema[]) c.getField("SCHEMAS").get(null))[filledAt];
                    if (variant != Variant.DEFAULT) new Golden(variant).fill(message, schema);
                    String hex;
                    try {
                        hex = hex(message, v);
                    } catch (NullPointerException | org.apache.kafka.common.errors.UnsupportedVersionException e) {
                        hex = "refused";
                    }
                    System.out.println(entry.getKey() + " " + v + " " + variant.name().toLowerCase() + " " + (hex.isEmpty() ? "-" : hex));
                }
            }
        }
    }

    static void verify(Map<String, Class<?>> classes) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in));
        int passed = 0, failed = 0;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            String hex = words[3].equals("-") ? "" : words[3];
            String again;
            try {
                Class<?> c = classes.get(words[0]);
                Message message = (Message) c.getDeclaredConstructor().newInstance();
                ByteBuffer buffer = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
                short v = Short.parseShort(words[1]);
                message.read(new ByteBufferAccessor(buffer), v);
                again = buffer.hasRemaining() ? "left " + buffer.remaining() : hex(message, v);
            } catch (Exception e) {
                again = e.toString();
            }
            if (again.equals(hex)) { passed++; continue; }
            failed++;
            System.out.println("FAIL java " + line + "\n  " + again);
        }
        System.out.println(passed + " passed, " + failed + " failed");
        System.exit(failed == 0 ? 0 : 1);
    }

    static String hex(Message message, short version) {
        var cache = new ObjectSerializationCache();
        var buffer = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(buffer), cache, version);
        buffer.flip();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    void fill(Object message, Schema schema) throws Exception {
        for (BoundField field : schema.fields()) {
            if (field.def.type instanceof TaggedFields tagged) {
                for (Field inner : tagged.fields().values()) set(message, inner);
            } else {
                set(message, field.def);
            }
        }
    }

    void set(Object message, Field field) throws Exception {
        String wanted = "set" + field.name.replace("_", "");
        for (Method method : message.getClass().getMethods()) {
            if (!method.getName().equalsIgnoreCase(wanted) || method.getParameterCount() != 1) continue;
            Object value = field.type.isNullable() && variant == Variant.NULLS ? null
                : value(field.type, method.getGenericParameterTypes()[0]);
            method.invoke(message, value);
            return;
        }
        throw new IllegalStateException(message.getClass() + " has no " + field.name);
    }

    Object value(org.apache.kafka.common.protocol.types.Type wire, Type java) throws Exception {
        if (wire.isArray()) return array(wire, java);
        if (wire instanceof Schema schema) {
            Object inner = ((Class<?>) java).getDeclaredConstructor().newInstance();
            fill(inner, schema);
            return inner;
        }
        counter++;
        boolean large = variant == Variant.LARGE;
        long number = large ? (counter % 2 == 0 ? Long.MAX_VALUE - counter : Long.MIN_VALUE + counter) : counter;
        String text = large ? "zażółć-" + "x".repeat((int) (100 + counter)) : "s" + counter;
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (java == boolean.class) return variant == Variant.LARGE ? counter % 2 == 0 : true;
        if (java == byte.class) return (byte) number;
        if (java == short.class) return (short) number;
        if (java == int.class) return wire.toString().equals("UINT16") ? (int) (number & 0xffff) : (int) number;
        if (java == Integer.class) return wire.toString().equals("UINT16") ? (int) (number & 0xffff) : (int) number;
        if (java == long.class) return wire.toString().equals("UINT32") ? (number & 0xffffffffL) : number;
        if (java == double.class) return (double) number / 3;
        if (java == String.class) return text;
        if (java == byte[].class) return bytes;
        if (java == ByteBuffer.class) return ByteBuffer.wrap(bytes);
        if (java == Uuid.class) return new Uuid(number, counter + 7);
        if (java == Byte.class) return (byte) number;
        if (java == Short.class) return (short) number;
        if (java == Long.class) return number;
        if (java instanceof Class<?> c && c.getSimpleName().equals("BaseRecords")) return MemoryRecords.readableRecords(ByteBuffer.wrap(bytes));
        throw new IllegalStateException("no value for " + java + " " + wire);
    }

    @SuppressWarnings("unchecked")
    Object array(org.apache.kafka.common.protocol.types.Type wire, Type java) throws Exception {
        Collection<Object> all;
        Type element;
        if (java instanceof ParameterizedType generic) {
            all = new ArrayList<>();
            element = generic.getActualTypeArguments()[0];
        } else {
            Class<?> collection = (Class<?>) java;
            all = (Collection<Object>) collection.getDeclaredConstructor().newInstance();
            element = ((ParameterizedType) collection.getGenericSuperclass()).getActualTypeArguments()[0];
        }
        int count = variant == Variant.NULLS || variant == Variant.LARGE ? 1 : 2;
        for (int i = 0; i < count; i++) all.add(value(wire.arrayElementType().get(), element));
        return all;
    }
}
