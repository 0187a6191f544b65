// Runs Kafka's DumpLogSegments for each line of a list, in one virtual machine.
//   java -cp 'libs/*' Dump.java LIST OUT      LIST: lines `name<TAB>argument argument ...`
// Writes OUT/name.out, OUT/name.err and OUT/name.rc.
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.utils.Exit;

public class Dump {
    static class Ended extends RuntimeException {
        final int code;
        Ended(int code) { this.code = code; }
    }

    public static void main(String[] args) throws Exception {
        Exit.setExitProcedure((code, message) -> { throw new Ended(code); });
        var main = Class.forName("org.apache.kafka.tools.DumpLogSegments").getMethod("main", String[].class);
        PrintStream out = System.out, err = System.err;
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            String[] parts = line.split("\t");
            String base = args[1] + "/" + parts[0];
            int code = 0;
            try (var o = new PrintStream(new FileOutputStream(base + ".out"), false, StandardCharsets.UTF_8);
                 var e = new PrintStream(new FileOutputStream(base + ".err"), true, StandardCharsets.UTF_8)) {
                System.setOut(o);
                System.setErr(e);
                try {
                    main.invoke(null, (Object) parts[1].split(" "));
                } catch (InvocationTargetException wrapped) {
                    if (wrapped.getCause() instanceof Ended ended) code = ended.code;
                    else { code = 1; e.println(wrapped.getCause().getMessage()); }
                }
            }
            System.setOut(out);
            System.setErr(err);
            Files.writeString(Path.of(base + ".rc"), code + "\n");
        }
    }
}
