// Asks a cluster who it is with Java's client, as the settings KEY=VALUE .. say; prints `ok`, or each cause of why not.
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;

public class Login {
    public static void main(String[] args) throws Exception {
        Properties given = new Properties();
        for (String pair : args) {
            int at = pair.indexOf('=');
            given.put(pair.substring(0, at), pair.substring(at + 1));
        }
        try (Admin admin = Admin.create(given)) {
            int nodes = admin.describeCluster(new DescribeClusterOptions().timeoutMs(10_000)).nodes().get().size();
            System.out.println("ok " + nodes + " nodes");
        } catch (Exception error) {
            for (Throwable cause = error; cause != null; cause = cause.getCause()) System.out.println(cause.getMessage());
        }
    }
}
