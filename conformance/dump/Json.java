// Writes stored records as JSON with Kafka's own converters.
//   java -cp 'libs/*' Json.java < golden.txt      lines `name version variant hex`; prints them with JSON for hex
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.jar.JarFile;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;

public class Json {
    public static void main(String[] args) throws Exception {
        Map<String, Class<?>> converters = new HashMap<>();
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!new File(path).getName().startsWith("kafka") || !path.endsWith(".jar")) continue;
            try (JarFile jar = new JarFile(path)) {
                for (var entry : (Iterable<java.util.jar.JarEntry>) jar.stream()::iterator) {
                    String name = entry.getName();
                    if (!name.endsWith("JsonConverter.class")) continue;
                    Class<?> c = Class.forName(name.replace('/', '.').replace(".class", ""), false, Json.class.getClassLoader());
                    converters.put(c.getSimpleName().replace("JsonConverter", ""), c);
                }
            }
        }
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null; ) {
            String[] parts = line.split(" ");
            Class<?> converter = converters.get(parts[0]);
            boolean exchanged = parts[0].endsWith("Request") || parts[0].endsWith("Response");
            if (converter == null || exchanged || parts.length < 4 || parts[3].equals("refused")) continue;
            Class<?> type = Class.forName(converter.getName().replace("JsonConverter", ""));
            Message message = (Message) type.getDeclaredConstructor().newInstance();
            short version = Short.parseShort(parts[1]);
            message.read(new ByteBufferAccessor(ByteBuffer.wrap(HexFormat.of().parseHex(parts[3]))), version);
            Method write = converter.getMethod("write", type, short.class);
            out.println(parts[0] + " " + version + " " + parts[2] + " " + write.invoke(null, message, version));
        }
        out.flush();
    }
}
