import java.lang.reflect.Field;
import java.util.*;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * What Apache Kafka's own classes say about settings, as text that ours is compared with.
 *
 *   Settings declarations   one line for each setting: every fact but the documentation
 *   Settings values         for every topic and group setting and many of the broker's: what each
 *                           of many texts is read as, or the error
 */
public class Settings {
    /** Texts that are right for some setting and wrong for others. */
    static final String[] TEXTS = {
        "", " ", ",", "abc", "-3", "-2", "-1", "-0", "0", "1", "2", "3", "4", "5", "9", "10", "17",
        "18", "22", "23", "99", "100", "-131072", "-131073", "1048575", "1048576", "2147483639",
        "2147483640", "2147483647", "2147483648", "-2147483649", "9223372036854775807",
        "9223372036854775808", "+7", " 7 ", "7 7", "1_000", "0x10", "1e3", "0.5", ".5", "5.", "1.0",
        "1.01", "1.5d", "NaN", "Infinity", "-Infinity", "inf", "1e-5", "0.00012", "12345678.9",
        "true", "TRUE", " False ", "yes", "delete", "compact", "compact,delete", "delete , compact",
        "delete,delete", "delete,", ",delete", "Delete", "delete,shred", "producer", "uncompressed",
        "none", "gzip", "zstd", "lz4", " lz4", "LZ4", "CreateTime", "LogAppendTime", "createtime",
        "*", "*,*", "0:1", "0:1,1:2", "0:1, 1:2", "0:1,", "0:", ":1", "0:1:2", "a:b", "read_committed",
        "READ_COMMITTED", "latest", "earliest", "by_duration:PT1H", "by_duration:P1DT2H3M4.5S",
        "by_duration:pt5s", "by_duration:-PT1H", "by_duration:PT1.5H", "by_duration:P1W",
        "by_duration:P", "by_duration:PT", "by_duration:", "by_duration:PT0S", "by_duration:P1DT",
        "by_duration:PT5M3H", "by_duration:+P1D", "by_duration:PT1H1H", "by_duration:PT.5S",
        "rack,zone", "a,a", "sticky",
    };

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "declarations" -> declarations();
            case "values" -> values();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    static void declarations() throws Exception {
        declare("broker", kafka.server.KafkaConfig.configDef());
        declare("topic", LogConfig.configDefCopy());
        declare("group", GroupConfig.CONFIG_DEF);
        for (var topic : new TreeMap<>(ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS).entrySet()) {
            StringJoiner line = new StringJoiner(" ", "synonyms " + topic.getKey() + " ", "");
            for (var one : topic.getValue()) line.add(one.name() + "*" + one.converter().apply("1"));
            System.out.println(line);
        }
        for (var group : new TreeMap<>(GroupConfig.ALL_GROUP_CONFIG_SYNONYMS).entrySet())
            System.out.println("synonym " + group.getKey() + " " + group.getValue().orElse("-"));
        for (String name : new TreeSet<>(kafka.server.KafkaConfig.configDef().names())) {
            var synonyms = DynamicBrokerConfig.brokerConfigSynonyms(name, true);
            if (synonyms.size() > 1) System.out.println("alike " + name + " " + String.join(" ", synonyms));
        }
    }

    static void declare(String kind, ConfigDef settings) throws Exception {
        var modes = DynamicBrokerConfig.dynamicConfigUpdateModes();
        for (var key : new TreeMap<>(settings.configKeys()).values()) {
            String mode = kind.equals("broker") ? modes.getOrDefault(key.name, "read-only") : "-";
            System.out.println(String.join("\t", kind, key.name, key.type.toString(),
                key.importance.toString(), key.internalConfig ? "internal" : "public", mode,
                byDefault(key), rule(key.validator)));
        }
    }

    static String byDefault(ConfigDef.ConfigKey key) {
        if (key.defaultValue == ConfigDef.NO_DEFAULT_VALUE) return "required";
        if (key.defaultValue == null) return "null";
        return "=" + ConfigDef.convertToString(key.defaultValue, key.type);
    }

    static String rule(ConfigDef.Validator validator) throws Exception {
        if (validator == null) return "any";
        String text = validator.getClass().getSimpleName() + " " + validator;
        if (validator instanceof ConfigDef.ValidList)
            text += " empty=" + flag(validator, "isEmptyAllowed") + " null=" + flag(validator, "isNullAllowed");
        return text;
    }

    static boolean flag(Object of, String name) throws Exception {
        Field field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.getBoolean(of);
    }

    static void values() throws Exception {
        each("topic", LogConfig.configDefCopy());
        each("group", GroupConfig.CONFIG_DEF);
        each("broker", dynamicBroker());
    }

    static ConfigDef dynamicBroker() throws Exception {
        Class<?> holder = Class.forName("org.apache.kafka.server.config.DynamicConfig$Broker");
        Field field = holder.getDeclaredField("BROKER_CONFIGS");
        field.setAccessible(true);
        return (ConfigDef) field.get(null);
    }

    static void each(String kind, ConfigDef settings) {
        for (var key : new TreeMap<>(settings.configKeys()).values()) {
            // Kafka finds these classes by loading them, which nothing here is about.
            if (key.type == ConfigDef.Type.CLASS) continue;
            // Of the brokers' many settings, those with a rule of their own and one of each type.
            if (kind.equals("broker") && !key.name.startsWith("log.") && !key.name.startsWith("m")) continue;
            System.out.println(kind + " " + key.name);
            // Texts with one answer stand on one line; {} is the text itself.
            Map<String, StringJoiner> answers = new LinkedHashMap<>();
            for (String text : TEXTS)
                answers.computeIfAbsent(read(key, text), any -> new StringJoiner("\" \"", "\"", "\"")).add(text);
            answers.forEach((answer, texts) -> System.out.println("  " + answer + "\n    " + texts));
        }
    }

    static String read(ConfigDef.ConfigKey key, String text) {
        try {
            var alone = new ConfigDef().define(key);
            Object value = alone.parse(Map.of(key.name, text)).get(key.name);
            String read = ConfigDef.convertToString(value, key.type);
            return read.equals(text) ? "= {}" : "= " + read;
        } catch (Exception e) {
            return "! " + e.getMessage().replace("value " + text + " for", "value {} for")
                .replace("`" + text + "`", "`{}`");
        }
    }
}
