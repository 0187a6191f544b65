import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;

/** Counting: one line a check, and `N passed, N failed` at the end. */
final class Checks {
    private static int passed;
    private static int failed;

    /** Something that may throw. */
    interface Body {
        void run() throws Exception;
    }

    static void check(String name, boolean ok, Object detail) {
        if (ok) passed++; else failed++;
        System.out.println((ok ? "ok    " : "FAIL  ") + name + (ok ? "" : "  " + detail));
    }

    static void equal(String name, Object got, Object want) {
        check(name, Objects.equals(got, want), "got " + got + " want " + want);
    }

    /** An exception is a failed check, so that the ones after it still run. */
    static void run(String name, Body body) {
        try {
            body.run();
        } catch (Throwable error) {
            check(name, false, cause(error));
        }
    }

    /** The class of what an admin call fails with, without its package. */
    static void fails(String name, String want, Callable<?> body) {
        try {
            Object got = body.call();
            check(name, false, "did not fail: " + got);
        } catch (Throwable error) {
            equal(name, cause(error).getClass().getSimpleName(), want);
        }
    }

    /**
     * The value is what is wanted within 5 s. Apache Kafka answers a change before the node that describes has seen it,
     * so what a change did may be looked at only like this.
     */
    static void becomes(String name, Object want, Callable<?> body) throws Exception {
        Object got = null;
        for (int tries = 0; tries < 100 && !Objects.equals(got, want); tries++) {
            if (tries > 0) Thread.sleep(50);
            try {
                got = body.call();
            } catch (Exception error) {
                got = cause(error).getClass().getSimpleName();
            }
        }
        equal(name, got, want);
    }

    static Throwable cause(Throwable error) {
        return error instanceof ExecutionException && error.getCause() != null ? error.getCause() : error;
    }

    static void finish() {
        System.out.println(passed + " passed, " + failed + " failed");
        System.out.flush();
        Runtime.getRuntime().halt(failed == 0 && passed > 0 ? 0 : 1);
    }
}
