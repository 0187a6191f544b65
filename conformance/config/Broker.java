import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.common.config.ConfigResource;

/**
 * What a running broker answers about settings, one line for each answer.
 *
 *   Broker HOST:PORT FILE   each line of FILE is a step:
 *     topic NAME [KEY=VALUE;...]          creates a topic, and tells the settings it then has
 *     describe TYPE NAME                  every setting with source, type, flags and synonyms
 *     change TYPE NAME OPS                IncrementalAlterConfigs; OPS are +KEY=VALUE (set), -KEY
 *                                         (delete), aKEY=VALUE (append), sKEY=VALUE (subtract),
 *                                         between semicolons; `try` instead only validates
 *     list                                every resource that has settings
 * NAME is '' for the empty name.
 */
public class Broker {
    static Admin admin;

    public static void main(String[] arguments) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", arguments[0],
            "default.api.timeout.ms", "5000", "request.timeout.ms", "4000", "retries", "0");
        admin = Admin.create(settings);
        for (String line : Files.readAllLines(Path.of(arguments[1]))) {
            if (line.isBlank() || line.startsWith("#")) continue;
            String[] words = line.split(" ", 4);
            try {
                step(line, words);
            } catch (ExecutionException e) {
                Throwable cause = e.getCause();
                System.out.println(line + " => " + cause.getClass().getSimpleName() + ": " + cause.getMessage());
            }
        }
        admin.close();
    }

    static void step(String line, String[] words) throws Exception {
        switch (words[0]) {
            case "topic" -> {
                Map<String, String> configs = new TreeMap<>();
                if (words.length > 2)
                    for (String pair : words[2].split(";")) configs.put(pair.split("=")[0], pair.split("=", 2)[1]);
                var made = admin.createTopics(List.of(new NewTopic(words[1], 1, (short) 1).configs(configs)));
                made.all().get();
                System.out.println(line + " => made");
                Set<String> lines = new TreeSet<>();
                for (ConfigEntry one : made.config(words[1]).get().entries())
                    lines.add("made '" + words[1] + "' " + one.name() + '=' + one.value() + ' ' + one.source());
                lines.forEach(System.out::println);
            }
            case "describe" -> describe(resource(words));
            case "change", "try" -> {
                var options = new AlterConfigsOptions().validateOnly(words[0].equals("try"));
                admin.incrementalAlterConfigs(Map.of(resource(words), operations(words[3])), options).all().get();
                System.out.println(line + " => done");
                // Kafka answers before its nodes have taken the change over.
                Thread.sleep(words[1].equals("BROKER") ? 200 : 0);
            }
            case "list" -> {
                Set<String> lines = new TreeSet<>();
                for (var one : admin.listConfigResources().all().get()) lines.add(one.type() + " '" + one.name() + "'");
                System.out.println("list " + String.join(", ", lines));
            }
            default -> throw new IllegalArgumentException(line);
        }
    }

    static ConfigResource resource(String[] words) {
        return new ConfigResource(ConfigResource.Type.valueOf(words[1]), words[2].equals("''") ? "" : words[2]);
    }

    static List<AlterConfigOp> operations(String text) {
        List<AlterConfigOp> operations = new ArrayList<>();
        for (String one : text.split(";")) {
            var type = switch (one.charAt(0)) {
                case '+' -> AlterConfigOp.OpType.SET;
                case '-' -> AlterConfigOp.OpType.DELETE;
                case 'a' -> AlterConfigOp.OpType.APPEND;
                default -> AlterConfigOp.OpType.SUBTRACT;
            };
            String[] pair = one.substring(1).split("=", 2);
            operations.add(new AlterConfigOp(new ConfigEntry(pair[0], pair.length > 1 ? pair[1] : null), type));
        }
        return operations;
    }

    static void describe(ConfigResource resource) throws Exception {
        var options = new DescribeConfigsOptions().includeSynonyms(true);
        Config config = admin.describeConfigs(List.of(resource), options).all().get().get(resource);
        Map<String, String> lines = new TreeMap<>();
        for (ConfigEntry entry : config.entries()) {
            StringBuilder line = new StringBuilder();
            line.append(resource.type()).append(" '").append(resource.name()).append("' ").append(entry.name());
            line.append('=').append(entry.value()).append(' ').append(entry.source()).append(' ').append(entry.type());
            if (entry.isSensitive()) line.append(" sensitive");
            if (entry.isReadOnly()) line.append(" read-only");
            for (var one : entry.synonyms())
                line.append(" < ").append(one.source()).append(' ').append(one.name()).append('=').append(one.value());
            lines.put(entry.name(), line.toString());
        }
        lines.values().forEach(System.out::println);
    }
}
