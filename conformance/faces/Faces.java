// Runs Kafka's command-line tools for each line of a list, in one virtual machine.
//   java -cp 'libs/*' Faces.java LIST OUT      LIST: lines `name<TAB>class<TAB>argument argument ...`
// Writes OUT/name.out, OUT/name.err and OUT/name.rc. An argument may stand in quotes.
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;

public class Faces {
    static class Ended extends RuntimeException {
        final int code;
        Ended(int code) { this.code = code; }
    }

    static String[] words(String line) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        boolean quoted = false, begun = false;
        for (char c : line.toCharArray()) {
            if (c == '\'') { quoted = !quoted; begun = true; }
            else if (c == ' ' && !quoted) { if (begun) words.add(word.toString()); word.setLength(0); begun = false; }
            else { word.append(c); begun = true; }
        }
        if (begun) words.add(word.toString());
        return words.toArray(String[]::new);
    }

    // A tool that catches what ends it would go on: the first code counts.
    static Integer first;

    static int call(String name, String[] args, PrintStream err) throws Exception {
        first = null;
        try {
            Class.forName(name).getMethod("main", String[].class).invoke(null, (Object) args);
        } catch (InvocationTargetException wrapped) {
            if (first == null) { err.println(wrapped.getCause()); return 1; }
        }
        return first == null ? 0 : first;
    }

    // What a tool would print after its end is not printed.
    static void catchExit(Class<?> exit) throws Exception {
        Class<?> procedure = Class.forName(exit.getName() + "$Procedure");
        Object ended = Proxy.newProxyInstance(Faces.class.getClassLoader(), new Class<?>[] {procedure}, (proxy, method, values) -> {
            if (first == null) { first = (Integer) values[0]; System.out.flush(); System.setOut(new PrintStream(PrintStream.nullOutputStream())); }
            throw new Ended(first);
        });
        exit.getMethod("setExitProcedure", procedure).invoke(null, ended);
    }

    public static void main(String[] args) throws Exception {
        for (String name : new String[] {"org.apache.kafka.common.utils.Exit", "org.apache.kafka.common.utils.internals.Exit"}) {
            try { catchExit(Class.forName(name)); } catch (ClassNotFoundException x) { /* Kafka 4.4 has moved it */ }
        }
        PrintStream out = System.out, err = System.err;
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            String[] parts = line.split("\t");
            String base = args[1] + "/" + parts[0];
            int code;
            try (var o = new PrintStream(new FileOutputStream(base + ".out"), true, StandardCharsets.UTF_8);
                 var e = new PrintStream(new FileOutputStream(base + ".err"), true, StandardCharsets.UTF_8)) {
                System.setOut(o);
                System.setErr(e);
                // Scala's println keeps the stream of its thread.
                code = scala.Console.withOut(o, () -> { try { return call(parts[1], words(parts.length > 2 ? parts[2] : ""), e); } catch (Exception x) { e.println(x); return 1; } });
            }
            System.setOut(out);
            System.setErr(err);
            Files.writeString(Path.of(base + ".rc"), code + "\n");
        }
        System.exit(0);
    }
}
